// What is written at the same moment by two processes on one database.
import { after, before } from 'node:test';
import { counterparts } from '../counterparts/index.ts';
import { type Call, type Installation, startInstallation } from '../support/installation.ts';
import { writeRaceGuarantees } from './write-races.ts';

let installation: Installation;
let nodes: [Call, Call];
let dropDatabase: () => Promise<void>;
before(async () => {
  const database = await counterparts().createDatabase();
  dropDatabase = () => database.drop();
  installation = await startInstallation({ databaseUrl: database.url });
  const second = await installation.spawn();
  nodes = [installation.call, installation.callAs(installation.apiKey, second.address)];
});
after(async () => {
  await installation.close();
  await dropDatabase();
});

writeRaceGuarantees(() => ({ installation, nodes }));

// What is written at the same moment on the embedded database.
import { after, before } from 'node:test';
import { type Installation, startInstallation } from '../support/installation.ts';
import { writeRaceGuarantees } from './write-races.ts';

let installation: Installation;
before(async () => {
  installation = await startInstallation();
});
after(() => installation.close());

writeRaceGuarantees(() => ({ installation, nodes: [installation.call, installation.call] }));

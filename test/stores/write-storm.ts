// A process of its own for the tests that kill: opens the store in a folder and inserts workspaces without
// end. Prints `open`, then the id of each insert once it was acknowledged.
import process from 'node:process';
import { openStore } from '../../src/stores/index.ts';
import { newKeyring, silentLog, workspace } from './fixtures.ts';

const [dataDir = '', key = '', first = ''] = process.argv.slice(2);
const store = await openStore({ databaseUrl: null, dataDir, keyring: newKeyring(key), log: silentLog });

/** Waits for a reader that lags: a pipe that is full refuses what is written at once. */
const say = (line: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
  });

await say('open');

const storm = async (caller: number): Promise<never> => {
  for (let index = 0; ; index += 1) {
    const id = `${first}-${caller}-${index}`;
    await store.workspaces.insert(workspace({ id }));
    await say(id);
  }
};
await Promise.all(Array.from({ length: 20 }, (_, caller) => storm(caller)));

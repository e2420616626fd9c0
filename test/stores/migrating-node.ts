// A process that brings a database to this release, as a node that starts does. Arguments: the database's URL, the
// keyring, and what to do: `open` the store and end, or migrate and `hang` within a further migration.
import process from 'node:process';
import { openEngine, openStore } from '../../src/stores/index.ts';
import { createKeyring, parseKeyring } from '../../src/stores/keyring.ts';
import { migrate } from '../../src/stores/migrate.ts';
import { type Migration, migrations } from '../../src/stores/migrations/index.ts';
import { now, silentLog } from './fixtures.ts';

const hanging: Migration = {
  name: '9999-hanging',
  up: async ({ schema }, { integer }) => {
    await schema.createTable('half_made').addColumn('number', integer).execute();
    await schema.alterTable('grants').addColumn('half_made', integer).execute();
    process.stdout.write('inside\n');
    // Something must keep the process alive meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  },
};

const [databaseUrl = '', keyring = '', task] = process.argv.slice(2);
const place = { databaseUrl, dataDir: '/nowhere', log: silentLog };
if (task === 'hang') {
  await migrate(await openEngine(place), { now, line: [...migrations, hanging] });
} else {
  const store = await openStore({ ...place, keyring: createKeyring(parseKeyring(keyring)) });
  await store.ping();
  await store.close();
}

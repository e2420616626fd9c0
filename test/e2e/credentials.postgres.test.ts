// The same on PostgreSQL, with fewer of them: what is different is the locking, not the number.
import { after } from 'node:test';
import { counterparts } from '../counterparts/index.ts';
import { credentialTests } from './credentials.ts';

const databases: { drop(): Promise<void> }[] = [];

credentialTests({
  count: 200,
  async databaseUrl() {
    const database = await counterparts().createDatabase();
    databases.push(database);
    return database.url;
  },
});
after(() => Promise.all(databases.map((database) => database.drop())));

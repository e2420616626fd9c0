import { DatabaseSync } from 'node:sqlite';
import { copyConformance } from './copy-conformance.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

copyConformance('SQLite', async () => {
  const { path, drop } = await createSqliteDatabase();
  return {
    url: `sqlite:${path}`,
    raw: async (statement) => {
      const database = new DatabaseSync(path);
      database.exec(statement);
      database.close();
    },
    drop,
  };
});

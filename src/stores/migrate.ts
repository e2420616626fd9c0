// Brings a database to this release's schema: under the engine's lock, in one transaction, so that a killed
// start leaves nothing half made and several nodes may start at once.
import type { Engine } from './engine.ts';
import { type Migration, migrations } from './migrations/index.ts';

/** The names of the migrations that were run now. Throws when a newer release has been here. */
export const migrate = (
  engine: Engine,
  { now, line = migrations }: { now: number; line?: readonly Migration[] },
): Promise<string[]> =>
  engine.migration(async ({ writer }) => {
    const { id, integer, tableEnd } = engine.columns;
    await writer.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('name', id, (column) => column.primaryKey().notNull())
      .addColumn('applied_at', integer, (column) => column.notNull())
      .modifyEnd(tableEnd)
      .execute();
    const rows = await writer.selectFrom('migrations').select('name').orderBy('name').execute();
    const applied = new Set(rows.map(({ name }) => name));
    const known = new Set(line.map(({ name }) => name));
    const unknown = rows.find(({ name }) => !known.has(name));
    if (unknown !== undefined) {
      throw new Error(
        `The database was written by a newer release: it has the migration "${unknown.name}", which this ` +
          'release does not know. Start that release, or restore a backup from before the update.',
      );
    }
    const pending = line.filter(({ name }) => !applied.has(name));
    for (const { name, up } of pending) {
      await up(writer, engine.columns);
      await writer.insertInto('migrations').values({ name, applied_at: now }).execute();
    }
    return pending.map(({ name }) => name);
  });

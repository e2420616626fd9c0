// Brings a database to this release's schema: under the engine's lock, in one transaction, so that a killed
// start leaves nothing half made and several nodes may start at once. Indexes on tables that have grown are built
// afterwards, beside everybody's work.
import { type Kysely, sql } from 'kysely';
import type { Log } from '../core/ports.ts';
import { hasTable } from './copy/ends.ts';
import { createIndexText } from './create-index.ts';
import type { Engine, Index, Session } from './engine.ts';
import { type Migration, migrations } from './migrations/index.ts';
import type { Tables } from './schema.ts';

type Line = { line?: readonly Migration[] };

/** The names of the migrations that were run now. Throws when a newer release has been here. */
export const migrate = (
  engine: Engine,
  { now, line = migrations }: { now: number } & Line,
): Promise<string[]> =>
  engine.migration(async (session) => {
    const { writer } = session;
    const { id, integer, tableEnd } = engine.columns;
    await writer.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('name', id, (column) => column.primaryKey().notNull())
      .addColumn('applied_at', integer, (column) => column.notNull())
      .modifyEnd(tableEnd)
      .execute();
    const pending = pendingOf(line, await appliedNames(writer));
    for (const migration of pending) {
      await migration.up(writer, engine.columns);
      await finish(engine, session, migration);
      await writer.insertInto('migrations').values({ name: migration.name, applied_at: now }).execute();
    }
    return pending.map(({ name }) => name);
  });

/** What `migrate` would run, and which indexes would be built after it or were left unbuilt. Changes nothing. */
export const outstanding = async (
  engine: Engine,
  { line = migrations }: Line = {},
): Promise<{ migrations: string[]; indexes: string[] }> => {
  const applied = (await isNew(engine)) ? [] : await appliedNames(engine.session.reader);
  const pending = pendingOf(line, applied);
  const missing = await missingIndexes(engine, { line: line.filter((each) => !pending.includes(each)) });
  return { migrations: pending.map(({ name }) => name), indexes: missing.map(({ name }) => name) };
};

/** Indexes of migrations that were run which are not there yet. */
export const missingIndexes = (engine: Engine, { line = migrations }: Line = {}): Promise<Index[]> =>
  engine.upkeep.missing(line.flatMap(({ indexes = [] }) => indexes));

/**
 * Builds them, and says so in the log. Never throws: without an index queries are slow and right, and the next start
 * tries again.
 */
export const buildIndexes = async (engine: Engine, missing: readonly Index[], log: Log): Promise<void> => {
  if (missing.length === 0) return;
  const indexes = missing.map(({ name }) => name);
  log.info('Indexes are being built while the gateway works', { indexes });
  try {
    const result = await engine.upkeep.build(missing);
    if ('refused' in result) log.warn('Indexes were not built', { indexes, reason: result.refused });
    else log.info('Indexes were built', { indexes: result.built });
  } catch (error) {
    log.warn('Indexes could not be built: the next start, or `mailgrant migrate`, tries again', { error });
  }
};

const finish = async (
  { upkeep }: Engine,
  session: Session,
  { indexes = [], tableSettings = [] }: Migration,
): Promise<void> => {
  for (const settings of tableSettings) await upkeep.set(session, settings);
  for (const index of indexes) {
    if (await upkeep.isSmall(session, index.table)) {
      await sql.raw(createIndexText(index, 'at once')).execute(session.writer);
    }
  }
};

const appliedNames = async (db: Kysely<Tables>): Promise<string[]> => {
  const rows = await db.selectFrom('migrations').select('name').orderBy('name').execute();
  return rows.map(({ name }) => name);
};

const pendingOf = (line: readonly Migration[], applied: readonly string[]): Migration[] => {
  const unknown = applied.find((name) => !line.some((known) => known.name === name));
  if (unknown !== undefined) {
    throw new Error(
      `The database was written by a newer release: it has the migration "${unknown}", which this ` +
        'release does not know. Start that release, or restore a backup from before the update.',
    );
  }
  return line.filter(({ name }) => !applied.includes(name));
};

const isNew = async ({ name, session }: Engine): Promise<boolean> =>
  !(await hasTable(session.reader, name, 'migrations'));

// Keeps a database as it is while it is compared, so that nothing written behind the comparison passes as equal, and
// sees the gateways that are connected. SQLite needs neither: its file is locked.
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { DatabaseInUse } from '../database-in-use.ts';
import { applicationName, type End } from './ends.ts';
import { copiedTables } from './tables.ts';

/** Longer than the server lets its own housekeeping be in the way (1 s). */
const lockMilliseconds = 5_000;

/** `work` while nobody can write into a table that is copied. Throws when a gateway is connected, or somebody writes. */
export const whileQuiet = async <T>(end: End, work: () => Promise<T>): Promise<T> => {
  if (end.engine === 'sqlite') return work();
  return end.db.transaction().execute(async (transaction) => {
    // It says nothing more until the comparison is over, which may take hours.
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(transaction);
    await sql`set local lock_timeout = ${sql.lit(lockMilliseconds)}`.execute(transaction);
    const tables = sql.join(copiedTables.map(({ name }) => sql.table(name)));
    await sql`lock table ${tables} in share mode`.execute(transaction).catch((cause: unknown) => {
      throw new Error(
        `The database ${end.label} cannot be kept as it is while it is compared: somebody writes into it, or it is a replica, or its tables belong to another role. Stop whoever uses it, and run the same command again.`,
        { cause },
      );
    });
    await assertNoGateway(end);
    return work();
  });
};

/**
 * Sees the gateways that are connected now, but for a moment in which the server forgets one that was just stopped.
 * Those that start on a target later are refused by the mark: unfinished.ts.
 */
export const assertNoGateway = async (end: End): Promise<void> => {
  if (end.engine === 'sqlite') return;
  let total = await countGateways(end);
  for (let look = 1; total > 0 && look < looksMax; look++) {
    await wait(lookMilliseconds);
    total = await countGateways(end);
  }
  if (total === 0) return;
  throw new DatabaseInUse(
    `The database ${end.label} is in use: ${total} connection(s) of a gateway are open. Stop every gateway on it first.`,
  );
};

const looksMax = 10;
const lookMilliseconds = 100;

const countGateways = async ({ db }: End): Promise<number> => {
  const { rows } = await sql<{ total: number }>`select count(*) as total from pg_stat_activity
    where datname = current_database() and application_name like 'mailgrant%'
    and application_name <> ${applicationName}`.execute(db);
  return rows[0]?.total ?? 0;
};

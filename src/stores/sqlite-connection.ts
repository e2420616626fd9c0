// One connection of node:sqlite with a bounded cache of prepared statements. Synchronous: the caller decides
// which thread waits.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Statement, StatementFailure, StatementResult } from './sqlite-protocol.ts';

export type Connection = {
  run(statement: Statement): StatementResult;
  exec(sql: string): void;
  isInTransaction(): boolean;
  close(): void;
};

const statementsMax = 256;
const busyMillisecondsMax = 5_000;

/** `busyMilliseconds`: how long a statement waits for others' locks. */
type ConnectionOptions = { readOnly: boolean; busyMilliseconds?: number };

export const openConnection = (
  path: string,
  { readOnly, busyMilliseconds = busyMillisecondsMax }: ConnectionOptions,
): Connection => {
  const database = new DatabaseSync(path, {
    readOnly,
    enableForeignKeyConstraints: true,
    timeout: busyMilliseconds,
  });
  // FULL: in WAL mode NORMAL would lose acknowledged commits when the machine loses power.
  // secure_delete: what is deleted is overwritten at once, and so is gone from the file.
  if (!readOnly)
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on');
  const cache = new Map<string, { statement: StatementSync; returnsRows: boolean }>();

  const prepare = (sql: string) => {
    const known = cache.get(sql);
    if (known !== undefined) {
      // Moves to the end: the map's first key is the one that was used longest ago.
      cache.delete(sql);
      cache.set(sql, known);
      return known;
    }
    const statement = database.prepare(sql);
    const made = { statement, returnsRows: statement.columns().length > 0 };
    cache.set(sql, made);
    if (cache.size > statementsMax) {
      const [oldest] = cache.keys();
      if (oldest !== undefined) cache.delete(oldest);
    }
    return made;
  };

  return {
    run: ({ sql, parameters }) => {
      const { statement, returnsRows } = prepare(sql);
      if (returnsRows) {
        const rows = statement.all(...parameters);
        return { rows, changes: rows.length };
      }
      return { rows: [], changes: Number(statement.run(...parameters).changes) };
    },
    exec: (sql) => database.exec(sql),
    isInTransaction: () => database.isTransaction,
    close: () => database.close(),
  };
};

/** An error in a form that crosses threads. */
export const failureOf = (error: unknown): StatementFailure => ({
  message: error instanceof Error ? error.message : String(error),
  resultCode:
    error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : null,
});

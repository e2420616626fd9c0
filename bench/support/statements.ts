// Counts what a process sends to its database, by wrapping the drivers. PostgreSQL: every query is a round trip,
// `begin` and `commit` included. SQLite: a read runs in the process itself; a message to the thread that writes is the
// nearest thing to a round trip, and several writes may share one.
import { StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import pg from 'pg';

export type Statements = {
  /** Queries to PostgreSQL. */
  postgres: number;
  /** Statements that ran on the connection that reads. */
  sqliteReads: number;
  /** Messages to the writer thread. */
  sqliteWrites: number;
};

/** Counts from now on, at a small cost for each statement; once in a process. */
export function countStatements(): { take(): Statements } {
  let counts: Statements = { postgres: 0, sqliteReads: 0, sqliteWrites: 0 };
  const count = (name: keyof Statements): void => {
    counts[name] += 1;
  };
  before(pg.Client.prototype, 'query', () => count('postgres'));
  for (const name of ['all', 'get', 'run', 'iterate'] as const) {
    before(StatementSync.prototype, name, () => count('sqliteReads'));
  }
  before(Worker.prototype, 'postMessage', () => count('sqliteWrites'));
  return {
    take: () => {
      const taken = counts;
      counts = { postgres: 0, sqliteReads: 0, sqliteWrites: 0 };
      return taken;
    },
  };
}

/** Calls `note` before the method, which stays as it is otherwise. */
function before(prototype: object, name: string, note: () => void): void {
  const method: unknown = Reflect.get(prototype, name);
  if (typeof method !== 'function') throw new Error(`the driver has no method "${name}" any more`);
  Reflect.set(prototype, name, function counted(this: unknown, ...parameters: unknown[]): unknown {
    note();
    return Reflect.apply(method, this, parameters);
  });
}

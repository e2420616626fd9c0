// Kysely's door to SQLite: hands each compiled statement to a function. Knows no threads and no transactions;
// those are the engine's.

import type { SQLInputValue } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Statement, StatementResult } from './sqlite-protocol.ts';

export type Runner = (statement: Statement) => StatementResult | Promise<StatementResult>;

export const sqliteDialect = (run: Runner): Dialect => ({
  createAdapter: () => new QueueingAdapter(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createDriver: () => {
    const connection = connectionOver(run);
    return {
      init: async () => {},
      acquireConnection: async () => connection,
      releaseConnection: async () => {},
      beginTransaction: noTransactions,
      commitTransaction: noTransactions,
      rollbackTransaction: noTransactions,
      destroy: async () => {},
    };
  },
});

/** Kysely would run one statement after the other here, and no two callers could share a commit. */
class QueueingAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

export const statementOf = ({ sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>): Statement => ({
  sql,
  parameters: parameters.map(bindable),
});

const noTransactions = (): Promise<never> =>
  Promise.reject(new Error('Transactions on SQLite go through the engine.'));

const connectionOver = (run: Runner): DatabaseConnection => ({
  executeQuery: async (query) => {
    const { rows, changes } = await run(statementOf(query));
    return { rows: rows as never[], numAffectedRows: BigInt(changes) };
  },
  streamQuery: () => {
    throw new Error('Results are not streamed: every list is a page.');
  },
});

const bindable = (value: unknown): SQLInputValue => {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint' || value instanceof Uint8Array) return value;
  throw new TypeError(`A value of type ${typeof value} cannot be stored.`);
};

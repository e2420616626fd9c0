// What a database engine gives to the one store: sessions, transactions, column types, and the few statements
// that cannot be the same on both. Owns no SQL of its own.
import type { Kysely, RawBuilder, SelectQueryBuilder, Updateable } from 'kysely';
import type { GrantsTable, Tables, TokenSetsTable } from './schema.ts';

export type EngineName = 'sqlite' | 'postgres';

/** The rows of one refresh: written together, only if the grant still has `version`. */
export type RefreshedRows = {
  grantId: string;
  version: number;
  grant: Updateable<GrantsTable>;
  tokenSet: TokenSetsTable;
};

/** Where statements run: the database at large, or inside one transaction. */
export type Session = {
  reader: Kysely<Tables>;
  writer: Kysely<Tables>;
  /** Compare-and-swap of the grant and, only if it won, the upsert of the token set: one unit. */
  saveRefreshed(rows: RefreshedRows): Promise<boolean>;
  /** Leaves out rows that another claim holds at this moment, where the engine has such a thing. */
  claimable<Table extends keyof Tables, Columns>(
    query: SelectQueryBuilder<Tables, Table, Columns>,
  ): SelectQueryBuilder<Tables, Table, Columns>;
  /** Holds the rows that it finds until the transaction ends. Outside of one it holds nothing. */
  held<Table extends keyof Tables, Columns>(
    query: SelectQueryBuilder<Tables, Table, Columns>,
  ): SelectQueryBuilder<Tables, Table, Columns>;
  /** Holds a text, which need be in no row, until the transaction ends. Outside of one it holds nothing. */
  lockText(text: string): Promise<void>;
};

export type ColumnTypes = {
  /** Ids and hashes: compared byte by byte, so that ids of version 7 sort by creation. */
  id: RawBuilder<unknown>;
  text: RawBuilder<unknown>;
  integer: RawBuilder<unknown>;
  bytes: RawBuilder<unknown>;
  /** What follows the closing bracket of `create table`. */
  tableEnd: RawBuilder<unknown>;
};

export type Engine = {
  name: EngineName;
  session: Session;
  columns: ColumnTypes;
  /** All or nothing. An operation that failed inside dooms it, even if `work` swallows the failure. */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** As `transaction`, one process at a time over the whole database, with time for long statements. */
  migration<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

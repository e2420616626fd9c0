// What a database engine gives to the one store: sessions, transactions, column types, and the few statements
// that cannot be the same on both. Owns no SQL of its own.
import type {
  Kysely,
  QueryCreator,
  RawBuilder,
  SelectQueryBuilder,
  SqlBool,
  UpdateQueryBuilder,
  UpdateResult,
} from 'kysely';
import type { Change, ChangeFeed, Lease } from '../core/ports.ts';
import type { AppendOnlyStatements } from './append-only.ts';
import type { Row } from './row.ts';
import type { Tables, TokenSetsTable } from './schema.ts';

export type EngineName = 'sqlite' | 'postgres';

/** The rows of one refresh: written together, only if the grant still has `version`. */
export type RefreshedRows = {
  grantId: string;
  version: number;
  /** Sealed; null = it stays. */
  refreshToken: Uint8Array | null;
  refreshTokenExpiresAt: number | null;
  /** The end that is stored stays. */
  keepsExpiry: boolean;
  /** JSON; null = they stay. */
  lostScopes: string | null;
  at: number;
  keepAliveAt: number;
  endsAt: number | null;
  tokenSet: TokenSetsTable;
  /** What other nodes keep in memory of the grant must be forgotten. */
  isAnnounced: boolean;
};

export type GrantClaim = { id: string; lease: Lease };

/** Where statements run: the database at large, or inside one transaction. */
export type Session = {
  reader: Kysely<Tables>;
  /**
   * For reads that may look at many rows: they hold up no others, and may wait for one another, each workspace in its
   * turn; null = the installation's. As with `reader`, one that begins after a write was acknowledged sees it.
   */
  scannerFor(workspaceId: string | null): Kysely<Tables>;
  writer: Kysely<Tables>;
  /** A read is a round trip on a connection that others may use: those of one moment are better asked together. */
  readsTogether: boolean;
  /**
   * Compare-and-swap of the grant and, only if it won, the upsert of the token set: one unit, durable when it resolves.
   * Those of one moment may share a round trip and a commit.
   */
  saveRefreshed(rows: RefreshedRows): Promise<boolean>;
  /**
   * Takes the lease of an active grant that nobody holds, and answers it as `changeGrants` does; no rows when it could
   * not be had at once. Those of one moment may share a round trip.
   */
  claimGrant(claim: GrantClaim): Promise<Row[]>;
  /**
   * Changes grants and answers those that were changed, each with its OAuth client and its token sets
   * (operations/grant-joins.ts): one round trip where the engine can.
   */
  changeGrants(
    update: (db: QueryCreator<Tables>) => UpdateQueryBuilder<Tables, 'grants', 'grants', UpdateResult>,
  ): Promise<Row[]>;
  /** Runs in this transaction, or in one of its own. */
  unit<T>(work: (unit: UnitSession) => Promise<T>): Promise<T>;
  /** Leaves out rows that another claim holds at this moment, where the engine has such a thing. */
  claimable<Table extends keyof Tables, Columns>(
    query: SelectQueryBuilder<Tables, Table, Columns>,
  ): SelectQueryBuilder<Tables, Table, Columns>;
  /**
   * That the id is among what the query finds, which is run once; rows that another one holds are left out, and no key
   * of the rows may be changed: behind a plain `in` PostgreSQL may run it
   * again for each row that it looks at, and so find more than its limit.
   */
  isAmong<Table extends keyof Tables>(
    query: SelectQueryBuilder<Tables, Table, { id: string }>,
  ): RawBuilder<SqlBool>;
  /**
   * Holds the rows that it finds until the transaction ends, against everybody who would change or remove them. Rows
   * that refer to them may come meanwhile. Outside of a transaction it holds nothing.
   */
  held<Table extends keyof Tables, Columns>(
    query: SelectQueryBuilder<Tables, Table, Columns>,
  ): SelectQueryBuilder<Tables, Table, Columns>;
  /** As `held`, but any number may hold them: nobody changes or removes them meanwhile. */
  heldAgainstChanges<Table extends keyof Tables, Columns>(
    query: SelectQueryBuilder<Tables, Table, Columns>,
  ): SelectQueryBuilder<Tables, Table, Columns>;
  /** As `held`, also against rows that would refer to them: before they are removed. */
  heldForRemoval<Table extends keyof Tables, Columns>(
    query: SelectQueryBuilder<Tables, Table, Columns>,
  ): SelectQueryBuilder<Tables, Table, Columns>;
  /** Holds a text, which need be in no row, until the transaction ends. Outside of one it holds nothing. */
  lockText(text: string): Promise<void>;
  /** Brings what was deleted out of the files, where the engine can; not inside of a transaction. */
  forgetRemoved(): Promise<void>;
};

/** Inside a transaction. */
export type UnitSession = Session & {
  /** What is kept in memory of this object must be forgotten, on every node, once the transaction is committed. */
  announce(change: Change): void;
};

export type ColumnTypes = {
  /** Ids and hashes: compared byte by byte, so that ids of version 7 sort by creation. */
  id: RawBuilder<unknown>;
  text: RawBuilder<unknown>;
  integer: RawBuilder<unknown>;
  bytes: RawBuilder<unknown>;
  /** The number of a transaction, where the engine has such a thing. */
  transaction: RawBuilder<unknown>;
  /** What follows the closing bracket of `create table`. */
  tableEnd: RawBuilder<unknown>;
  /** The statements that keep rows of a table as they were inserted. */
  appendOnly: AppendOnlyStatements;
};

/** On a table that may be large. `where` is SQL of both engines. */
export type Index = { name: string; table: keyof Tables; columns: readonly string[]; where?: string };

/** `store`: parameters of `alter table ... set (...)`; of an engine without them they say nothing. */
export type TableSettings = { table: keyof Tables; store: Readonly<Record<string, number>> };

/** What an engine does in its own way with the tables themselves. */
export type Upkeep = {
  /** In a migration: whether an index on this table is built in no time, so that nobody is kept waiting. */
  isSmall(session: Session, table: keyof Tables): Promise<boolean>;
  set(session: Session, settings: TableSettings): Promise<void>;
  /** Which of these are not there, or were left half built. */
  missing(indexes: readonly Index[]): Promise<Index[]>;
  /**
   * Builds those that are missing while everybody goes on writing, for as long as it takes; one process at a time, so
   * that it may answer that somebody else is at it. Answers the names of those that it built.
   */
  build(indexes: readonly Index[]): Promise<{ built: string[] } | { refused: string }>;
};

/** `waiting`: callers for whom no connection, or not the writer, is free. */
export type EngineLoad = { connections: number; idle: number; waiting: number };

export type Engine = {
  name: EngineName;
  session: Session;
  columns: ColumnTypes;
  /** All or nothing. An operation that failed inside dooms it, even if `work` swallows the failure. */
  transaction<T>(work: (session: UnitSession) => Promise<T>): Promise<T>;
  /**
   * As `transaction`, one process at a time over the whole database, with time for long statements. `work` may be run
   * again from its beginning: one that would keep others waiting is rolled back and tried later.
   */
  migration<T>(work: (session: Session) => Promise<T>): Promise<T>;
  upkeep: Upkeep;
  changes: ChangeFeed;
  /** Of this process, at this moment. */
  load(): EngineLoad;
  /** Throws when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

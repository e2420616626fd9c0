// The database of a place: where it is, how to write rows in bulk, how large it is. SQLite in a folder, or an own
// database on a PostgreSQL server that this run starts (with fsync, as an installation has it).
import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import pg from 'pg';
import { createDatabase, type PostgresCluster, startPostgres } from '../../test/counterparts/postgres.ts';
import { makeFolder, removeFolder } from './folders.ts';
import { numberAt } from './members.ts';
import type { Rows } from './population.ts';
import { cpuOfFamily } from './process-times.ts';

export type EngineName = 'sqlite' | 'postgres';

/** Rows of one table, all with the same columns. */
type Batch = { table: string; rows: Record<string, unknown>[] };

export type BenchDatabase = {
  engine: EngineName;
  /** What the gateway is told, beside its data directory. */
  environment: Record<string, string>;
  /** One transaction. The schema must be there, and with SQLite no gateway may be busy on it. */
  insert(rows: Rows): Promise<void>;
  execute(statement: string): Promise<void>;
  /** Of a statement that answers one number, named `count`. */
  count(statement: string): Promise<number>;
  /** After loading: statistics for the planner, and everything in its place on disk. */
  settle(): Promise<void>;
  sizeBytes(): Promise<number>;
  /** CPU time of the server's processes so far, in microseconds; null where it has none of its own. */
  cpuMicroseconds(): number | null;
  close(): Promise<void>;
};

function batchesOf(rows: Rows): Batch[] {
  const batches = new Map<string, Batch>();
  for (const { table, row } of rows) {
    const batch = batches.get(table) ?? { table, rows: [] };
    batches.set(table, batch);
    batch.rows.push(row);
  }
  return [...batches.values()];
}

export function sqliteDatabase(dataDir: string): BenchDatabase {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'mailgrant.db');
  const open = <T>(work: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(path, { timeout: 30_000 });
    try {
      database.exec('pragma synchronous = off; pragma cache_size = -200000');
      return work(database);
    } finally {
      database.close();
    }
  };
  return {
    engine: 'sqlite',
    environment: {},
    insert: async (rows) =>
      open((database) => {
        database.exec('begin immediate');
        for (const batch of batchesOf(rows)) {
          const columns = Object.keys(batch.rows[0] ?? {});
          const places = columns.map(() => '?').join(', ');
          const insert = database.prepare(
            `insert into ${batch.table} (${columns.join(', ')}) values (${places})`,
          );
          for (const row of batch.rows) insert.run(...columns.map((column) => sqlValue(row[column])));
        }
        database.exec('commit');
      }),
    execute: async (statement) => open((database) => database.exec(statement)),
    count: async (statement) => open((database) => numberAt(database.prepare(statement).get(), 'count')),
    settle: async () => {
      open((database) => database.exec('pragma wal_checkpoint(truncate)'));
      // Or the first commits of a gateway wait for gigabytes that the system still has to write.
      const file = openSync(path, 'r+');
      fsyncSync(file);
      closeSync(file);
    },
    sizeBytes: async () => statSync(path).size,
    cpuMicroseconds: () => null,
    close: async () => {},
  };
}

function sqlValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (value instanceof Uint8Array) return value;
  throw new Error(`no value for a column: ${typeof value}`);
}

let cluster: Promise<PostgresCluster> | null = null;
let clusterFolder: string | null = null;

/** Starts the server with the first database of a run. */
export async function postgresDatabase(): Promise<BenchDatabase> {
  clusterFolder ??= makeFolder({ isPublic: true });
  cluster ??= startPostgres({ parent: clusterFolder, isDurable: true });
  const { server, ...address } = await cluster;
  const { url, drop } = await createDatabase(address);
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // A database that is dropped cuts off what is idle on it.
  pool.on('error', () => {});
  return {
    engine: 'postgres',
    environment: { MAILGRANT_DATABASE_URL: url },
    insert: async (rows) => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        for (const batch of batchesOf(rows)) await insertBatch(client, batch);
        await client.query('commit');
      } finally {
        client.release();
      }
    },
    execute: async (statement) => {
      await pool.query(statement);
    },
    count: async (statement) => numberAt((await pool.query(statement)).rows[0], 'count'),
    settle: async () => {
      await pool.query('vacuum analyze');
      await pool.query('checkpoint');
    },
    sizeBytes: async () => {
      const { rows } = await pool.query('select pg_database_size(current_database()) as bytes');
      return numberAt(rows[0], 'bytes');
    },
    cpuMicroseconds: () => cpuOfFamily(server.pid),
    close: async () => {
      await pool.end();
      await drop();
    },
  };
}

/** To be called once, at the end of a run. */
export async function stopPostgres(): Promise<void> {
  const running = cluster;
  cluster = null;
  await (await running)?.stop();
  if (clusterFolder !== null) removeFolder(clusterFolder);
  clusterFolder = null;
}

/** As JSON, which the server turns into the table's own types; columns that are not given have their defaults. */
async function insertBatch(client: pg.ClientBase, { table, rows }: Batch): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  const text = JSON.stringify(rows, (_, value: unknown) =>
    value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value,
  );
  await client.query(
    `insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, $1::json)`,
    [text],
  );
}

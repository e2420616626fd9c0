// Which way each engine takes for everything that falls due: by which index, how many rows it looks at, how long.
// The test of plans asserts what is shown here.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { openEngine } from '../src/stores/index.ts';
import { migrate } from '../src/stores/migrate.ts';
import { createDatabase, type PostgresAddress, startPostgres } from '../test/counterparts/postgres.ts';
import type { Bench } from './options.ts';
import type { EngineName } from './support/databases.ts';
import { insertsOf } from './support/due-rows.ts';
import { dueStatements } from './support/due-statements.ts';
import { type Plan, postgresPlan, sqlitePlan } from './support/query-plans.ts';
import { atMost, type Size, type Table } from './support/report.ts';

const counts = { full: 500_000, short: 50_000, tiny: 20_000 } as const satisfies Record<Size, number>;

export const plans: Bench = async ({ engines, size, say }) => {
  const tables: Table[] = [];
  let faults = 0;
  for (const engine of engines) {
    say(`${engine}: ${counts[size]} rows in each table`);
    const found = await plansOf(engine, counts[size]);
    faults += found.filter((plan) => plan.faults.length > 0).length;
    tables.push({
      title: `${engine}, ${counts[size]} rows in each table, one batch of 100`,
      rows: found.map(({ work, by, rows, milliseconds, faults: each }) => ({
        work,
        'rows looked at': rows,
        ms: milliseconds,
        'found by': by.join(', '),
        '': each.join('; '),
      })),
    });
  }
  return { tables, targets: [atMost('statements whose cost grows with the table', faults, 0)] };
};

const plansOf = (engine: EngineName, count: number): Promise<Plan[]> =>
  engine === 'sqlite' ? sqlitePlans(count) : withCluster((address) => postgresPlans(address, count));

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function prepare(databaseUrl: string): Promise<void> {
  const engine = await openEngine({ databaseUrl, dataDir: '/nowhere', log: quiet });
  await migrate(engine, { now: 1 }).finally(() => engine.close());
}

export async function sqlitePlans(count: number): Promise<Plan[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-plans-'));
  try {
    const path = join(folder, 'mailgrant.db');
    await prepare(`sqlite:${path}`);
    const database = new DatabaseSync(path);
    try {
      database.exec('pragma synchronous = off');
      for (const statement of insertsOf('sqlite', count)) database.exec(statement);
      return (await dueStatements('sqlite')).map((statement) => sqlitePlan(database, statement));
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function postgresPlans(address: PostgresAddress, count: number): Promise<Plan[]> {
  const { url, drop } = await createDatabase(address);
  try {
    await prepare(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      for (const statement of insertsOf('postgres', count)) await client.query(statement);
      await client.query('vacuum analyze');
      const found: Plan[] = [];
      for (const statement of await dueStatements('postgres'))
        found.push(await postgresPlan(client, statement));
      return found;
    } finally {
      await client.end();
    }
  } finally {
    await drop();
  }
}

async function withCluster<T>(work: (address: PostgresAddress) => Promise<T>): Promise<T> {
  const cluster = await startPostgres();
  try {
    return await work(cluster);
  } finally {
    await cluster.stop();
  }
}

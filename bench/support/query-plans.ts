// What an engine does for a statement, and whether that grows with the table: read as each engine tells it.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type pg from 'pg';
import { largeTables } from './due-rows.ts';
import { batch, type DueStatement } from './due-statements.ts';

export type Plan = {
  work: string;
  /** Indexes by which rows are found. */
  by: string[];
  /** Rows looked at; null where the engine does not say. */
  rows: number | null;
  milliseconds: number;
  /** What would grow with the table; empty = nothing. */
  faults: string[];
};

/** A batch may look at rows beside it (claimed, not to be warned of), but not at the table. */
const rowsMax = 10 * batch;

type Node = Record<string, unknown>;

/** Runs the statement, and takes back what it did. */
export async function postgresPlan(client: pg.ClientBase, statement: DueStatement): Promise<Plan> {
  await client.query('begin');
  try {
    const { rows } = await client.query(`explain (analyze, format json) ${statement.text}`, [
      ...statement.parameters,
    ]);
    const [top]: Node[] = rows[0]['QUERY PLAN'];
    const nodes = [...nodesBelow(top?.Plan)];
    const scans = nodes.filter(
      (node) => typeof node['Node Type'] === 'string' && / ?Scan$/.test(String(node['Node Type'])),
    );
    const looked = scans.map(lookedAt);
    const faults = nodes.flatMap((node) => postgresFaults(node));
    const rowsLooked = looked.reduce((sum, each) => sum + each, 0);
    if (rowsLooked > rowsMax) faults.push(`looks at ${rowsLooked} rows`);
    return {
      work: statement.work,
      by: unique(
        nodes.flatMap((node) => (typeof node['Index Name'] === 'string' ? [node['Index Name']] : [])),
      ),
      rows: rowsLooked,
      milliseconds: Number(top?.['Execution Time'] ?? 0),
      faults,
    };
  } finally {
    await client.query('rollback');
  }
}

function postgresFaults(node: Node): string[] {
  const table = String(node['Relation Name'] ?? '');
  // One that ends at once, because what it is joined with is empty, reads nothing.
  const isRead = lookedAt(node) > rowsMax;
  if (node['Node Type'] === 'Seq Scan' && isRead && largeTables.includes(table))
    return [`reads all of ${table}`];
  if (node['Node Type'] === 'Sort' && numberOf(node, 'Actual Rows') > rowsMax)
    return ['sorts more than its batch'];
  return [];
}

function* nodesBelow(node: unknown): Generator<Node> {
  if (typeof node !== 'object' || node === null) return;
  const known: Node = { ...node };
  yield known;
  if (Array.isArray(known.Plans)) for (const each of known.Plans) yield* nodesBelow(each);
}

const lookedAt = (node: Node): number =>
  (numberOf(node, 'Actual Rows') + numberOf(node, 'Rows Removed by Filter')) * numberOf(node, 'Actual Loops');

const numberOf = (node: Node, name: string): number => Number(node[name] ?? 0);

/**
 * SQLite puts the jobs that are not over in order itself: few, for each workspace may have only so many; and endpoints
 * that have something pending: one row for each.
 */
const sortsFew = new Set(['background jobs to be worked on', 'endpoints whose turn it is']);

/** Indexes with a condition, over nothing but the rows that are open: whoever goes through one reads just these. */
const indexesOfTheOpen = new Set(['events_pending', 'webhook_deliveries_due', 'webhook_deliveries_turn']);

export function sqlitePlan(database: DatabaseSync, statement: DueStatement): Plan {
  const values = statement.parameters.map(sqlValue);
  const lines = database
    .prepare(`explain query plan ${statement.text}`)
    .all(...values)
    .map(({ detail }) => String(detail));
  const startedAt = performance.now();
  database.exec('begin');
  try {
    database.prepare(statement.text).all(...values);
  } finally {
    database.exec('rollback');
  }
  return {
    work: statement.work,
    by: unique(lines.flatMap((line) => /USING (?:COVERING )?INDEX (\w+)/.exec(line)?.[1] ?? [])),
    rows: null,
    milliseconds: performance.now() - startedAt,
    faults: lines.flatMap((line) => {
      const [, scanned, index] = /^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?/.exec(line) ?? [];
      if (index !== undefined && indexesOfTheOpen.has(index)) return [];
      if (scanned !== undefined && largeTables.includes(scanned)) return [`reads all of ${scanned}`];
      const isSort = /TEMP B-TREE FOR ORDER BY/.test(line) && !sortsFew.has(statement.work);
      return isSort ? ['sorts what it finds'] : [];
    }),
  };
}

const unique = (names: string[]): string[] => [...new Set(names)];

function sqlValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  throw new Error(`no value for a parameter: ${typeof value}`);
}

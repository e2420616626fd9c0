// Where the canary tests look: everything that a gateway writes or says, collected while a run goes on, and what its
// database holds in the end, read below all of our own code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type CanaryPlace, type CanarySecret, takenOut } from './canary-search.ts';

export type Collection = ReturnType<typeof createCollection>;

type Told = { status: number; headers: Headers; text: string };

/** Those of the sessions and their cookies are handed to the browser. */
const handedHeaders: ReadonlySet<string> = new Set(['set-cookie', 'location']);

export function createCollection() {
  const texts = new Map<string, string[]>();
  const secrets: CanarySecret[] = [];

  const add = (place: string, text: string): void => {
    const kept = texts.get(place) ?? [];
    kept.push(text);
    texts.set(place, kept);
  };

  const secret = (name: string, value: unknown, { isLink = false } = {}): void => {
    if (typeof value !== 'string' || value === '') throw new Error(`${name} is no secret`);
    // Of a link the token is what opens something; it is the last part of the path.
    const text = isLink ? (new URL(value).pathname.split('/').at(-1) ?? '') : value;
    secrets.push({ name, value: text, isLink });
  };

  return {
    secrets,
    secret,
    add,
    /**
     * An answer with its headers. `hands`: members that give a secret to whoever asked, on purpose: they are noted as
     * secrets, and the rest of the answer must not hold them again. Links are such members everywhere.
     */
    answer(place: string, { status, headers, text }: Told, hands: readonly string[] = []): void {
      const rest = takenOut(text, ['reconnect_url', 'reconnectUrl'], (name, value) =>
        secret(name, value, { isLink: true }),
      );
      const whole = takenOut(rest, hands, (name, value) =>
        secret(`${name} of ${place}`, value, { isLink: value.startsWith('http') }),
      );
      const lines = [...headers].filter(([name]) => !handedHeaders.has(name)).map((line) => line.join(': '));
      const problem = headers.get('content-type')?.startsWith('application/problem+json') ?? false;
      add(problem ? 'problem documents' : place, [String(status), ...lines, whole].join('\n'));
    },
    page: (text: string): void => add('pages', text),
    places: (): CanaryPlace[] =>
      [...texts].map(([name, all]) => ({
        name,
        content: all.join('\n'),
        isShownToHolder: name === 'pages',
      })),
  };
}

/** SQLite's files as bytes, what waits in the WAL included, and whatever else lies beside them. */
export function filesOf(folder: string, isWanted: (name: string) => boolean): CanaryPlace {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isWanted(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name));
  return {
    name: `files (${files.length})`,
    content: files.map((file) => readFileSync(file, 'latin1')).join('\n'),
  };
}

/** Every column of every row of every table. */
export async function dumpOf(databaseUrl: string): Promise<CanaryPlace & { tables: number }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name
       from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const parts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<Record<string, unknown>>(`select * from ${name}`);
      parts.push(name, ...rows.flatMap((row) => Object.values(row).map(textOf)));
    }
    return { name: 'database', content: parts.join('\n'), tables: tables.length };
  } finally {
    await client.end();
  }
}

const textOf = (value: unknown): string => {
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
};

// Rows of an import file, one at a time, however large the file is: JSON Lines or CSV, each row read into what the
// native API takes, or told with its line and what is wrong with it.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fromEmailEngine } from './emailengine-row.ts';
import { readCsv, recordMax } from './read-csv.ts';

export type RawRow =
  | { line: number; members: ReadonlyMap<string, unknown> }
  | { line: number; mistake: string };

export type ImportRow = {
  line: number;
  /** The same for the same mailbox and token in whatever order and file. */
  key: string;
  provider: string;
  email: string | null;
  refreshToken: string;
  oauthClientId: string | null;
  scope: string | null;
  name: string | null;
  customer: string | null;
  metadata: Readonly<Record<string, string>> | null;
  disabled: boolean;
};

export type ReadRow = ImportRow | { line: number; email: string | null; mistake: string };

export type RowSource = {
  path: string;
  format: 'jsonl' | 'csv';
  /** From their columns to ours. */
  rename: ReadonlyMap<string, string>;
  /** Their columns that say nothing to us. */
  ignore: ReadonlySet<string>;
  isEmailEngine: boolean;
  /** From their applications to OAuth clients here. */
  clients: ReadonlyMap<string, string>;
  defaults: { provider: string | null; oauthClientId: string | null; customer: string | null };
};

const taken: ReadonlySet<string> = new Set([
  'provider',
  'email',
  'refresh_token',
  'oauth_client_id',
  'scope',
  'name',
  'customer',
  'metadata',
  'disabled',
]);
/** In an export; they say what was, and an import makes it anew. */
const informational: ReadonlySet<string> = new Set(['id', 'status', 'reason', 'scopes', 'created_at']);

const providerWords: Readonly<Record<string, string>> = {
  google: 'google',
  gmail: 'google',
  microsoft: 'microsoft',
  outlook: 'microsoft',
  office365: 'microsoft',
};

/** Throws `UsageError` for a file that is not of its format as a whole. */
export async function* readRows(source: RowSource): AsyncGenerator<ReadRow> {
  const unknownOf = (columns: readonly string[]): string | null => unknownIn(columns, source.ignore);
  const { path, rename } = source;
  const raw = source.format === 'csv' ? readCsv(path, { rename, unknownOf }) : readJsonLines(source);
  for await (const row of raw) yield 'mistake' in row ? { ...row, email: null } : rowOf(row, source);
}

function unknownIn(columns: readonly string[], ignore: ReadonlySet<string>): string | null {
  const unknown = columns.filter((name) => !taken.has(name) && !informational.has(name) && !ignore.has(name));
  if (unknown.length === 0) return null;
  return `unknown column ${unknown.join(', ')}: --rename it to one of ${[...taken].join(', ')}, or --ignore it`;
}

async function* readJsonLines({ path, rename, isEmailEngine, clients }: RowSource): AsyncGenerator<RawRow> {
  const input = createReadStream(path, 'utf8');
  let line = 0;
  try {
    for await (const raw of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      const text = line === 1 ? raw.replace(/^\uFEFF/, '') : raw;
      if (text.trim() === '') continue;
      const value = text.length > recordMax ? null : jsonObject(text);
      if (value === null) {
        yield { line, mistake: text.length > recordMax ? 'is too long' : 'is no JSON object' };
        continue;
      }
      const members = isEmailEngine ? fromEmailEngine(value, clients) : value;
      yield {
        line,
        members: new Map([...members].map(([name, member]) => [rename.get(name) ?? name, member])),
      };
    }
  } finally {
    input.destroy();
  }
}

function rowOf(
  { line, members }: { line: number; members: ReadonlyMap<string, unknown> },
  { ignore, clients, defaults }: RowSource,
): ReadRow {
  const mistakes: string[] = [];
  const unknown = unknownIn([...members.keys()], ignore);
  if (unknown !== null) mistakes.push(unknown);
  const text = (name: string): string | null => {
    const value = members.get(name);
    if (value === undefined || value === null || value === '') return null;
    if (isMangled(value)) mistakes.push(`${name} is not in UTF-8: save the file in that encoding`);
    if (typeof value === 'string') return value.trim();
    mistakes.push(`${name} must be text`);
    return null;
  };
  const email = text('email');
  const isAddress = email === null || /^[^\s@]+@[^\s@]+$/.test(email);
  if (!isAddress) mistakes.push('email is no address');
  const said = text('provider') ?? defaults.provider;
  const provider = said === null ? null : (providerWords[said.toLowerCase()] ?? null);
  if (provider === null)
    mistakes.push(said === null ? 'provider is missing' : 'provider must be google or microsoft');
  const refreshToken = text('refresh_token');
  if (refreshToken === null) mistakes.push('refresh_token is missing');
  else if (!/^[\x21-\x7e]{1,16384}$/.test(refreshToken))
    mistakes.push('refresh_token has characters that no token has');
  const metadata = metadataOf(members.get('metadata'), mistakes);
  if (isMangled(JSON.stringify(metadata)))
    mistakes.push('metadata is not in UTF-8: save the file in that encoding');
  const disabled = booleanOf(members.get('disabled'), mistakes);
  const client = text('oauth_client_id') ?? defaults.oauthClientId;
  const row = {
    scope: text('scope'),
    name: text('name'),
    customer: text('customer') ?? defaults.customer,
  };
  if (mistakes.length > 0 || provider === null || refreshToken === null) {
    return { line, email: isAddress ? email : null, mistake: mistakes.join('; ') };
  }
  return {
    line,
    key: keyOf(provider, email, refreshToken),
    provider,
    email: email?.toLowerCase() ?? null,
    refreshToken,
    oauthClientId: client === null ? null : (clients.get(client) ?? client),
    ...row,
    metadata,
    disabled,
  };
}

/** Spreadsheets save in the encoding of their system; read as UTF-8, its umlauts would be lost without a word. */
const isMangled = (value: unknown): boolean => typeof value === 'string' && value.includes('\uFFFD');

/** Of a token only a hash, so that a journal is worth nothing to a thief. */
function keyOf(provider: string, email: string | null, refreshToken: string): string {
  const parts = [provider, email?.toLowerCase() ?? '', refreshToken];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** An object of texts; in CSV the same as JSON text. */
function metadataOf(value: unknown, mistakes: string[]): Readonly<Record<string, string>> | null {
  if (value === undefined || value === null || value === '') return null;
  const members = typeof value === 'string' ? jsonObject(value) : jsonObject(JSON.stringify(value));
  if (members === null || [...members.values()].some((one) => typeof one !== 'string')) {
    mistakes.push('metadata must be a JSON object of texts');
    return null;
  }
  return members.size === 0
    ? null
    : Object.fromEntries([...members].map(([name, one]) => [name, String(one)]));
}

function booleanOf(value: unknown, mistakes: string[]): boolean {
  const text = String(value ?? 'false').toLowerCase();
  if (['true', 'yes', '1'].includes(text)) return true;
  if (!['false', 'no', '0'].includes(text)) mistakes.push('disabled must be true or false');
  return false;
}

/** The members of a JSON object; null for anything else. */
function jsonObject(text: string): Map<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? new Map(Object.entries(value)) : null;
  } catch {
    return null;
  }
}

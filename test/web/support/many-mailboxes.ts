// Ten thousand mailboxes in seconds: rows as the store writes them, past the server. Their tokens are made up, so nothing
// is done with them that would ask a provider.
import pg from 'pg';
import { sqliteDatabase } from '../../../bench/support/databases.ts';
import { type Owner, type Rows, rowsOf } from '../../../bench/support/population.ts';
import type { Mailbox } from '../../../src/core/mailboxes.ts';
import { createKeyring, parseKeyring } from '../../../src/stores/keyring.ts';
import { changedColumns } from '../../../src/stores/operations/mailbox-rows.ts';
import type { Call } from '../../support/installation.ts';
import type { Stage } from './stage.ts';

export const manyMax = 10_000;
const rowsAtOnce = 2_000;

/** In the order of the list: by address, which has the index in it. */
export const manyAddress = (index: number): string => `owner${String(index).padStart(5, '0')}@fleet.test`;

/** The first customer has 500: more than a page, few enough to be changed one by one in a test. */
const customersCount = 20;
export const mailboxesOfCustomer = manyMax / customersCount;
const customerOf = (index: number): string | null => {
  const turn = index % customersCount;
  return turn === 0 ? 'Northwind' : turn % 4 === 3 ? null : `Customer ${turn}`;
};

const givenNames = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Donald', 'Frances', 'Tony'] as const;

/** Every hundredth is disabled, every fiftieth degraded: what the filters find. */
export const isDegraded = (index: number): boolean => index % 50 === 7;

const faces = (index: number, now: number): Partial<Mailbox> => ({
  email: manyAddress(index),
  name: `${givenNames[index % givenNames.length] ?? ''} Owner ${index}`,
  customer: customerOf(index),
  ...(index % 100 === 3 ? { disabledAt: now - 60_000 } : {}),
  verification: {
    verifiedAt: now - (index % 86_400) * 1000,
    results: [
      { transport: 'imap', ok: true, reason: 'ok', detail: null, durationMilliseconds: 84 },
      isDegraded(index)
        ? {
            transport: 'smtp',
            ok: false,
            reason: 'smtp_auth_disabled',
            detail: '535 5.7.139 Authentication unsuccessful',
            durationMilliseconds: 61,
          }
        : { transport: 'smtp', ok: true, reason: 'ok', detail: null, durationMilliseconds: 61 },
    ],
  },
});

/** A workspace that has them, and a key of it that may do everything. */
export async function addManyMailboxes(stage: Stage): Promise<{ id: string; apiKey: string; call: Call }> {
  const { installation } = stage;
  const workspace = await installation.addWorkspace('Fleet');
  const keyring = createKeyring(parseKeyring(installation.environment.MAILGRANT_KEYRING ?? ''));
  const owner: Owner = {
    workspaceId: workspace.id,
    oauthClientIds: await clientsOf(workspace.call),
    keyring,
  };
  const now = Date.now();
  for (let at = 0; at < manyMax; at += rowsAtOnce) {
    const rows: Rows = [];
    for (let index = at; index < at + rowsAtOnce; index += 1) {
      const provider = index % 5 === 0 ? 'microsoft' : 'google';
      for (const { table, row } of rowsOf(index, { from: at, count: rowsAtOnce, provider }, owner, now)) {
        rows.push(
          table === 'mailboxes'
            ? { table, row: { ...row, ...changedColumns(faces(index, now)), number: 1_000_000 + index } }
            : { table, row },
        );
      }
    }
    await insert(stage, rows);
  }
  return workspace;
}

async function clientsOf(call: Call): Promise<Owner['oauthClientIds']> {
  const { body, text } = await call('GET', '/v1/oauth-clients');
  const items: unknown[] = Array.isArray(body.items) ? body.items : [];
  const idOf = (provider: string): string => {
    const found = items.map(Object).find((item) => item.provider === provider);
    if (found === undefined) throw new Error(`no OAuth client at ${provider}: ${text}`);
    return String(found.id);
  };
  return { google: idOf('google'), microsoft: idOf('microsoft') };
}

async function insert({ databaseUrl, installation }: Stage, rows: Rows): Promise<void> {
  if (databaseUrl === null) return sqliteDatabase(installation.dataDir).insert(rows);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const table of ['grants', 'token_sets', 'mailboxes'] as const) {
      const ofTable = rows.filter((each) => each.table === table).map(({ row }) => row);
      const columns = Object.keys(ofTable[0] ?? {}).join(', ');
      await client.query(
        `insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, $1::json)`,
        [JSON.stringify(ofTable, asBytea)],
      );
    }
    await client.query('analyze');
  } finally {
    await client.end();
  }
}

const asBytea = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value;

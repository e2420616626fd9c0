// Who reads which mailbox, counted on two nodes: exactly, and without a write while reads go on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { loadConfig } from '../../src/config.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { counterparts } from '../counterparts/index.ts';
import { silentLog } from '../stores/fixtures.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

let installation: Installation;
/** Two that serve no requests and run no loops: what is written, and when, is the test's to say. */
let nodes: Gateway[] = [];
let database: { url: string; drop(): Promise<void> };
let mailboxId: string;

before(async () => {
  database = await counterparts().createDatabase();
  installation = await startInstallation({ sandbox: { mail: 'npm' }, databaseUrl: database.url });
  mailboxId = await importMailbox(installation, 'google', 'alice@gmail.test');
  nodes = [await createNode(), await createNode()];
});
after(async () => {
  for (const node of nodes) await node.close();
  await installation.close();
  await database.drop();
});

const createNode = (): Promise<Gateway> =>
  createGateway(loadConfig(installation.environment), { log: silentLog });

/** The versions of all rows that a read could have written: each write makes another one. */
async function writes(): Promise<unknown> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select (select array_agg(xmin::text || ' ' || total order by minute, key_id) from token_uses) as uses,
              (select array_agg(xmin::text order by id) from grants) as grants,
              (select array_agg(xmin::text order by grant_id, resource) from token_sets) as token_sets,
              (select array_agg(xmin::text order by id) from mailboxes) as mailboxes,
              (select array_agg(xmin::text order by id) from api_keys) as api_keys`,
    );
    return rows;
  } finally {
    await client.end();
  }
}

type Listed = { keys: Map<string, number>; rows: number };

async function listed(limit: number): Promise<Listed> {
  const keys = new Map<string, number>();
  let rows = 0;
  let cursor = '';
  do {
    const { status, body, text } = await installation.call(
      'GET',
      `/v1/mailboxes/${mailboxId}/token-uses?limit=${limit}${cursor}`,
    );
    assert.equal(status, 200, text);
    assert.ok(Array.isArray(body.items));
    for (const use of body.items) {
      rows += 1;
      const name = String(memberOf(use, 'key_name'));
      keys.set(name, (keys.get(name) ?? 0) + Number(memberOf(use, 'total')));
      assert.ok(String(memberOf(use, 'first_at')) <= String(memberOf(use, 'last_at')));
      assert.ok(String(memberOf(use, 'minute')) <= String(memberOf(use, 'first_at')));
    }
    cursor = body.next_cursor === null ? '' : `&cursor=${encodeURIComponent(String(body.next_cursor))}`;
  } while (cursor !== '');
  return { keys, rows };
}

test('10,000 reads on two nodes with three keys write nothing while they go on, and add up exactly afterwards', async () => {
  const keys: string[] = [];
  for (const name of ['first', 'second', 'third']) {
    const { text } = await installation.gateway.core.apiKeys.issue(installation.workspaceId, {
      name,
      scopes: ['tokens:read'],
      expiresAt: null,
    });
    keys.push(text.reveal());
  }
  const read = async (index: number): Promise<void> => {
    const core = nodes[index % 2]?.core;
    const key = keys[index % 3];
    assert.ok(core && key);
    const principal = await core.apiKeys.authenticate(key);
    await core.tokens.read(principal, mailboxId, { resource: null, minTtlSeconds: 0, forceRefresh: false });
  };
  // The first reads of each key and node fill their memories.
  for (let index = 0; index < 6; index += 1) await read(index);
  await Promise.all(nodes.map(({ core }) => core.tokenUses.flush()));

  const before = await writes();
  for (let start = 6; start < 10_000; start += 500) {
    const batch = Array.from({ length: Math.min(500, 10_000 - start) }, (_, offset) => start + offset);
    await Promise.all(batch.map(read));
  }
  assert.deepEqual(await writes(), before);

  await Promise.all(nodes.map(({ core }) => core.tokenUses.flush()));
  assert.notDeepEqual(await writes(), before);
  const expected = [
    ['first', 3334],
    ['second', 3333],
    ['third', 3333],
  ];
  for (const limit of [1, 100]) {
    const { keys: totals } = await listed(limit);
    assert.deepEqual([...totals].sort(), expected);
  }
});

test('reads that were not written yet are, at the end of the process', async () => {
  const third = await createNode();
  const principal = await third.core.apiKeys.authenticate(installation.apiKey);
  const request = { resource: null, minTtlSeconds: 0, forceRefresh: false };
  for (let count = 0; count < 25; count += 1) await third.core.tokens.read(principal, mailboxId, request);
  assert.equal((await listed(100)).keys.get('test'), undefined);
  await third.close();
  assert.equal((await listed(100)).keys.get('test'), 25);
});

test('the list is refused for a bad cursor, an unknown mailbox, another workspace and a key without the scope', async () => {
  const { call, callAs, issueKey, addWorkspace } = installation;
  const path = `/v1/mailboxes/${mailboxId}/token-uses`;
  for (const cursor of ['x', '1', '%20', '12345678901234567.00', `${mailboxId}`]) {
    const { status, body } = await call('GET', `${path}?cursor=${cursor}`);
    assert.deepEqual([status, body.code], [400, 'invalid_request'], cursor);
  }
  const unknown = await call('GET', `/v1/mailboxes/${installation.workspaceId}/token-uses`);
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'not_found']);
  const stranger = await addWorkspace('Another');
  assert.equal((await stranger.call('GET', path)).status, 404);
  const narrow = callAs(await issueKey(['tokens:read']));
  assert.equal((await narrow('GET', path)).body.code, 'permission_denied');
});

// One person told of, and forgotten: every column that can hold a personal datum is filled with the person's address and
// name, and after the erasure neither is in the database, nor in its file.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { recognitionOf } from '../../src/core/people-traces.ts';
import { personalTables } from '../../src/stores/personal-columns.ts';
import { client, customer, grant, mailbox, session, tag } from '../stores/fixtures.ts';
import { list, record, startWorld, type TestWorkspace, text, type World } from './native-world.ts';

const address = 'ada.lovelace@canary.example';
const alias = 'countess@canary.example';
const name = 'Ada Canary-Lovelace';
const other = 'xada.lovelace@canary.example';

let world: World;
let workspace: TestWorkspace;
let stranger: TestWorkspace;
let mailboxId: string;
let otherId: string;

before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme');
  stranger = await world.addWorkspace('Stranger');
  [mailboxId, otherId] = await fill();
});
after(() => world.close());

/** A row of every kind, and then the person in each of their columns that can hold one. */
async function fill(): Promise<[string, string]> {
  const { store, file } = world;
  const workspaceId = workspace.id;
  const own = client({ workspaceId });
  const noted = client({ workspaceId });
  for (const each of [own, noted]) await store.oauthClients.insert(each);
  const owner = { workspaceId, oauthClientId: own.id };
  const grants = [grant(owner, { subject: address }), grant(owner), grant(owner), grant(owner)];
  for (const each of grants) await store.grants.insert(each);
  const [first, second, third, alone] = grants;
  assert.ok(first && second && third && alone);
  const hers = mailbox(first, { email: address, aliases: [alias], name });
  const others = mailbox(second, { email: other, name: 'Other' });
  for (const each of [
    hers,
    others,
    mailbox(third, { email: 'shared@canary.example', delegateEmail: address }),
  ]) {
    await store.mailboxes.insert(each);
  }
  await store.connectSessions.insert(session(owner));
  await store.customers.insert(customer(owner));
  await store.tags.insert(tag(owner));
  const stored = new DatabaseSync(file, { timeout: 5_000 });
  // As the gateway's own connection.
  stored.exec('pragma secure_delete = on');
  const run = (statement: string, ...parameters: (string | number | null)[]) =>
    stored.prepare(statement).run(...parameters);
  const key = stored.prepare('select id from api_keys where workspace_id = ?').get(workspaceId);
  const keyId = String(key?.id);
  run(
    `insert into console_sessions (id, token_hash, key_id, person, created_at, seen_at, expires_at)
       values ('c1', 'h1', ?, 'x', 1, 1, 1)`,
    keyId,
  );
  run(
    `insert into events (id, workspace_id, type, object_id, data, created_at)
       values ('0190a000-e', ?, 'mailbox.verified', ?, '{}', 1)`,
    workspaceId,
    hers.id,
  );
  await workspace.call('POST', '/v1/webhook-endpoints', { url: 'https://hooks.example.com/x' });
  const endpoint = stored.prepare('select id from webhook_endpoints where workspace_id = ?').get(workspaceId);
  const delivery = columnsWith(stored, 'webhook_deliveries', {
    id: 'd1',
    workspace_id: workspaceId,
    endpoint_id: String(endpoint?.id),
    object_id: hers.id,
    status: 'delivered',
  });
  run(...delivery);
  run(...columnsWith(stored, 'webhook_attempts', { delivery_id: 'd1', number: 1 }));
  run(...columnsWith(stored, 'background_jobs', { id: 'j1', workspace_id: workspaceId, status: 'success' }));
  const words = JSON.stringify({
    a: `${name} <${address.toUpperCase()}>`,
    b: `?u=${encodeURIComponent(address)}`,
  });
  for (const { name: table, columns } of personalTables) {
    for (const column of columns) {
      if (
        table === 'mailboxes' &&
        ['email', 'delegate_email', 'aliases', 'settings', 'verification'].includes(column)
      )
        continue;
      if (table === 'grants' && column === 'subject') continue;
      const value = isJson(table, column) ? words : `${name} ${address}`;
      const where =
        table === 'oauth_clients'
          ? `id = '${noted.id}'`
          : table === 'mailboxes'
            ? `id = '${others.id}'`
            : table === 'grants'
              ? `id = '${alone.id}'`
              : table === 'webhook_attempts' || table === 'console_sessions'
                ? '1 = 1'
                : `workspace_id = '${workspaceId}'`;
      const scope = table === 'workspaces' ? `id = '${workspaceId}'` : where;
      run(`update ${table} set ${column} = ? where ${scope}`, value);
    }
  }
  run(
    'update mailboxes set settings = ?, verification = null where id = ?',
    JSON.stringify({ signature: `${name} ${address}` }),
    others.id,
  );
  run(
    'update mailboxes set metadata = ? where id = ?',
    JSON.stringify({ note: `${name}, ${address}` }),
    others.id,
  );
  run("update workspaces set settings = '{}' where id = ?", workspaceId);
  // Nothing but the name, in what is about the person.
  run('update events set data = ? where object_id = ?', JSON.stringify({ name }), hers.id);
  run('update webhook_attempts set response_body = ?', `thanks, ${name}`);
  stored.close();
  return [hers.id, others.id];
}

const jsonColumns = new Set([
  'setback',
  'outcome',
  'data',
  'body',
  'examination',
  'dialects',
  'paused_words',
  'failure',
  'settings',
]);
const isJson = (table: string, column: string): boolean =>
  jsonColumns.has(column) && !(table === 'webhook_attempts');

/** An insert that gives every column that may not be null something. */
function columnsWith(
  stored: DatabaseSync,
  table: string,
  given: Record<string, string | number>,
): [string, ...(string | number)[]] {
  const columns = stored
    .prepare('select name, type, "notnull" as needed from pragma_table_info(?)')
    .all(table);
  const values: Record<string, string | number> = {};
  for (const column of columns) {
    if (Number(column.needed) === 1) values[String(column.name)] = column.type === 'INTEGER' ? 1 : 'x';
  }
  Object.assign(values, given);
  const names = Object.keys(values);
  return [
    `insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
    ...Object.values(values),
  ];
}

/** Where the person is found: `table.column`, and the files that hold the bytes. */
function found(needles: readonly string[]): string[] {
  const stored = new DatabaseSync(world.file, { readOnly: true });
  const places = stored
    .prepare(
      `select s.name as "table", c.name as "column" from sqlite_schema s, pragma_table_info(s.name) c
       where s.type = 'table' and c.type = 'TEXT'`,
    )
    .all()
    .filter(({ table, column }) =>
      needles.some(
        (needle) =>
          Number(
            stored
              .prepare(
                `select count(*) as count from "${String(table)}" where instr(lower("${String(column)}"), ?) > 0`,
              )
              .get(needle.toLowerCase())?.count,
          ) > 0,
      ),
    )
    .map(({ table, column }) => `${String(table)}.${String(column)}`);
  stored.close();
  const files = ['', '-wal', '-shm'].flatMap((end) => {
    const path = `${world.file}${end}`;
    if (!existsSync(path)) return [];
    const bytes = readFileSync(path).toString('latin1').toLowerCase();
    return needles.some((needle) => bytes.includes(needle.toLowerCase())) ? [`file${end}`] : [];
  });
  return [...places, ...files];
}

describe('a person', () => {
  it('is in every column that can hold a personal datum, so that the test means something', () => {
    const places = new Set(found([address, encodeURIComponent(address), alias, name]));
    const expected = personalTables.flatMap(({ name: table, columns }) =>
      columns.map((column) => `${table}.${column}`),
    );
    const unfilled = expected.filter((place) => !places.has(place));
    // Their shapes are read on the way; a search of the same kind finds them in other rows.
    assert.deepEqual(unfilled, ['workspaces.settings', 'mailboxes.verification']);
  });

  it('is told with everything that is held, and without a token', async () => {
    const {
      status,
      body,
      text: answer,
    } = await workspace.call('POST', '/v1/people/export', { email: address });
    assert.equal(status, 200, answer);
    assert.deepEqual(body.addresses, [address, alias]);
    assert.equal(list(body.mailboxes).length, 2);
    const kinds = new Set(list(body.records).map(({ kind }) => kind));
    for (const kind of ['connect_sessions', 'events', 'webhook_deliveries', 'customers', 'background_jobs']) {
      assert.ok(kinds.has(kind), kind);
    }
    assert.equal(body.is_complete, true);
    assert.doesNotMatch(answer, /refresh-token|access-token/);
  });

  it('is told and erased by keys with the right scope, in their own workspace', async () => {
    const limited = world.callAs(await world.issueKey(workspace.id, ['people:read']));
    const body = { email: address, confirm: address };
    assert.equal((await limited('POST', '/v1/people/erase', body)).status, 403);
    const foreign = await stranger.call('POST', '/v1/people/export', { email: address });
    assert.deepEqual([foreign.body.mailboxes, foreign.body.records], [[], []]);
  });

  it('is not erased without the address repeated', async () => {
    const answer = await workspace.call('POST', '/v1/people/erase', { email: address, confirm: other });
    assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_request']);
    assert.equal((await workspace.call('GET', `/v1/mailboxes/${mailboxId}`)).status, 200);
  });

  it('is erased: neither address nor name is in the database or its file, and others are as they were', async () => {
    const body = { email: address.toUpperCase(), confirm: address };
    const answer = await workspace.call('POST', '/v1/people/erase', body);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(list(answer.body.mailboxes).length, 2);
    assert.ok(Number(record(answer.body.removed).connect_sessions) > 0, answer.text);
    // The other one's address ends as hers does, and stays.
    const left = found([`"${address}`, ` ${address}`, encodeURIComponent(address), alias, name]);
    assert.deepEqual(left, []);
    const bytes = readFileSync(world.file).toString('latin1').toLowerCase();
    assert.equal(
      bytes.split(address).length,
      bytes.split(other).length,
      'only as the end of another address',
    );
    const kept = await workspace.call('GET', `/v1/mailboxes/${otherId}`);
    assert.equal(kept.body.email, other);
    const again = await workspace.call('POST', '/v1/people/erase', { email: address, confirm: address });
    assert.deepEqual(again.body, { mailboxes: [], removed: {}, rewritten: {} });
  });

  it('is in the audit log by a digest alone', async () => {
    const { body, text: answer } = await workspace.call('GET', '/v1/audit-entries?action=person.erased');
    assert.equal(list(body.items).length, 2);
    assert.match(text(record(list(body.items)[0]?.data).person), /^[0-9a-f]{32}$/);
    assert.doesNotMatch(answer, /canary/i);
  });
});

describe('an address', () => {
  const { mentions, erased } = recognitionOf({ addresses: ['a@b.example'], names: ['Al Bo'] });

  it('is found as URLs and JSON write it, in any case, and not inside of a longer one', () => {
    for (const hit of [
      'a@b.example',
      '"A@B.example"',
      '?x=a%40b.example&y',
      'mailto%3Aa%40b.example',
      'a@b.example.',
    ]) {
      assert.ok(mentions(hit), hit);
    }
    for (const miss of ['ba@b.example', 'a@b.example.org', 'x.a@b.example', 'a@b.examples', 'a@bb.example']) {
      assert.ok(!mentions(miss), miss);
    }
  });

  it('leaves an address that reads like one, and takes names only from what is about the person', () => {
    assert.equal(erased('?x=a%40b.example', { isAbout: false }), '?x=erased%40erased.invalid');
    assert.equal(erased('Al Bo <a@b.example>', { isAbout: false }), 'Al Bo <erased@erased.invalid>');
    assert.equal(erased('Al Bo, Al Boo', { isAbout: true }), 'erased, Al Boo');
  });
});

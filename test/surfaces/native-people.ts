// One person told of, and forgotten, on either engine: every column that can hold a personal datum is filled with the
// person's address and name, and after the erasure neither is in the database, nor in its file.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GatewayError } from '../../src/core/index.ts';
import { personalTables } from '../../src/stores/personal-columns.ts';
import { client, customer, grant, mailbox, session, tag } from '../stores/fixtures.ts';
import { until } from '../support/until.ts';
import { type Answer, list, record, type TestWorkspace, text, type World } from './native-world.ts';

type Row = Record<string, unknown>;

/** Beside the gateway's own connection; `?` for parameters. */
export type Database = {
  all(statement: string, ...parameters: (string | number | null)[]): Promise<Row[]>;
  /** `table`, `column`, `is_text`, `is_needed` of every column there is. */
  columns(): Promise<Row[]>;
  /** Whatever the engine keeps, where that can be read. */
  bytes: (() => string) | null;
  close(): Promise<void>;
};

const address = 'ada.lovelace@canary.example';
const alias = 'countess@canary.example';
const name = 'Ada Canary-Lovelace';
const other = 'xada.lovelace@canary.example';
/** Of whom nothing is left but sessions and events. */
const leftBehind = { address: 'grace@canary.example', name: 'Grace Canary-Hopper' };
const jobMilliseconds = 61_000;

const jsonColumns: ReadonlySet<string> = new Set([
  'connect_sessions.setback',
  'connect_sessions.outcome',
  'events.data',
  'background_jobs.data',
  'webhook_deliveries.body',
  'oauth_clients.examination',
  'oauth_clients.dialects',
  'oauth_clients.paused_words',
  'grants.failure',
]);

/** What is read on the way has to be of its shape. */
const shaped: Readonly<Record<string, unknown>> = {
  'workspaces.settings': { branding: { displayName: name, supportUrl: `mailto:${address}` } },
  'mailboxes.settings': { signature: `${name} ${address}` },
  'mailboxes.metadata': { note: `${name}, ${address}` },
  'mailboxes.verification': {
    verifiedAt: 1,
    results: [
      {
        transport: 'imap',
        ok: false,
        reason: 'imap_refused',
        detail: `${name} <${address}> may not`,
        durationMilliseconds: 1,
      },
    ],
  },
};
/** Of the other mailbox: what makes it another one's. */
const notHers: ReadonlySet<string> = new Set(['email', 'delegate_email', 'aliases']);

export function peopleSuite(open: () => Promise<{ world: World; database: Database }>): void {
  let world: World;
  let database: Database;
  let workspace: TestWorkspace;
  let stranger: TestWorkspace;
  let mailboxId: string;
  let otherId: string;

  before(async () => {
    ({ world, database } = await open());
    workspace = await world.addWorkspace('Acme');
    stranger = await world.addWorkspace('Stranger');
    [mailboxId, otherId] = await fill();
  });
  after(async () => {
    await database.close();
    await world.close();
  });

  /** A row of every kind, and then the person in each of their columns that can hold one. */
  async function fill(): Promise<[string, string]> {
    const { store } = world;
    const workspaceId = workspace.id;
    const [own, noted] = [client({ workspaceId }), client({ workspaceId })];
    for (const each of [own, noted]) await store.oauthClients.insert(each);
    const owner = { workspaceId, oauthClientId: own.id };
    const grants = [grant(owner, { subject: address }), grant(owner), grant(owner), grant(owner)];
    for (const each of grants) await store.grants.insert(each);
    const [first, second, third, alone] = grants;
    assert.ok(first && second && third && alone);
    const hers = mailbox(first, { email: address, aliases: [alias], name });
    const others = mailbox(second, { email: other, name: 'Other' });
    const shared = mailbox(third, { email: 'shared@canary.example', delegateEmail: address });
    for (const each of [hers, others, shared]) await store.mailboxes.insert(each);
    await store.connectSessions.insert(session(owner));
    await store.customers.insert(customer(owner));
    await store.tags.insert(tag(owner));
    const run = (statement: string, ...parameters: (string | number | null)[]) =>
      database.all(statement, ...parameters);
    const [key] = await run('select id from api_keys where workspace_id = ?', workspaceId);
    await run(
      `insert into console_sessions (id, token_hash, key_id, person, created_at, seen_at, expires_at)
       values ('c1', 'h1', ?, 'x', 1, 1, 1)`,
      text(key?.id),
    );
    await run(
      `insert into events (id, workspace_id, type, object_id, data, created_at)
       values ('0190a000-e', ?, 'mailbox.verified', ?, '{}', 1)`,
      workspaceId,
      hers.id,
    );
    await workspace.call('POST', '/v1/webhook-endpoints', { url: 'https://hooks.example.com/x' });
    const [endpoint] = await run('select id from webhook_endpoints where workspace_id = ?', workspaceId);
    await insert('webhook_deliveries', {
      id: 'd1',
      workspace_id: workspaceId,
      endpoint_id: text(endpoint?.id),
      object_id: hers.id,
      status: 'delivered',
    });
    await insert('webhook_attempts', { delivery_id: 'd1', number: 1 });
    await insert('background_jobs', { id: 'j1', workspace_id: workspaceId, status: 'success' });
    const words = JSON.stringify({
      a: `${name} <${address.toUpperCase()}>`,
      b: `?u=${encodeURIComponent(address)}`,
    });
    const rows: Readonly<Record<string, string>> = {
      oauth_clients: `id = '${noted.id}'`,
      mailboxes: `id = '${others.id}'`,
      grants: `id = '${alone.id}'`,
      workspaces: `id = '${workspaceId}'`,
      webhook_attempts: '1 = 1',
      console_sessions: '1 = 1',
    };
    for (const { name: table, columns } of personalTables) {
      for (const column of columns) {
        if (table === 'mailboxes' && notHers.has(column)) continue;
        if (table === 'grants' && column === 'subject') continue;
        const place = `${table}.${column}`;
        const plain = jsonColumns.has(place) ? words : `${name} ${address}`;
        const value = place in shaped ? JSON.stringify(shaped[place]) : plain;
        const where = rows[table] ?? `workspace_id = '${workspaceId}'`;
        await run(`update ${table} set ${column} = ? where ${where}`, value);
      }
    }
    // Nothing but the name, in what is about the person.
    await run('update events set data = ? where object_id = ?', JSON.stringify({ name }), hers.id);
    await run('update webhook_attempts set response_body = ?', `thanks, ${name}`);
    return [hers.id, others.id];
  }

  /** Gives every column that may not be null something. */
  async function insert(table: string, given: Record<string, string | number>): Promise<void> {
    const values: Record<string, string | number> = {};
    for (const column of await database.columns()) {
      if (column.table !== table || Number(column.is_needed) !== 1) continue;
      values[text(column.column)] = Number(column.is_text) === 1 ? 'x' : 1;
    }
    Object.assign(values, given);
    const names = Object.keys(values);
    const places = names.map(() => '?').join(', ');
    await database.all(
      `insert into ${table} (${names.join(', ')}) values (${places})`,
      ...Object.values(values),
    );
  }

  /** Columns in which one of these is found. */
  async function found(needles: readonly string[]): Promise<string[]> {
    const places: string[] = [];
    for (const column of await database.columns()) {
      if (Number(column.is_text) !== 1) continue;
      const rows = await database.all(
        `select "${text(column.column)}" as value from "${text(column.table)}"`,
      );
      const isHere = rows.some(({ value }) =>
        needles.some((needle) => String(value).toLowerCase().includes(needle.toLowerCase())),
      );
      if (isHere) places.push(`${text(column.table)}.${text(column.column)}`);
    }
    return places;
  }

  const erase = (email: string): Promise<Answer> =>
    workspace.call('POST', '/v1/people/erase', { email, confirm: email });

  /** To the end of what is there to be done; the job as it is then. */
  async function followed(begun: Answer): Promise<Row> {
    assert.equal(begun.status, 202, begun.text);
    while ((await world.core.backgroundJobs.workDue()) > 0);
    return (await workspace.call('GET', `/v1/background-jobs/${text(begun.body.id)}`)).body;
  }

  /** Once, before anything is removed from this table. */
  function cutOff(table: string, error: Error): void {
    const { people } = world.store;
    const { removeRow } = people;
    people.removeRow = async (row) => {
      if (row.table !== table) return removeRow(row);
      people.removeRow = removeRow;
      throw error;
    };
  }

  describe('a person', () => {
    it('is in every column that can hold a personal datum, so that the test means something', async () => {
      const places = new Set(await found([address, encodeURIComponent(address), alias, name]));
      const expected = personalTables.flatMap(({ name: table, columns }) =>
        columns.map((column) => `${table}.${column}`),
      );
      assert.deepEqual(
        expected.filter((place) => !places.has(place)),
        [],
      );
    });

    it('is told with everything that is held, and without a token', async () => {
      const export_ = await workspace.call('POST', '/v1/people/export', { email: address });
      const { status, body, text: answer } = export_;
      assert.equal(status, 200, answer);
      assert.deepEqual(body.addresses, [address, alias]);
      assert.equal(list(body.mailboxes).length, 2);
      const kinds = new Set(list(body.records).map(({ kind }) => kind));
      for (const kind of ['connect_sessions', 'events', 'webhook_attempts', 'customers', 'background_jobs']) {
        assert.ok(kinds.has(kind), kind);
      }
      assert.equal(body.is_complete, true);
      assert.doesNotMatch(answer, /refresh-token|access-token/);
    });

    it('of whom very much is held is told in pieces, between which others are served', async () => {
      const delegate = 'delegate@many.example';
      const many = await world.addWorkspace('Many');
      const owned = client({ workspaceId: many.id });
      await world.store.oauthClients.insert(owned);
      const owner = { workspaceId: many.id, oauthClientId: owned.id };
      await world.store.transaction(async (rows) => {
        for (let index = 0; index < 300; index += 1) {
          const each = grant(owner);
          await rows.grants.insert(each);
          await rows.mailboxes.insert(
            mailbox(each, { email: `m${index}@many.example`, delegateEmail: delegate }),
          );
        }
      });
      const response = await world.app.inject({
        method: 'POST',
        url: '/v1/people/export',
        headers: { authorization: `Bearer ${many.key}` },
        payload: { email: delegate },
        payloadAsStream: true,
      });
      const pieces: string[] = [];
      let turns = 0;
      const count = (): void => {
        turns += 1;
        turn = setImmediate(count);
      };
      let turn = setImmediate(count);
      for await (const piece of response.stream()) pieces.push(String(piece));
      clearImmediate(turn);
      const told: unknown = JSON.parse(pieces.join(''));
      assert.equal(list(record(told).mailboxes).length, 300);
      assert.equal(record(told).is_complete, true);
      const longest = Math.max(...pieces.map(({ length }) => length));
      assert.ok(longest < pieces.join('').length / 4, `${longest} characters at once`);
      assert.ok(turns >= 10, `others had ${turns} turns`);
    });

    it('is no person when more than ten thousand objects are about the address: neither told nor erased', async () => {
      const crowd = await world.addWorkspace('Crowd');
      const shared = 'everybody@many.example';
      await database.all(
        `insert into events (id, workspace_id, type, object_id, data, created_at, is_pending)
         with recursive n (i) as (select 1 union all select i + 1 from n where i < 10001)
         select substr(?, 1, 24) || (100000000000 + i), ?, 'mailbox.disconnected',
           substr(?, 1, 24) || (200000000000 + i), ?, 1, 0 from n`,
        ...[crowd.id, crowd.id, crowd.id, JSON.stringify({ email: shared })],
      );
      const told = await crowd.call('POST', '/v1/people/export', { email: shared });
      assert.deepEqual([told.status, told.body.code], [409, 'conflict']);
      const begun = await crowd.call('POST', '/v1/people/erase', { email: shared, confirm: shared });
      while ((await world.core.backgroundJobs.workDue()) > 0);
      const job = await crowd.call('GET', `/v1/background-jobs/${text(begun.body.id)}`);
      assert.equal(job.body.status, 'failed', job.text);
      const { body } = await crowd.call('GET', '/v1/events?limit=1');
      assert.equal(record(list(body.items)[0]?.data).email, shared);
    });

    it('is searched for no longer than somebody waits for the answer', async (context) => {
      const base = await world.app.listen({ host: '127.0.0.1', port: 0 });
      const leaving = new AbortController();
      const begun = Promise.withResolvers<{ answer: Promise<unknown>; signal: AbortSignal | undefined }>();
      const { people } = world.core;
      const tell = people.export;
      context.mock.method(people, 'export', (...asked: Parameters<typeof tell>) => {
        const answer = tell(...asked);
        begun.resolve({ answer, signal: asked[2] });
        return answer;
      });
      const { slice } = world.store.people;
      let slices = 0;
      context.mock.method(world.store.people, 'slice', async (...asked: Parameters<typeof slice>) => {
        slices += 1;
        leaving.abort();
        const { signal } = await begun.promise;
        await until('the server knows', () => signal?.aborted === true);
        return slice(...asked);
      });
      const asking = fetch(`${base}/v1/people/export`, {
        method: 'POST',
        headers: { authorization: `Bearer ${workspace.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ email: address }),
        signal: leaving.signal,
      });
      await assert.rejects(asking, { name: 'AbortError' });
      await assert.rejects((await begun.promise).answer, { code: 'overloaded' });
      assert.equal(slices, 1);
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

    it('is erased by one job however often it is asked for, which whoever may erase can follow and end', async () => {
      const keyOf = async (scope: 'people:delete' | 'mailboxes:update') =>
        world.callAs(await world.issueKey(workspace.id, [scope]));
      const eraser = await keyOf('people:delete');
      const body = { email: address.toUpperCase(), confirm: address };
      const begun = await eraser('POST', '/v1/people/erase', body);
      assert.equal(begun.status, 202, begun.text);
      assert.equal((await eraser('POST', '/v1/people/erase', body)).body.id, begun.body.id);
      const path = `/v1/background-jobs/${text(begun.body.id)}`;
      assert.equal((await eraser('GET', path)).body.action, 'erase_person');
      const changer = await keyOf('mailboxes:update');
      assert.equal((await changer('POST', `${path}/cancel`)).status, 403);
      const cancelled = await eraser('POST', `${path}/cancel`);
      assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'cancelled'], cancelled.text);
      const [row] = await database.all('select data from background_jobs where id = ?', text(begun.body.id));
      assert.doesNotMatch(text(row?.data), /canary/i, 'a job that is over names nobody');
    });

    it('is erased: neither address nor name is in the database or its file, and others are as they were', async () => {
      // What the step has removed is removed; how far it was is not known any more.
      cutOff('customers', new GatewayError('overloaded', 'The database is busy.'));
      const begun = await erase(address);
      const cut = await followed(begun);
      assert.equal(cut.status, 'running', 'it waits for its next turn');
      world.wait(jobMilliseconds);
      const job = await followed(begun);
      assert.equal(job.status, 'succeeded', JSON.stringify(job));
      assert.deepEqual([job.total, job.done, job.failed], [2, 2, 0]);
      const report = record(job.erasure);
      assert.equal(list(report.mailboxes).length, 2);
      // What the step that was cut off removed is in no count.
      assert.ok(Number(record(report.removed).customers) > 0);
      // The other one's address ends as hers does, and stays.
      const needles = [`"${address}`, ` ${address}`, `:${address}`, encodeURIComponent(address), alias, name];
      assert.deepEqual(await found(needles), []);
      if (database.bytes) {
        const bytes = database.bytes().toLowerCase();
        for (const needle of [encodeURIComponent(address), alias, name]) {
          assert.ok(!bytes.includes(needle.toLowerCase()), needle);
        }
        const [whole, longer] = [bytes.split(address).length, bytes.split(other).length];
        assert.equal(whole, longer, 'only as the end of another address');
      }
      const kept = await workspace.call('GET', `/v1/mailboxes/${otherId}`);
      assert.equal(kept.body.email, other);
      const again = await followed(await erase(address));
      assert.deepEqual(again.erasure, { mailboxes: [], removed: {}, rewritten: {} });
    });

    it('is erased by asking again after an end half-way, also where only sessions told of the name', async () => {
      const owner = { workspaceId: workspace.id, oauthClientId: workspace.oauthClientId };
      const told = session(owner, { expectedEmail: leftBehind.address, mailboxName: leftBehind.name });
      await world.store.connectSessions.insert(told);
      await world.store.customers.insert(customer(owner, { email: leftBehind.address, name: 'Grace' }));
      await world.store.events.append({
        id: '0190a000-f',
        workspaceId: workspace.id,
        type: 'connect_session.failed',
        objectId: told.id,
        data: { words: `${leftBehind.name} said no` },
        createdAt: 1,
      });
      cutOff('customers', new Error('the disk is full'));
      const failed = await followed(await erase(leftBehind.address));
      assert.equal(failed.status, 'failed');
      const job = await followed(await erase(leftBehind.address));
      assert.equal(job.status, 'succeeded');
      assert.deepEqual(await found([leftBehind.address, leftBehind.name]), []);
    });

    it('keeps no mailbox that nobody can use: one under another address of theirs stays, and is told', async () => {
      const owner = { workspaceId: workspace.id, oauthClientId: workspace.oauthClientId };
      const [main, second] = ['eve@canary.example', 'eva@canary.example'];
      const grants = [grant(owner), grant(owner, { subject: second })];
      for (const each of grants) await world.store.grants.insert(each);
      const [first, own] = grants;
      assert.ok(first && own);
      await world.store.mailboxes.insert(mailbox(first, { email: main, aliases: [second] }));
      const staying = mailbox(own, { email: second, name: 'Eva' });
      await world.store.mailboxes.insert(staying);
      const job = await followed(await erase(main));
      assert.deepEqual([job.status, job.total, job.done, job.failed], ['succeeded', 2, 1, 1]);
      const [failure] = list(job.failures);
      assert.deepEqual([failure?.mailbox_id, failure?.code], [staying.id, 'conflict']);
      const kept = await workspace.call('GET', `/v1/mailboxes/${staying.id}`);
      assert.equal(kept.body.email, second);
      assert.equal((await followed(await erase(second))).failed, 0);
      assert.deepEqual(await found([main, second]), []);
    });

    it('is erased after others whose tags and external ids were their addresses too', async () => {
      const owner = { workspaceId: workspace.id, oauthClientId: workspace.oauthClientId };
      for (const email of ['one@canary.example', 'two@canary.example']) {
        await world.store.tags.insert(tag(owner, { name: email }));
        const job = await followed(await erase(email));
        assert.equal(job.status, 'succeeded', JSON.stringify(job));
        assert.deepEqual(await found([email]), []);
      }
    });

    it('is in the audit log by a digest alone', async () => {
      for (const action of ['person.erasure_requested', 'person.erased']) {
        const { body, text: answer } = await workspace.call('GET', `/v1/audit-entries?action=${action}`);
        assert.match(text(record(list(body.items)[0]?.data).person), /^[0-9a-f]{32}$/);
        assert.doesNotMatch(answer, /canary/i);
      }
    });
  });
}

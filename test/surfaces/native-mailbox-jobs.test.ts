// Many mailboxes changed by one call: what each action does, what is told of those that could not be done, how a job goes
// on after its process is gone, and how it is ended early.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, describe, it } from 'node:test';
import { GatewayError } from '../../src/core/index.ts';
import type { StoreOperations } from '../../src/core/ports.ts';
import {
  connect,
  type Json,
  list,
  record,
  startWorld,
  type TestWorkspace,
  text,
  type World,
} from './native-world.ts';

let world: World;
let workspace: TestWorkspace;
let ids: string[];

before(async () => {
  world = await startWorld();
});
after(() => world.close());

beforeEach(async () => {
  world.behaviour.probing = 'ok';
  workspace = await world.addWorkspace('Jobs');
  ids = [];
  for (const name of ['ada', 'grace', 'joan']) {
    world.behaviour.person = {
      email: `${name}@example.com`,
      subject: `${name} ${workspace.id}`,
      name,
      isManaged: true,
    };
    ids.push(text((await connect(world, workspace)).id));
  }
});

const begin = async (body: Json): Promise<string> => {
  const answer = await workspace.call('POST', '/v1/mailbox-jobs', body);
  assert.equal(answer.status, 202, answer.text);
  assert.deepEqual([answer.body.status, answer.body.total, answer.body.done], ['pending', null, 0]);
  return text(answer.body.id);
};
const workAll = async () => {
  while ((await world.core.backgroundJobs.workDue()) > 0);
};
const read = async (id: string): Promise<Json> =>
  (await workspace.call('GET', `/v1/background-jobs/${id}`)).body;
const outcome = async (id: string) => {
  const { status, total, done, failed, failures } = await read(id);
  return { status, total, done, failed, failures };
};
const mailbox = async (at: number): Promise<Json> =>
  (await workspace.call('GET', `/v1/mailboxes/${ids[at]}`)).body;
const good = (total: number) => ({ status: 'succeeded', total, done: total, failed: 0, failures: [] });

/** Like the first one, `0@bulk.example` and on. */
const addMany = async (count: number): Promise<void> => {
  const [joined] = (await world.core.mailboxes.list(principal(), {}, { after: null, limit: 1 })).items;
  assert.ok(joined);
  await world.store.transaction(async (rows) => {
    for (const name of Array.from({ length: count }, (_, at) => `${at}`)) {
      const id = `${workspace.id.slice(0, 24)}${name.padStart(12, '0')}`;
      const email = `${name}@bulk.example`;
      const number = await rows.numbers.next('mailbox');
      await rows.mailboxes.insert({ ...joined.mailbox, id, email, number, externalId: null });
    }
  });
};

describe('a job over mailboxes', () => {
  it('switches, assigns and disconnects those that are named, and raises the same events as one by one', async () => {
    const off = await begin({ action: 'disable', mailbox_ids: [ids[0], ids[1], ids[0]] });
    await workAll();
    assert.deepEqual(await outcome(off), good(2));
    assert.deepEqual(
      [(await mailbox(0)).status, (await mailbox(1)).status, (await mailbox(2)).status],
      ['disabled', 'disabled', 'connected'],
    );
    const on = await begin({ action: 'enable', mailbox_ids: [ids[0]] });
    const assigned = await begin({ action: 'set_customer', customer: 'acme', mailbox_ids: ids });
    await workAll();
    assert.deepEqual([await outcome(on), await outcome(assigned)], [good(1), good(3)]);
    assert.equal((await mailbox(2)).customer, 'acme');
    const { body } = await workspace.call('GET', `/v1/events?object_id=${ids[0]}&order=newest&limit=2`);
    assert.deepEqual(
      list(body.items).map(({ type }) => type),
      ['mailbox.enabled', 'mailbox.disabled'],
    );
    const gone = await begin({ action: 'disconnect', mailbox_ids: [ids[2]] });
    await workAll();
    assert.deepEqual(await outcome(gone), good(1));
    assert.equal((await workspace.call('GET', `/v1/mailboxes/${ids[2]}`)).status, 404);
  });

  it('reaches all that a filter lets through, and no others', async () => {
    await workspace.call('PATCH', `/v1/mailboxes/${ids[0]}`, { customer: 'acme' });
    const id = await begin({
      action: 'disable',
      filter: { customer: 'acme', status: 'connected', search: 'ADA' },
    });
    await workAll();
    assert.deepEqual(await outcome(id), good(1));
    const { body } = await workspace.call('GET', '/v1/mailboxes/summary');
    assert.deepEqual(
      [body.total, record(body.by_status).disabled, record(body.by_provider).google],
      [3, 1, 3],
    );
    const all = await begin({ action: 'disable', filter: {} });
    await workAll();
    assert.deepEqual(await outcome(all), good(3));
    const cleared = await begin({ action: 'set_customer', customer: null, filter: { status: 'disabled' } });
    await workAll();
    assert.deepEqual([await outcome(cleared), (await mailbox(0)).customer], [good(3), null]);
  });

  it('tells by mailbox what could not be done, with the verdict of a proof', async () => {
    await workspace.call('PATCH', `/v1/mailboxes/${ids[1]}`, { disabled: true });
    world.behaviour.probing = 'authentication_refused';
    const id = await begin({ action: 'verify', mailbox_ids: [ids[0], ids[1]] });
    await workAll();
    const { status, total, done, failed, failures } = await outcome(id);
    assert.deepEqual([status, total, done, failed], ['succeeded', 2, 0, 2]);
    assert.deepEqual(
      list(failures).map(({ mailbox_id, email, code }) => [mailbox_id, email, code]),
      [
        [ids[0], 'ada@example.com', 'authentication_refused'],
        [ids[1], 'grace@example.com', 'mailbox_disabled'],
      ],
    );
    assert.ok(text(list(failures)[0]?.detail).length > 10);
    const { body } = await workspace.call('GET', '/v1/mailboxes?status=degraded');
    assert.deepEqual(
      list(body.items).map((each) => each.id),
      [ids[0]],
    );
  });

  it('changes all others when the database refuses one, and when one is gone by then', async () => {
    const database = new DatabaseSync(world.file, { timeout: 5_000 });
    database.exec(`create trigger refused before update of customer on mailboxes when old.id = '${text(ids[1])}'
      begin select raise(abort, 'refused by the test'); end`);
    const id = await begin({ action: 'set_customer', customer: 'acme', mailbox_ids: ids });
    await workspace.call('DELETE', `/v1/mailboxes/${ids[2]}`);
    await workAll();
    database.exec('drop trigger refused');
    database.close();
    const { done, failed, failures } = await outcome(id);
    assert.deepEqual([done, failed], [1, 2]);
    assert.deepEqual(
      list(failures).map(({ mailbox_id, code }) => [mailbox_id, code]),
      [
        [ids[1], 'internal_error'],
        [ids[2], 'not_found'],
      ],
    );
    assert.deepEqual([(await mailbox(0)).customer, (await mailbox(1)).customer], ['acme', null]);
  });

  it('is done again from where it was when its process dies, and counts nothing twice', async () => {
    const id = await begin({ action: 'disconnect', mailbox_ids: ids });
    const crashed = await world.store.transaction((rows) =>
      rows.backgroundJobs.claim(world.core.now(), world.core.now() + 60_000),
    );
    assert.equal(crashed?.id, id);
    // What the process had done before it died.
    await workspace.call('DELETE', `/v1/mailboxes/${ids[0]}`);
    assert.equal(await world.core.backgroundJobs.workDue(), 0, 'nobody takes it while the claim lasts');
    world.wait(60_001);
    await workAll();
    assert.deepEqual(await outcome(id), good(3));
  });

  it('goes in steps, and a cancelled one ends where it is, also in the middle of a step', async () => {
    await addMany(205);
    const id = await begin({ action: 'disable', filter: { search: '@bulk.example' } });
    assert.equal(await world.core.backgroundJobs.workDue(), 1);
    const running = await read(id);
    assert.deepEqual([running.status, running.total, running.done], ['running', 205, 100]);
    // A step is under way when somebody cancels: what it does is still counted.
    const [, cancelled] = await Promise.all([
      world.core.backgroundJobs.workDue(),
      workspace.call('POST', `/v1/background-jobs/${id}/cancel`),
    ]);
    assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'cancelled']);
    await workAll();
    const over = await read(id);
    assert.equal(over.status, 'cancelled');
    const { body } = await workspace.call('GET', '/v1/mailboxes/summary?search=@bulk.example');
    assert.equal(record(body.by_status).disabled, over.done);
    const again = await workspace.call('POST', `/v1/background-jobs/${id}/cancel`);
    assert.deepEqual([again.status, again.body.code], [409, 'conflict']);
  });

  it('counts what was done before the database was busy, which its filter would not find again', async (context) => {
    await addMany(205);
    const disabled = async () =>
      record((await workspace.call('GET', '/v1/mailboxes/summary?search=@bulk.example')).body.by_status)
        .disabled;
    let refusals = 0;
    const { transaction } = world.store;
    const busy = async <T>(work: (rows: StoreOperations) => Promise<T>): Promise<T> => {
      if (refusals === 0 && (await disabled()) === 50) {
        refusals += 1;
        throw new GatewayError('overloaded', 'refused by the test');
      }
      return transaction(work);
    };
    context.mock.method(world.store, 'transaction', busy);
    const status = (await mailbox(0)).status;
    const id = await begin({ action: 'disable', filter: { search: '@bulk.example', status } });
    await world.core.backgroundJobs.workDue();
    assert.deepEqual([refusals, (await read(id)).done], [1, 50]);
    await workAll();
    assert.deepEqual([await outcome(id), await disabled()], [good(205), 205]);
  });

  it('needs the right to do to each what it does to all', async () => {
    const body = { action: 'disconnect', mailbox_ids: [ids[0]] };
    const without = world.callAs(await world.issueKey(workspace.id, ['mailboxes:read', 'mailboxes:update']));
    const refused = await without('POST', '/v1/mailbox-jobs', body);
    assert.deepEqual([refused.status, refused.body.code], [403, 'permission_denied']);
    assert.match(text(refused.body.detail), /mailboxes:delete/);
    const other = await world.addWorkspace('Other');
    const foreign = await other.call('POST', '/v1/mailbox-jobs', { ...body, action: 'disable' });
    assert.deepEqual([foreign.status, foreign.body.code], [400, 'invalid_request']);
    assert.deepEqual(
      list(foreign.body.fields).map(({ field }) => field),
      ['/mailbox_ids/0'],
    );
    await workAll();
    assert.equal((await mailbox(0)).status, 'connected');
  });

  it('is in the audit log once, and each mailbox in the name of whoever asked', async () => {
    const id = await begin({ action: 'disable', mailbox_ids: ids });
    await workAll();
    const page = { after: null, limit: 50 };
    const { items } = await world.store.audit.list(workspace.id, { action: 'mailboxes.changed' }, page);
    assert.deepEqual(
      items.map(({ objectId, data, actor }) => [objectId, data, actor.kind]),
      [[id, { job: 'disable_mailboxes', mailboxes: 3 }, 'api_key']],
    );
    const ofOne = await world.store.audit.list(workspace.id, { action: 'mailbox.updated' }, page);
    assert.equal(ofOne.items.length, 3);
    assert.equal(ofOne.items[0]?.actor.id, items[0]?.actor.id);
  });

  it('refuses a body that says two things, or none', async () => {
    for (const body of [
      { action: 'verify' },
      { action: 'verify', mailbox_ids: ids, filter: {} },
      { action: 'verify', customer: 'acme', filter: {} },
      { action: 'set_customer', filter: {} },
      { action: 'verify', mailbox_ids: [] },
      { action: 'verify', filter: { status: 'broken' } },
      { action: 'destroy', filter: {} },
    ]) {
      const answer = await workspace.call('POST', '/v1/mailbox-jobs', body);
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_request'], JSON.stringify(body));
    }
  });

  it('is listed newest first beside those that other programs began', async () => {
    const first = await begin({ action: 'verify', mailbox_ids: ids });
    const { id: second } = await world.core.warmupJobs.updateWarmup(principal(), {
      wanted: true,
      mailboxes: { emails: ['ada@example.com', 'nobody@example.com'] },
    });
    await workAll();
    const { body } = await workspace.call('GET', '/v1/background-jobs');
    assert.deepEqual(
      list(body.items).map((job) => [job.id, job.action, job.status, job.done, job.failed]),
      [
        [second, 'update_warmup', 'succeeded', 1, 1],
        [first, 'verify', 'succeeded', 3, 0],
      ],
    );
    const ofInstantly = await world.core.warmupJobs.list(principal(), { after: null, limit: 9 });
    assert.deepEqual(
      ofInstantly.items.map(({ id }) => id),
      [second],
    );
    await assert.rejects(world.core.warmupJobs.read(principal(), first), { code: 'not_found' });
  });
});

describe('connect sessions', () => {
  it('are listed newest first, by status, without their links', async () => {
    const made = await workspace.call('POST', '/v1/connect-sessions', { provider: 'google' });
    const { body } = await workspace.call('GET', '/v1/connect-sessions?limit=2');
    assert.deepEqual(
      list(body.items).map(({ id, status }) => [id === made.body.id, status]),
      [
        [true, 'pending'],
        [false, 'connected'],
      ],
    );
    assert.ok(!JSON.stringify(body).includes('/connect/'));
    const pending = await workspace.call('GET', '/v1/connect-sessions?status=pending');
    assert.deepEqual(
      list(pending.body.items).map(({ id }) => id),
      [made.body.id],
    );
    assert.equal((await workspace.call('GET', '/v1/connect-sessions?status=odd')).status, 400);
  });
});

const principal = () => ({
  keyId: 'test',
  workspaceId: workspace.id,
  isInstallation: false,
  expiresAt: null,
  scopes: new Set(['all'] as const),
});

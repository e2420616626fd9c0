// How often a link can be used, and how customer links are taken back.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { connect, publicUrl, startWorld, type TestWorkspace, text, type World } from './native-world.ts';

const hour = 3_600_000;
const host = new URL(publicUrl).host;
let world: World;
let workspace: TestWorkspace;
before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme Sales');
  const { body } = await workspace.call('GET', '/v1/oauth-clients');
  assert.ok(Array.isArray(body.items));
  const changed = await workspace.call('PATCH', `/v1/oauth-clients/${body.items[0].id}`, {
    customers_may_use: true,
  });
  assert.equal(changed.status, 200, changed.text);
});
after(() => world.close());

const get = (path: string) => world.app.inject({ url: path, headers: { host } });
const post = (path: string, payload = '') =>
  world.app.inject({
    method: 'POST',
    url: path,
    payload,
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
  });

async function customerPath(as = workspace, customer = 'acme'): Promise<string> {
  const made = await as.call('POST', '/v1/customer-links', { customer });
  return new URL(text(made.body.url)).pathname;
}

const choose = (path: string) => post(path, 'provider=google');

/** Statuses of so many uses, one after the other. */
async function statuses(count: number, use: () => Promise<{ statusCode: number }>): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push((await use()).statusCode);
  return found;
}

/** To the beginning of an hour, so that none turns in between. */
const waitForTheHour = () => world.wait(hour - (world.core.now() % hour));

function assertTooOften({ statusCode, headers, body }: Awaited<ReturnType<typeof post>>): void {
  assert.equal(statusCode, 429, body);
  const seconds = Number(headers['retry-after']);
  assert.ok(seconds > 3000 && seconds <= 3600, String(headers['retry-after']));
  assert.match(body, /used too often[^<]*Try again in \d+ minutes/);
}

describe('a link that anybody may hold', () => {
  it('of a customer makes thirty connect sessions in an hour and no more, while others go on', async () => {
    waitForTheHour();
    const path = await customerPath();
    assert.deepEqual(await statuses(30, () => choose(path)), Array(30).fill(303));
    assertTooOften(await choose(path));
    assert.equal((await get(path)).statusCode, 200, 'looking is no use');
    assert.equal((await choose(await customerPath(workspace, 'another'))).statusCode, 303);
    world.wait(hour);
    assert.equal((await choose(path)).statusCode, 303);
  });

  it('counts only what it offers', async () => {
    waitForTheHour();
    const path = await customerPath(workspace, 'careless');
    await statuses(31, () => post(path, 'provider=aol'));
    assert.equal((await choose(path)).statusCode, 303);
  });

  it('of a mailbox is good for twenty tries in an hour', async () => {
    const mailbox = await connect(world, workspace);
    const joined = await world.store.mailboxes.withGrant(text(mailbox.id));
    assert.ok(joined);
    waitForTheHour();
    const path = new URL(await world.core.mailboxes.reconnectUrl(joined)).pathname;
    assert.deepEqual(await statuses(20, () => post(path)), Array(20).fill(303));
    assertTooOften(await post(path));
    world.wait(hour);
    assert.equal((await post(path)).statusCode, 303);
  });
});

describe('customer links that were taken back', () => {
  it('do not work any more, those of other workspaces and later ones do', async () => {
    const other = await world.addWorkspace('Other');
    const [old, foreign] = [await customerPath(), await customerPath(other)];
    const revoked = await workspace.call('POST', '/v1/customer-links/revoke');
    assert.equal(revoked.status, 204, revoked.text);
    assert.equal((await get(old)).statusCode, 404);
    assert.equal((await choose(old)).statusCode, 404);
    assert.equal((await get(foreign)).statusCode, 200);
    assert.equal((await choose(await customerPath())).statusCode, 303);
  });

  it('stay so when other settings change', async () => {
    const old = await customerPath();
    await workspace.call('POST', '/v1/customer-links/revoke');
    const changed = await workspace.call('PATCH', '/v1/settings', { branding: { display_name: 'Acme' } });
    assert.equal(changed.status, 200, changed.text);
    assert.equal((await get(old)).statusCode, 404);
  });

  it('need a key that may change settings', async () => {
    const made = await workspace.call('POST', '/v1/api-keys', {
      name: 'links',
      scopes: ['connect_sessions:create'],
    });
    const path = await customerPath();
    const answer = await world.callAs(text(made.body.key))('POST', '/v1/customer-links/revoke');
    assert.deepEqual([answer.status, answer.body.code], [403, 'permission_denied'], answer.text);
    assert.equal((await get(path)).statusCode, 200);
  });
});

// The limits that Instantly's guide promises for beginning a sign-in, on a clock of the test's own: per workspace,
// per address, per provider, with blocks that grow and outlive a restart; and the limit on everything.
import assert from 'node:assert/strict';
import { after, before, beforeEach, it } from 'node:test';
import { loadConfig } from '../../src/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { systemClock } from '../../src/system.ts';
import { assertGolden } from '../support/golden.ts';
import {
  type Answer,
  type Call,
  freePort,
  type Installation,
  startInstallation,
} from '../support/installation.ts';

const google = '/api/v2/oauth/google/init';
const microsoft = '/api/v2/oauth/microsoft/init';
const hour = 3_600_000;
const minute = 60_000;

/** Small, so that few requests reach them. The lengths of the blocks are those of every installation. */
const limits = {
  MAILGRANT_TRUST_PROXY: '127.0.0.1',
  MAILGRANT_INIT_WORKSPACE_PER_MINUTE: '5',
  MAILGRANT_INIT_ADDRESS_PER_MINUTE: '8',
  MAILGRANT_ABUSE_REFUSALS: '3',
  MAILGRANT_WORKSPACE_PER_SECOND: '20',
  MAILGRANT_WORKSPACE_PER_MINUTE: '60',
};

let installation: Installation;
/** What the gateway takes for the time. A whole hour for each test, so that no window turns by itself. */
let now = Math.ceil(Date.now() / hour) * hour;
const clock = { ...systemClock, now: () => now };
let address = 0;

before(async () => {
  installation = await startInstallation({ substitutes: { clock }, environment: limits });
});
after(() => installation.close());
beforeEach(() => {
  address += 1;
  now = Math.ceil((now + 1) / hour) * hour;
});

/** As if the caller had this address. */
const from =
  (ip: string, call: Call): Call =>
  (method, path) =>
    call(method, path, undefined, { 'x-forwarded-for': ip });

async function times(count: number, act: () => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < count; time++) statuses.push((await act()).status);
  return statuses;
}

const retryAfter = (answer: Answer): number => {
  const text = answer.headers.get('retry-after') ?? '';
  assert.match(text, /^[1-9]\d*$/);
  return Number(text);
};

it('a workspace begins so many sign-ins in a minute, each provider by itself, and others are not held up', async () => {
  const { call } = await installation.addWorkspace('Busy');
  const here = from(`192.0.2.${address}`, call);
  assert.deepEqual(await times(5, () => here('POST', google)), Array(5).fill(200));
  now += 20_500;
  const refused = await here('POST', google);
  assert.equal(refused.status, 429);
  assertGolden('instantly', 'rate-limited-init', refused.body);
  assert.equal(retryAfter(refused), 40);
  assert.equal((await here('POST', microsoft)).status, 200);
  const other = await installation.addWorkspace('Calm');
  assert.equal((await from(`192.0.2.${address}`, other.call)('POST', google)).status, 200);
  now += 40_000;
  assert.equal((await here('POST', google)).status, 200);
});

it('a workspace that goes on beyond its own limit is blocked, and nobody else behind its address', async () => {
  const { call } = await installation.addWorkspace('Loud');
  const other = await installation.addWorkspace('Neighbour');
  const here = from(`192.0.2.${address}`, call);
  assert.deepEqual(await times(5, () => here('POST', google)), Array(5).fill(200));
  assert.deepEqual(await times(10, () => here('POST', google)), Array(10).fill(429));
  assert.equal(retryAfter(await here('POST', google)), 1800);
  const neighbour = from(`192.0.2.${address}`, other.call);
  assert.deepEqual(await times(3, () => neighbour('POST', google)), Array(3).fill(200));
  now += minute;
  assert.deepEqual(await times(5, () => neighbour('POST', google)), Array(5).fill(200));
  assert.equal((await here('POST', google)).status, 429, 'its own block goes on');
});

it('a port behind an address makes no other caller of it', async () => {
  const { call } = await installation.addWorkspace('Ports');
  const statuses = await times(9, () => {
    now += 1;
    return from(`192.0.2.${address}:${10_000 + (now % 1000)}`, call)('POST', google);
  });
  assert.deepEqual(statuses, [...Array(5).fill(200), ...Array(4).fill(429)]);
  assert.equal(retryAfter(await from(`192.0.2.${address}`, call)('POST', google)), 1800);
});

it('an address begins so many, whatever the workspace; IPv6 addresses of one network count as one', async () => {
  const calls = await Promise.all(
    ['One', 'Two', 'Three'].map(async (name) => (await installation.addWorkspace(name)).call),
  );
  let count = 0;
  const next = () => {
    count += 1;
    const call = calls[count % 3] ?? calls[0];
    if (!call) throw new Error('no workspace');
    return from(`2001:db8:0:${address}::${count}`, call)('POST', google);
  };
  assert.deepEqual(await times(9, next), [...Array(8).fill(200), 429]);
  const [call] = calls;
  if (!call) throw new Error('no workspace');
  assert.equal((await from(`2001:db8:1:${address}::1`, call)('POST', google)).status, 200);
});

it('an address that goes on is blocked for 30 minutes, then 2 hours, then 24, and a day later it is forgiven', async () => {
  const { call } = await installation.addWorkspace('Stubborn');
  const here = from(`198.51.100.${address}`, call);
  const abuse = async (): Promise<Answer> => {
    assert.deepEqual(await times(5, () => here('POST', google)), Array(5).fill(200));
    assert.deepEqual(await times(2, () => here('POST', google)), [429, 429]);
    return here('POST', google);
  };
  for (const seconds of [1800, 7200, 86_400, 86_400]) {
    const blocked = await abuse();
    assert.equal(blocked.status, 429);
    assert.equal(retryAfter(blocked), seconds);
    assertGolden('instantly', 'rate-limited-init', blocked.body);
    now += seconds * 1000 - 1500;
    // It ends when it said it would, however often it was tried.
    assert.deepEqual(await times(4, () => here('POST', google)), Array(4).fill(429));
    assert.equal(retryAfter(await here('POST', google)), 2);
    assert.equal((await here('POST', microsoft)).status, 200, 'the other provider');
    assert.equal((await from(`203.0.113.${address}`, call)('POST', google)).status, 200, 'another address');
    now += 2 * minute;
  }
  now += 24 * hour;
  assert.equal(retryAfter(await abuse()), 1800);
});

it('a restart forgets neither a block nor a count', async () => {
  const first = await startInstallation({ substitutes: { clock }, environment: limits });
  const { call, apiKey } = first;
  const here = from(`198.51.100.${address}`, call);
  await times(8, () => here('POST', google));
  const environment = { ...first.environment, MAILGRANT_PORT: String(await freePort()) };
  await first.gateway.close();
  const restarted = await createGateway(loadConfig(environment), { clock });
  try {
    const base = await restarted.start();
    const there = from(`198.51.100.${address}`, first.callAs(apiKey, base));
    assert.equal(retryAfter(await there('POST', google)), 1800);
    // The workspace's own count of this minute holds, too, for another address.
    const elsewhere = from(`203.0.113.${address}`, first.callAs(apiKey, base));
    assert.equal((await elsewhere('POST', google)).status, 429);
  } finally {
    await restarted.close();
    await first.close();
  }
});

it('everything of a workspace together is limited in a second and in a minute, other workspaces not', async () => {
  const { core } = installation.gateway;
  const workspaces = '/api/v2/workspaces/current';
  const { call } = installation;
  const other = await installation.addWorkspace('Untouched');
  assert.deepEqual(await times(20, () => call('GET', workspaces)), Array(20).fill(200));
  const refused = await call('GET', workspaces);
  assert.equal(refused.status, 429);
  assertGolden('instantly', 'rate-limited', refused.body);
  assert.equal(retryAfter(refused), 1);
  assert.equal((await other.call('GET', workspaces)).status, 200);
  now += 1000;
  assert.deepEqual(await times(20, () => call('GET', workspaces)), Array(20).fill(200));
  now += 1000;
  assert.deepEqual(await times(20, () => call('GET', workspaces)), Array(20).fill(200));
  now += 10_000;
  assert.equal(retryAfter(await call('GET', workspaces)), 48);
  now += 50_000;
  assert.equal((await call('GET', workspaces)).status, 200);
  assert.ok((await core.limits.prune()) > 0, 'what is over can be deleted');
});

const dialects = [
  ['EmailEngine', '/v1/accounts'],
  ['Warmy', '/api/v2/mailboxes'],
  ['Smartlead', '/api/v1/email-accounts/'],
] as const;
for (const [name, path] of dialects) {
  it(`${name}'s calls count towards the limit of their workspace, and say when to come back`, async () => {
    const { call } = await installation.addWorkspace(name);
    assert.deepEqual(await times(20, () => call('GET', path)), Array(20).fill(200));
    const refused = await call('GET', path);
    assert.equal(refused.status, 429, refused.text);
    assert.equal(retryAfter(refused), 1);
    if (name === 'EmailEngine') {
      assert.equal(refused.headers.get('x-ratelimit-reset'), '1');
      const { statusCode, error, ttl } = refused.body;
      assert.deepEqual([statusCode, error, ttl], [429, 'Too Many Requests', 1]);
    }
    if (name === 'Warmy') assert.deepEqual(refused.body.message, refused.body.errors);
  });
}

it('the native API is not limited', async () => {
  const { call } = await installation.addWorkspace('Native');
  assert.deepEqual(await times(70, () => call('GET', '/v1/whoami')), Array(70).fill(200));
});

it('twenty thousand workspaces at work cost each other nothing', () => {
  const { core } = installation.gateway;
  const startedAt = performance.now();
  for (let second = 0; second < 3; second++) {
    for (let count = 0; count < 20_000; count++) core.limits.countRequest(`crowd-${count}`);
    now += 1000;
  }
  // Looking through all of them for each new window takes minutes.
  assert.ok(performance.now() - startedAt < 10_000);
});

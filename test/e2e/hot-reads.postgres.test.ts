// Hot reads on one node while things change on another: within a second, also when no notification arrives; and when
// nothing arrives, reads go on from the database.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { loadConfig } from '../../src/config.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { systemClock } from '../../src/system.ts';
import { counterparts } from '../counterparts/index.ts';
import { silentLog } from '../stores/fixtures.ts';
import { type FeedProxy, startFeedProxy } from '../support/feed-proxy.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';
import { anotherPort, hotReadGuarantees, type Nodes } from './hot-reads.ts';

let database: { url: string; drop(): Promise<void> };
let proxy: FeedProxy;
let installation: Installation;
let other: Gateway;
let nodes: Nodes;
let pooled = 0;

before(async () => {
  database = await counterparts().createDatabase();
  proxy = await startFeedProxy(database.url);
  let ahead = 0;
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  installation = await startInstallation({ databaseUrl: database.url, substitutes: { clock } });
  const port = await anotherPort();
  other = await createGateway(
    loadConfig({ ...installation.environment, MAILGRANT_DATABASE_URL: proxy.url, MAILGRANT_PORT: port }),
    { clock, log: silentLog },
  );
  countQueriesThrough(new URL(proxy.url).port);
  nodes = {
    here: installation,
    there: await other.start(),
    wait: (milliseconds) => {
      ahead += milliseconds;
    },
    statements: () => pooled,
    lateMillisecondsMax: 1_000,
  };
});
after(async () => {
  await other.close();
  await installation.close();
  await proxy.close();
  await database.drop();
});

/** Of the node behind the proxy, without those of its change feed, which go on all the time. */
function countQueriesThrough(port: string): void {
  const { query } = pg.Client.prototype;
  Reflect.set(pg.Client.prototype, 'query', function counted(this: pg.Client, ...parameters: unknown[]) {
    const name = memberOf(Reflect.get(this, 'connectionParameters'), 'application_name');
    if (String(this.port) === port && name !== 'mailgrant changes') pooled += 1;
    return Reflect.apply(query, this, parameters);
  });
}

describe('with notifications', () => hotReadGuarantees(() => nodes));

describe('when notifications are lost', () => {
  before(() => proxy.hear('no notifications'));
  after(() => assert.ok(proxy.dropped() > 0, 'no notification was on its way'));
  hotReadGuarantees(() => nodes);
});

test('when the node hears nothing at all, reads go on, and what is over is not served', async () => {
  const { here } = nodes;
  const { session } = await here.connect('google', { login: 'alice@gmail.test' });
  const path = `/v1/mailboxes/${session.mailbox_id}`;
  const call = here.callAs(here.apiKey, nodes.there);
  proxy.hear('nothing');
  const deafSince = performance.now();
  while (performance.now() - deafSince < 3_500) {
    const { status, text } = await call('POST', `${path}/token`);
    assert.equal(status, 200, text);
  }
  const before = pooled;
  assert.equal((await call('POST', `${path}/token`)).status, 200);
  assert.ok(pooled > before, 'it was answered from memory');
  await here.call('PATCH', path, { disabled: true });
  assert.equal((await call('POST', `${path}/token`)).status, 409);
  proxy.hear('all');
  await here.call('PATCH', path, { disabled: false });
  await until('reads come from memory again', async () => {
    const sent = pooled;
    return (await call('POST', `${path}/token`)).status === 200 && pooled === sent;
  });
});

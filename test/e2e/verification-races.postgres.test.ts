// Two processes that prove one mailbox at the same moment: what changed is told once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { counterparts } from '../counterparts/index.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { type Node, startNode } from '../support/second-node.ts';
import { until } from '../support/until.ts';

let installation: Installation;
let second: Node;
let database: Awaited<ReturnType<ReturnType<typeof counterparts>['createDatabase']>>;

before(async () => {
  database = await counterparts().createDatabase();
  installation = await startInstallation({ sandbox: { mail: 'npm' }, databaseUrl: database.url });
  second = await startNode(installation, {});
});
after(async () => {
  await second.gateway.close();
  await installation.close();
  await database.drop();
});

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  return client;
}

test('a mailbox that two processes find degraded at the same moment is told of once', async () => {
  const { session } = await installation.connect('microsoft', { login: 'erin@contoso.test' });
  const path = `/v1/mailboxes/${String(session.mailbox_id)}`;
  installation.sandbox.microsoft.setUser('erin@contoso.test', { smtpAuthDisabled: true });

  // Two connections: inside of a transaction one sees the others as they were.
  const [holder, watcher] = [await connected(), await connected()];
  try {
    // Both come to the point where they write down what they found, and neither gets by.
    await holder.query('begin');
    await holder.query('select id from mailboxes where id = $1 for update', [session.mailbox_id]);
    const proofs = [installation.call, second.call].map((call) => call('POST', `${path}/verify`));
    await until('both wait', async () => {
      const { rows } = await watcher.query(
        "select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      );
      return memberOf(rows[0], 'count') === 2;
    });
    await holder.query('commit');
    for (const { status, body } of await Promise.all(proofs)) {
      assert.deepEqual([status, body.status], [200, 'degraded']);
    }
  } finally {
    await Promise.all([holder.end(), watcher.end()]);
  }
  const { body } = await installation.call('GET', `/v1/events?object_id=${String(session.mailbox_id)}`);
  assert.ok(Array.isArray(body.items));
  const degraded = body.items.filter((event) => memberOf(event, 'type') === 'mailbox.degraded');
  assert.equal(degraded.length, 1);
});

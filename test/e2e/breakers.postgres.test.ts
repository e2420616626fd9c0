// The breakers of two nodes on one database are the same: what one node learns of a provider, the other acts on.
import assert from 'node:assert/strict';
import { after, before, beforeEach, it } from 'node:test';
import { type Fault, namedFaults } from '../../sandbox/index.ts';
import { systemClock } from '../../src/system.ts';
import { counterparts } from '../counterparts/index.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import {
  type Answer,
  type Call,
  type Installation,
  memberOf,
  startInstallation,
} from '../support/installation.ts';
import { refreshesAsked } from '../support/provider-asked.ts';
import { type Node, startNode } from '../support/second-node.ts';
import { statementsDuring, writesDuring } from '../support/statements-during.ts';
import { until } from '../support/until.ts';

let installation: Installation;
let second: Node;
let nodes: [Call, Call];
let ahead = 0;
const wait = (seconds: number): void => {
  ahead += seconds * 1000;
};
let dropDatabase: () => Promise<void>;
/** One for each breaker test, and others beside: their grants have retry times of their own. */
let microsoft: string[];
let google: string;

before(async () => {
  const database = await counterparts().createDatabase();
  dropDatabase = () => database.drop();
  const substitutes = { clock: { ...systemClock, now: () => Date.now() + ahead } };
  installation = await startInstallation({
    databaseUrl: database.url,
    substitutes,
    environment: { MAILGRANT_BREAKER_FAILURES: '3', MAILGRANT_BREAKER_OPEN_SECONDS: '30' },
  });
  second = await startNode(installation, substitutes);
  nodes = [installation.call, second.call];
  microsoft = [
    await importMailbox(installation, 'microsoft', 'erin@contoso.test'),
    await importMailbox(installation, 'microsoft', 'frank@contoso.test'),
    await importMailbox(installation, 'microsoft', 'dave@outlook.test'),
  ];
  google = await importMailbox(installation, 'google', 'bob@corp.test');
});
after(async () => {
  await second.gateway.close();
  await installation.close();
  await dropDatabase();
});
beforeEach(async () => {
  for (const provider of ['google', 'microsoft'] as const) {
    installation.sandbox[provider].configure({ fault: null });
  }
  // Whatever a test before has left open is closed by a probe.
  wait(700);
  for (const call of nodes)
    for (const id of [...microsoft, google]) assert.equal((await force(call, id)).status, 200);
  wait(60);
});

const force = (call: Call, id: string): Promise<Answer> =>
  call('POST', `/v1/mailboxes/${id}/token`, { force_refresh: true });
const asked = (): number => refreshesAsked(installation.sandbox, 'microsoft');
const retryAfterOf = (answer: Answer): number => Number(answer.headers.get('retry-after'));

/** Each mailbox once, on the first node. */
async function failThrice(fault: Fault): Promise<void> {
  installation.sandbox.microsoft.configure({ fault });
  for (const id of microsoft) assert.equal((await force(nodes[0], id)).status, 503);
}

/** Until the other node has heard of it. */
const untilOpen = (call: Call, id: string): Promise<void> =>
  until('the breaker is open', async () => {
    const before = asked();
    const answer = await force(call, id);
    wait(6);
    return answer.status === 503 && asked() === before;
  });

it('one that opens on one node is open on the other, and nobody asks the provider, nor takes a lease', async () => {
  await failThrice(namedFaults.serverError('refresh'));
  const before = asked();
  // Their own retry times are over; the breaker's is not.
  wait(6);
  await until('the other node has heard of it', async () => {
    const answers = await Promise.all(nodes.map((call) => force(call, microsoft[0] ?? '')));
    return answers.every((answer) => answer.status === 503 && retryAfterOf(answer) > 5);
  });
  const writes = await writesDuring(async () => {
    for (const call of nodes) assert.equal((await force(call, microsoft[1] ?? '')).status, 503);
  });
  assert.deepEqual(writes, []);
  assert.equal(asked(), before);
  assert.equal((await force(nodes[1], google)).status, 200, 'the other provider goes on');
});

it('when its time is over, one probe goes out over all nodes, and its success closes it on all of them', async () => {
  await failThrice(namedFaults.serverError('refresh'));
  await untilOpen(nodes[1], microsoft[1] ?? '');
  wait(40);
  installation.sandbox.microsoft.configure({ fault: { on: 'refresh', answerDelayMs: 1_500 } });
  const before = asked();
  const reads = nodes.flatMap((call) => microsoft.map((id) => force(call, id)));
  const answers = await Promise.all(reads);
  const good = answers.filter(({ status }) => status === 200).length;
  assert.ok(good >= 1 && good <= 2, `${good} good: the probe, and who waited for the same grant`);
  assert.equal(asked(), before + 1);
  for (const answer of answers) if (answer.status !== 200) assert.ok(retryAfterOf(answer) <= 3);
  installation.sandbox.microsoft.configure({ fault: null });
  wait(15);
  await until('it is closed on every node', async () => {
    const after = await Promise.all(nodes.map((call, index) => force(call, microsoft[index + 1] ?? '')));
    return after.every(({ status }) => status === 200);
  });
});

it('a probe that fails opens it for twice as long, on both nodes', async () => {
  await failThrice(namedFaults.serverError('refresh'));
  wait(31);
  const before = asked();
  assert.equal((await force(nodes[0], microsoft[0] ?? '')).status, 503);
  assert.equal(asked(), before + 1, 'the probe');
  wait(31);
  await until('both refuse for the longer time', async () => {
    const answers = await Promise.all(nodes.map((call) => force(call, microsoft[1] ?? '')));
    return answers.every((answer) => answer.status === 503 && retryAfterOf(answer) <= 30);
  });
  assert.equal(asked(), before + 1, 'the first time is over, the second is not');
  wait(31);
  installation.sandbox.microsoft.configure({ fault: null });
  assert.equal((await force(nodes[1], microsoft[2] ?? '')).status, 200);
});

it("a success on the other node makes a node's failures count anew", async () => {
  const { sandbox } = installation;
  const [one = '', two = ''] = microsoft;
  for (let round = 0; round < 3; round += 1) {
    sandbox.microsoft.configure({ fault: namedFaults.serverError('refresh') });
    assert.equal((await force(nodes[0], one)).status, 503);
    wait(6);
    assert.equal((await force(nodes[0], one)).status, 503);
    sandbox.microsoft.configure({ fault: null });
    wait(6);
    // Two failures are known to the first node; the other one has heard of them when a success of its resets them.
    await until('the success is noted', async () => {
      assert.equal((await force(nodes[1], two)).status, 200);
      wait(11);
      const [found] = await breakersOf('provider:microsoft');
      return found === undefined;
    });
  }
});

async function breakersOf(key: string): Promise<unknown[]> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: installation.environment.MAILGRANT_DATABASE_URL });
  await client.connect();
  try {
    return (await client.query('select * from breakers where key = $1', [key])).rows;
  } finally {
    await client.end();
  }
}

it("the quota of one workspace's own OAuth client closes nobody else's way", async () => {
  const { sandbox } = installation;
  const { clientId, clientSecret } = sandbox.microsoft.clients.confidential;
  const created = await installation.call('POST', '/v1/oauth-clients', {
    provider: 'microsoft',
    name: 'Own',
    client_id: clientId,
    client_secret: clientSecret,
  });
  assert.equal(created.status, 201, created.text);
  const other = await installation.addWorkspace('Other');
  const own = await importMailbox(installation, 'microsoft', 'erin@contoso.test', {
    oauthClientId: String(created.body.id),
  });
  const shared = await importMailbox(installation, 'microsoft', 'frank@contoso.test', {
    apiKey: other.apiKey,
  });
  wait(60);
  sandbox.microsoft.configure({ fault: namedFaults.rateLimited('refresh', 1) });
  for (let time = 0; time < 3; time += 1) {
    assert.equal(memberOf((await force(nodes[0], own)).body, 'code'), 'provider_rate_limited');
    wait(6);
  }
  sandbox.microsoft.configure({ fault: null });
  const refused = await force(nodes[0], own);
  assert.equal(refused.status, 503, refused.text);
  assert.ok(retryAfterOf(refused) > 5);
  assert.equal((await force(other.call, shared)).status, 200);
});

it('a call that asks nobody gives the probe back at once', async () => {
  await failThrice(namedFaults.serverError('refresh'));
  installation.sandbox.microsoft.configure({ fault: null });
  wait(31);
  const probes = await Promise.all(
    Array.from({ length: 2 }, () =>
      second.gateway.core.breakers.enter({ id: 'none', provider: 'microsoft', workspaceId: null }),
    ),
  );
  assert.deepEqual(probes.map(({ ok }) => ok).sort(), [false, true]);
  assert.equal((await force(nodes[0], microsoft[0] ?? '')).status, 503);
  for (const probe of probes) if (probe.ok) probe.leave();
  await until('another may probe', async () => (await force(nodes[0], microsoft[0] ?? '')).status === 200);
});

it('a refresh through closed breakers asks the database nothing about them', async () => {
  // Unless the node could not listen for a second: then it believes nothing that it remembers.
  await until('both know them', async () => {
    const statements = await statementsDuring(async () => {
      for (const call of nodes) assert.equal((await force(call, google)).status, 200);
    });
    wait(11);
    assert.ok(
      statements.some((text) => text.includes('"token_sets"')),
      'statements are seen',
    );
    return !statements.some((text) => text.includes('"breakers"'));
  });
});

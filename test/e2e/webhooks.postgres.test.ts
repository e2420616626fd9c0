// Webhooks of two nodes on one database: what one raises the other may send, and nothing is sent twice.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { counterparts } from '../counterparts/index.ts';
import { type Node, startNode } from '../support/second-node.ts';
import { until } from '../support/until.ts';
import { answering, hanging } from '../support/webhook-receiver.ts';
import { openStage, type Stage } from './webhook-stage.ts';

let stage: Stage;
let second: Node;
let dropDatabase: () => Promise<void>;
const going = new AbortController();

before(async () => {
  const database = await counterparts().createDatabase();
  dropDatabase = () => database.drop();
  stage = await openStage(database.url);
  second = await startNode(stage.installation, { clock: stage.clock });
});
after(async () => {
  going.abort();
  await second.gateway.close();
  await stage.close();
  await dropDatabase();
});

/** Both nodes at once, until neither finds anything more. */
async function turnBoth(): Promise<void> {
  const cores = [stage.installation.gateway.core, second.gateway.core];
  const all = async (work: (core: (typeof cores)[number]) => Promise<number>): Promise<void> => {
    let found = 1;
    while (found > 0) found = Math.max(...(await Promise.all(cores.map(work))));
  };
  await all((core) => core.webhooks.tellPending());
  await all((core) => core.webhooks.deliverDue(going.signal));
  await Promise.all(cores.map((core) => core.drain(20_000)));
}

it('two nodes that look at the same moment send each event once, and each retry once', async () => {
  const mailboxes = [await stage.mailbox('bob@corp.test'), await stage.mailbox('gina@corp.test')];
  stage.wait(1);
  const { receiver, made } = await stage.endpoint();
  receiver.respond(answering(500));
  for (let count = 0; count < 5; count += 1) for (const id of mailboxes) await stage.switchTwice(id);
  const idsOf = () => receiver.received.map(({ headers }) => headers['webhook-id']);
  await turnBoth();
  // While it fails, one at a time.
  while (new Set(idsOf()).size < 20) await turnBoth();
  assert.equal(idsOf().length, 20);
  receiver.respond(answering(200));
  stage.wait(6);
  while ((await stage.deliveries(made, '&status=pending&limit=1')).length > 0) await turnBoth();
  assert.equal(idsOf().length, 40);
  const delivered = await stage.deliveries(made, '&status=delivered&limit=100');
  assert.deepEqual(
    delivered.map(({ attempts }) => attempts),
    Array.from({ length: 20 }, () => 2),
  );
});

it('what one node raises, another one sends by itself', async () => {
  const { receiver } = await stage.endpoint();
  const other = await startNode(stage.installation, { clock: stage.clock }, { MAILGRANT_JOBS: 'on' });
  try {
    await stage.switchTwice(await stage.mailbox('alice@gmail.test'));
    await until('it has heard of all three', () => receiver.received.length === 3);
  } finally {
    await other.gateway.close();
  }
});

it('a node that ends while an endpoint hangs gives the delivery back, and the next one sends it', async () => {
  const { receiver, made } = await stage.endpoint({ event_types: ['mailbox.disabled'] });
  receiver.respond(hanging);
  const patient = { MAILGRANT_JOBS: 'on', MAILGRANT_WEBHOOK_TIMEOUT_SECONDS: '30' };
  const ending = await startNode(stage.installation, { clock: stage.clock }, patient);
  await stage.switchTwice(await stage.mailbox('alice@gmail.test'));
  await until('it is being sent', () => receiver.waiting() > 0);
  await ending.gateway.close();
  const [delivery] = await stage.deliveries(made);
  assert.deepEqual([delivery?.status, delivery?.attempts], ['pending', 0]);
  receiver.respond(answering(200));
  await turnBoth();
  assert.equal((await stage.deliveries(made, '&status=delivered')).length, 1);
});

// `mailgrant webhooks listen`: a program that no gateway can reach gets what an endpoint would get, so that it can be
// verified, and bodies with reconnect links go to nobody who may not have them.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { runCommand, startCommand } from '../support/command.ts';
import { memberOf } from '../support/installation.ts';
import { until } from '../support/until.ts';
import { answering, type Receiver } from '../support/webhook-receiver.ts';
import { dataOf, itemsOf, openStage, type Stage, typesOf } from './webhook-stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

const environment = (): Record<string, string> => ({
  MAILGRANT_URL: stage.installation.address,
  MAILGRANT_API_KEY: stage.installation.apiKey,
});

/** By the id of the event; a reconnect link is another one in each attempt, but for where it leads. */
const bodiesOf = ({ received }: Receiver): Record<string, string> =>
  Object.fromEntries(
    received.map(({ headers, body }) => [
      headers['webhook-id'],
      body.replace(/(\/reconnect\/)[^"]+/, '$1...'),
    ]),
  );

it('what is forwarded is what a real endpoint is sent, verifies, and is shown with its answer', async () => {
  const id = await stage.mailbox('bob@corp.test');
  const { receiver: real, made } = await stage.endpoint();
  const local = await stage.receiver();
  local.respond(answering(500));
  const words = ['webhooks', 'listen', '--forward-to', local.url, '--json'];
  const started = startCommand(words, { environment: environment() });
  let told = '';
  started.child.stderr?.on('data', (chunk) => {
    told += String(chunk);
  });
  await until('it listens', () => told.includes('Ctrl-C ends it'));
  await stage.switchTwice(id);
  await until('both came', () => local.received.length === 2);
  local.respond(answering(204));
  stage.wait(60);
  await stage.installation.sandbox.google.revokeUser('bob@corp.test');
  await stage.call('POST', `/v1/mailboxes/${id}/token`, { force_refresh: true });
  await until('the third came', () => local.received.length === 3);
  started.child.kill('SIGINT');
  const { code, stdout } = await started.ended;
  assert.equal(code, 130);
  await stage.turn();

  assert.deepEqual(typesOf(local), ['mailbox.disabled', 'mailbox.enabled', 'mailbox.needs_reauthorization']);
  assert.deepEqual(bodiesOf(local), bodiesOf(real));
  const page = await fetch(String(dataOf(local).reconnect_url), { redirect: 'manual' });
  assert.ok(page.status < 400, String(page.status));
  const secret = /whsec_\S+/.exec(told)?.[0] ?? '';
  for (const { body, headers } of local.received) new Webhook(secret).verify(body, headers);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  assert.deepEqual(
    lines.map((line) => [memberOf(line, 'webhook_id'), memberOf(line, 'response_status')]),
    local.received.map(({ headers }, index) => [headers['webhook-id'], index < 2 ? 500 : 204]),
  );
  assert.doesNotMatch(stdout, /reconnect\//);
  await stage.call('DELETE', `/v1/webhook-endpoints/${made.id}`);
});

it('a secret may be given, types chosen, and a program that does not answer is told and ends nothing', async () => {
  const id = await stage.mailbox('alice@gmail.test');
  const local = await stage.receiver();
  const closed = local.url;
  await local.close();
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const words = [
    'webhooks',
    'listen',
    '--forward-to',
    closed,
    '--event',
    'mailbox.enabled',
    '--secret-file',
    '-',
  ];
  const started = startCommand(words, { environment: environment(), input: `${secret}\n` });
  let [told, out] = ['', ''];
  started.child.stderr?.on('data', (chunk) => {
    told += String(chunk);
  });
  started.child.stdout?.on('data', (chunk) => {
    out += String(chunk);
  });
  await until('it listens', () => told.includes('Ctrl-C ends it'));
  await stage.switchTwice(id);
  await until('one failure was told', () => out.includes('\n'));
  await stage.switchTwice(id);
  await until('and the next one', () => out.split('\n').length === 3);
  started.child.kill('SIGTERM');
  const { code } = await started.ended;
  assert.equal(code, 0, told);
  assert.ok(!told.includes(secret));
  for (const line of out.trimEnd().split('\n'))
    assert.match(line, /^\S+Z {2}mailbox\.enabled {2}\S+ {2}.+ in \d+ ms$/);
});

it('bodies are read by whoever may make an endpoint, and by nobody else', async () => {
  const reader = stage.installation.callAs(await stage.installation.issueKey(['events:read']));
  const path = '/v1/events?limit=1';
  const plain = await reader('GET', path);
  assert.equal(plain.status, 200, plain.text);
  assert.ok(!('webhook_body' in (itemsOf(plain.body)[0] ?? {})));
  const refused = await reader('GET', `${path}&with_webhook_body=true`);
  assert.equal(refused.status, 403);
  assert.match(refused.text, /webhooks:create/);
});

it('another machine, a URL or a secret that is none are refused before anything is asked', async () => {
  const url = 'http://localhost:1/hooks';
  for (const [words, reason, input] of [
    [['--forward-to', 'http://192.0.2.1/hooks'], /--anywhere/, ''],
    [['--forward-to', 'localhost:3000'], /--forward-to must be an address/, ''],
    [[], /--forward-to must be an address/, ''],
    [['--forward-to', url, '--secret-file', '-'], /no secret of an endpoint/, 'whsec_short'],
  ] as const) {
    const ended = await runCommand(['webhooks', 'listen', ...words], { environment: environment(), input });
    assert.equal(ended.code, 64, ended.stderr);
    assert.match(ended.stderr, reason);
    assert.ok(!ended.stderr.includes('whsec_short'));
  }
});

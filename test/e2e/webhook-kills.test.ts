// A gateway that is killed between a change and its webhook: nothing of it is lost, and what may come twice has one id.
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, it } from 'node:test';
import { type GatewayProcess, startGatewayProcess } from '../chaos/support/gateway-process.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Call, freePort, type Installation, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';
import { answering, hanging, type Receiver, startReceiver } from '../support/webhook-receiver.ts';
import { typesOf, webhookEnvironment } from './webhook-stage.ts';

let installation: Installation;
let receiver: Receiver;
let mailboxId: string;
let port: number;
const processes: GatewayProcess[] = [];

before(async () => {
  receiver = await startReceiver();
  port = await freePort();
  installation = await startInstallation({
    environment: { ...webhookEnvironment, MAILGRANT_PORT: String(port) },
  });
  mailboxId = await importMailbox(installation, 'google', 'bob@corp.test');
  const made = await installation.call('POST', '/v1/webhook-endpoints', {
    url: receiver.url,
    event_types: ['mailbox.disabled', 'mailbox.enabled'],
  });
  assert.equal(made.status, 201, made.text);
  // From here on the database belongs to processes that can be killed.
  await installation.gateway.close();
});
after(async () => {
  for (const process of processes) process.kill();
  await Promise.all(processes.map(({ ended }) => ended));
  await receiver.close();
  await installation.sandbox.close();
  await rm(installation.dataDir, { recursive: true, force: true });
});

/** The ids under which it was told, in order. */
const told = (type: string): unknown[] =>
  typesOf(receiver).flatMap((each, index) =>
    each === type ? [receiver.received[index]?.headers['webhook-id']] : [],
  );

async function start(jobs: 'on' | 'off'): Promise<{ process: GatewayProcess; call: Call }> {
  const process = await startGatewayProcess(installation.environment, {
    environment: { MAILGRANT_JOBS: jobs },
  });
  processes.push(process);
  return { process, call: installation.callAs(installation.apiKey, process.address) };
}

async function kill(process: GatewayProcess): Promise<void> {
  process.kill();
  await process.ended;
}

it('killed between the commit of a change and the delivery, it is told by the next process', async () => {
  const { process, call } = await start('off');
  assert.equal((await call('PATCH', `/v1/mailboxes/${mailboxId}`, { disabled: true })).status, 200);
  await kill(process);
  assert.equal(receiver.received.length, 0);
  const next = await start('on');
  await until('it was told', () => told('mailbox.disabled').length > 0);
  receiver.respond(hanging);
  assert.equal((await next.call('PATCH', `/v1/mailboxes/${mailboxId}`, { disabled: false })).status, 200);
  await until('it is being told', () => told('mailbox.enabled').length > 0, 5);
  await kill(next.process);
  const before = told('mailbox.enabled').length;
  receiver.respond(answering(200));
  // Whether it arrived nobody knows: after its claim it is sent again, with the same id.
  await start('on');
  await until('it was told again', () => told('mailbox.enabled').length > before);
  // On a slow machine an answer may come too late, and any of them be sent once more.
  const ids = (['mailbox.disabled', 'mailbox.enabled'] as const).map((type) => new Set(told(type)));
  assert.deepEqual(
    ids.map(({ size }) => size),
    [1, 1],
  );
  assert.notDeepEqual(ids[0], ids[1]);
});

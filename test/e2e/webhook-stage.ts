// One installation with webhooks to the loopback, a clock that a test moves, and loops that a test turns by hand.
import type { WebhookEventType } from '../../src/core/index.ts';
import { systemClock } from '../../src/system.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { memberOf, startInstallation } from '../support/installation.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';

export const webhookEnvironment = {
  MAILGRANT_WEBHOOK_HTTP: 'on',
  MAILGRANT_WEBHOOK_NETWORKS: '127.0.0.0/8',
  MAILGRANT_WEBHOOK_TIMEOUT_SECONDS: '1',
};

export type Item = Record<string, unknown>;

export type Stage = Awaited<ReturnType<typeof openStage>>;

export async function openStage(databaseUrl?: string) {
  let ahead = 0;
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  const installation = await startInstallation({
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    substitutes: { clock },
    environment: webhookEnvironment,
  });
  const { webhooks } = installation.gateway.core;
  const receivers: Receiver[] = [];
  const going = new AbortController();

  const stage = {
    installation,
    clock,
    call: installation.call,
    wait: (seconds: number): void => {
      ahead += seconds * 1000;
    },
    async receiver(): Promise<Receiver> {
      const receiver = await startReceiver();
      receivers.push(receiver);
      return receiver;
    },
    /** An endpoint for a receiver of its own. */
    async endpoint(more: Item = {}, call = installation.call): Promise<{ receiver: Receiver; made: Item }> {
      const receiver = await stage.receiver();
      const { status, body, text } = await call('POST', '/v1/webhook-endpoints', {
        url: receiver.url,
        ...more,
      });
      if (status !== 201) throw new Error(`no endpoint: ${text}`);
      return { receiver, made: body };
    },
    /** Everything that is pending is told, everything that is due is sent, and every attempt has ended. */
    async turn(): Promise<void> {
      while ((await webhooks.tellPending()) > 0);
      while ((await webhooks.deliverDue(going.signal)) > 0);
      await installation.gateway.core.drain(20_000);
    },
    async deliveries(of: Item, query = ''): Promise<Item[]> {
      const path = `/v1/webhook-deliveries?endpoint_id=${of.id}${query}`;
      return itemsOf((await installation.call('GET', path)).body);
    },
    /** Two events of the mailbox: off and on again. */
    async switchTwice(id: string, call = installation.call): Promise<void> {
      for (const disabled of [true, false]) await call('PATCH', `/v1/mailboxes/${id}`, { disabled });
    },
    mailbox: (login: string, apiKey = installation.apiKey): Promise<string> =>
      importMailbox(installation, 'google', login, { apiKey }),
    async close(): Promise<void> {
      going.abort();
      for (const receiver of receivers) await receiver.close();
      await installation.close();
    },
  };
  return stage;
}

export const itemsOf = (body: Item): Item[] => (Array.isArray(body.items) ? body.items : []);

export const typesOf = (receiver: Receiver): WebhookEventType[] =>
  receiver.received.map(({ body }) => JSON.parse(body).type);

export const dataOf = (receiver: Receiver, index = -1): Item =>
  Object(memberOf(JSON.parse(receiver.received.at(index)?.body ?? '{}'), 'data'));

// What a format of webhooks has to say: the body of an event, and the headers that go with an attempt.
import type { Secret } from '../../secret.ts';
import type { WebhookEventType } from '../endpoint.ts';

/** An event as it is told to the outside (event-data.ts). */
export type ToldEvent = {
  id: string;
  type: WebhookEventType;
  /** When it happened. */
  at: number;
  workspaceId: string | null;
  objectId: string;
  /** Plain JSON in snake case; holds no secret. */
  data: Readonly<Record<string, unknown>>;
  /** For formats that know mailboxes by other names; null when it is about none. */
  mailbox: MailboxNames | null;
  /** This server's own address, without a slash at the end. */
  origin: string;
};

/** `number` null: the mailbox is gone. */
export type MailboxNames = { id: string; externalId: string | null; number: number | null; email: string };

export type Signing = {
  /** Of the event: the same in all attempts. */
  id: string;
  /** Of this attempt, milliseconds. */
  at: number;
  /** As it is sent, byte by byte. */
  body: string;
  /** The current one first; more than one while secrets change. */
  secrets: readonly Secret<string>[];
};

export type Format = {
  /** Null = the format has no word for it, or `key` says that it is not wanted, so the endpoint is not told. */
  render(event: ToldEvent, key: Secret<string>): string | null;
  /** What else the event means in this format: each is a webhook of its own, with an id of its own. */
  further?(event: ToldEvent, key: Secret<string>): readonly string[];
  /** Whether an event has to name its mailbox. */
  namesMailboxes: boolean;
  /** What of a key is sent along, and is not to be kept where an endpoint says it again. Throws as `headers` does. */
  credentials(key: Secret<string>): readonly string[];
  /** Throws when a secret cannot be opened. */
  headers(signing: Signing): Record<string, string>;
};

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
};

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
  /** Null = the format has no word for it, so the endpoint is not told. */
  render(event: ToldEvent): string | null;
  /** Throws when a secret cannot be opened. */
  headers(signing: Signing): Record<string, string>;
};

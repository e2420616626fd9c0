// A delivery: one event for one endpoint, with every attempt at it; and what becomes of it after an attempt, by the
// schedule of Standard Webhooks 1.0.0. Nothing is sent or stored here.
import type { WebhookResult } from '../ports/webhooks.ts';
import type { Random } from '../ports.ts';
import type { WebhookEventType } from './endpoint.ts';

/** `failed`: given up, kept as a dead letter that can be replayed. `cancelled`: its endpoint was switched off. */
export type WebhookDeliveryStatus = 'pending' | 'delivered' | 'failed' | 'cancelled';

export type WebhookDelivery = {
  id: string;
  workspaceId: string | null;
  endpointId: string;
  /** The header `webhook-id`: the same in all attempts and all replays, so that a receiver can tell a duplicate. */
  eventId: string;
  eventType: WebhookEventType;
  /** The mailbox, connect session or OAuth client that it tells of. */
  objectId: string;
  /** An example that a caller sent by hand: tried once, and never sent again. */
  isTest: boolean;
  /** What is sent, but for a link whose place is filled in by each attempt (reconnect-links.ts). */
  body: string;
  status: WebhookDeliveryStatus;
  attempts: number;
  /** Those that were made before it was replayed last: the schedule begins anew after them. */
  earlierAttempts: number;
  dueAt: number;
  /** Until then the attempt that is under way belongs to one process; 0 = none is. */
  claimedUntil: number;
  createdAt: number;
  finishedAt: number | null;
};

/** Why an attempt has no answer. */
export type WebhookFailure =
  | 'timeout'
  | 'forbidden_address'
  | 'name_not_resolved'
  | 'connection_refused'
  | 'tls_failed'
  | 'connection_broken'
  | 'not_signed';

export type WebhookAttempt = {
  /** From 1. */
  number: number;
  startedAt: number;
  durationMilliseconds: number;
  /** Null = no answer; `failure` says why. */
  responseStatus: number | null;
  failure: WebhookFailure | null;
  /** The beginning of the answer's body. */
  responseBody: string | null;
};

/** Seconds between an attempt and the next one; after the tenth there is none. */
export const retrySeconds: readonly number[] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/** No endpoint is left alone for longer, whatever it asks for. */
const retryAfterSecondsMax = 86_400;
/** For an overloaded endpoint that names no time. */
const throttleSeconds = 30;
/** Later than the schedule says, up to this part of the pause: what failed together need not come back together. */
const jitter = 0.1;

export type Judgement = {
  status: WebhookDeliveryStatus;
  dueAt: number;
  /** Nothing is sent to the endpoint before; 0 = it has not asked for time. */
  heldUntil: number;
  /** It answered 410: it wants nothing any more. */
  isGone: boolean;
};

/** `madeNow`: attempts of this round, the one that is judged included. */
export function judge(
  result: WebhookResult,
  { madeNow, now, random }: { madeNow: number; now: number; random: Random },
): Judgement {
  const { status = 0 } = 'status' in result ? result : {};
  if (status >= 200 && status < 300) return { status: 'delivered', dueAt: now, heldUntil: 0, isGone: false };
  if (status === 410) return { status: 'failed', dueAt: now, heldUntil: 0, isGone: true };
  const asked = 'status' in result ? secondsOf(result.retryAfter, now) : null;
  const isThrottled = status === 429 || status === 502 || status === 504;
  const holdSeconds = asked ?? (isThrottled ? throttleSeconds : 0);
  const heldUntil = holdSeconds === 0 ? 0 : now + holdSeconds * 1000;
  const pause = retrySeconds[madeNow - 1];
  if (pause === undefined) return { status: 'failed', dueAt: now, heldUntil, isGone: false };
  const scheduled = now + Math.round(pause * 1000 * (1 + jitter * random.fraction()));
  return { status: 'pending', dueAt: Math.max(scheduled, heldUntil), heldUntil, isGone: false };
}

/** `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3); null for neither, or a time that is past. */
function secondsOf(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000);
  return seconds > 0 ? Math.min(seconds, retryAfterSecondsMax) : null;
}

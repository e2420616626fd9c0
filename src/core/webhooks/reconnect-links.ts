// The link with which the owner of a mailbox reconnects it, in the events that ask for that. Whoever has it may connect
// the mailbox anew, so it is not kept in a delivery: its place is, and each attempt fills it with a link of its own,
// which lives as long as any such link.
import type { Links } from '../links.ts';
import type { Ports } from '../ports.ts';
import type { WebhookDelivery } from './delivery.ts';
import type { WebhookEventType } from './endpoint.ts';

/** What stands in a stored body in place of the link. */
export const withheldLink = '[withheld]';

const reconnectable: ReadonlySet<WebhookEventType> = new Set([
  'mailbox.needs_reauthorization',
  'mailbox.scopes_lost',
  'mailbox.grant_ending',
]);

export const mayReconnect = (type: WebhookEventType): boolean => reconnectable.has(type);

/** A quote inside of a JSON string is escaped, so this can only be a member. */
const place = `"reconnect_url":"${withheldLink}"`;

/**
 * The body as it is sent, with the token that makes its link open something, if there is one. Null in place of the link
 * when the mailbox is gone, or is a made-up one.
 */
export async function bodyToSend(
  { store, links }: Pick<Ports, 'store'> & { links: Links },
  { body, eventType, objectId }: Pick<WebhookDelivery, 'body' | 'eventType' | 'objectId'>,
): Promise<{ text: string; token: string | null }> {
  if (!mayReconnect(eventType) || !body.includes(place)) return { text: body, token: null };
  const found = await store.mailboxes.withGrant(objectId);
  const url = found ? await links.reconnectUrl(found.mailbox.id, found.oauthClient) : null;
  // As a function: a `$` in the replacement would mean something.
  const text = body.replace(place, () => `"reconnect_url":${JSON.stringify(url)}`);
  return { text, token: url?.split('/').at(-1) ?? null };
}

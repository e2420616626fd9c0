// The making of a webhook endpoint, by itself or for one connect session, and the check of its URL before it is stored.
import { invalidField } from '../errors.ts';
import type { Ports, WebhookSender } from '../ports.ts';
import type { WebhookEndpoint } from './endpoint.ts';
import { newKeys } from './keys.ts';

type Asked = Pick<
  WebhookEndpoint,
  'workspaceId' | 'connectSessionId' | 'url' | 'description' | 'eventTypes' | 'signature'
> &
  // Of a vendor's format, with the key that it keeps.
  Partial<Pick<WebhookEndpoint, 'mailboxId' | 'format' | 'secret'>>;

/** Not stored yet. */
export function newEndpoint(
  { clock, random }: Pick<Ports, 'clock' | 'random'>,
  asked: Asked,
): WebhookEndpoint {
  const now = clock.now();
  const { eventTypes } = asked;
  return {
    format: 'standard',
    mailboxId: null,
    ...newKeys(random, asked.signature),
    ...asked,
    eventTypes: eventTypes && [...new Set(eventTypes)],
    id: random.id(),
    previousSecret: null,
    previousSecretUntil: null,
    status: 'enabled',
    disabledReason: null,
    disabledAt: null,
    failingSince: null,
    heldUntil: 0,
    createdAt: now,
    updatedAt: now,
  };
}

/** For the URL of a connect session alone: it hears of whatever becomes of it, and of nothing else. */
export const sessionEndpoint = (
  ports: Pick<Ports, 'clock' | 'random'>,
  session: { id: string; workspaceId: string },
  url: string,
): WebhookEndpoint =>
  newEndpoint(ports, {
    workspaceId: session.workspaceId,
    connectSessionId: session.id,
    url,
    description: '',
    eventTypes: null,
    signature: 'hmac',
  });

/** Throws `invalid_request` that names the field and says why. */
export async function requireCallable(sender: WebhookSender, field: string, url: string): Promise<void> {
  const objection = await sender.objection(url);
  if (objection !== null) throw invalidField(field, objection);
}

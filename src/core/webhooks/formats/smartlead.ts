// Smartlead's webhook about an e-mail account that got disconnected: one flat object, signed by the header
// `X-Smartlead-Signature`. Its pages show two bodies; this is the one with more members, which names the event as its
// settings do. Sources and confidence: docs/surfaces/smartlead.md.
import { createHmac } from 'node:crypto';
import type { Format, ToldEvent } from './format.ts';
import { credentialsOf, openVendorKey } from './vendor-key.ts';

export const smartleadEvent = 'EMAIL_ACCOUNT_DISCONNECTED';

export const smartlead: Format = {
  namesMailboxes: true,
  credentials: credentialsOf,

  render(event) {
    if (!isDisconnection(event)) return null;
    const { mailbox, origin, data } = event;
    if (mailbox === null) return null;
    const { sentence, remedy } = Object(data.verdict);
    const error = typeof sentence === 'string' ? sentence : 'The mailbox does not work any more.';
    const appUrl = `${origin}/console/mailboxes/${mailbox.id}`;
    return JSON.stringify({
      eventType: smartleadEvent,
      accountId: mailbox.number,
      email: mailbox.email,
      error,
      appUrl,
      title: `${mailbox.email} does not work any more`,
      message: [error, typeof remedy === 'string' ? remedy : '', `See ${appUrl}`].filter(Boolean).join('\n'),
      ...('reconnect_url' in data ? { reconnect_url: data.reconnect_url } : {}),
      ...(data.is_test === true ? { is_test: true } : {}),
    });
  },

  headers({ id, body, secrets: [key] }) {
    const { secret, authorization } = key ? openVendorKey(key) : { secret: null, authorization: null };
    return {
      'content-type': 'application/json',
      'x-request-id': id,
      'x-webhook-level': 'user',
      ...(authorization === null ? {} : { authorization }),
      ...(secret === null
        ? {}
        : { 'x-smartlead-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }),
    };
  },
};

/** An account stops to work: its grant is over, or a server refuses it. One that was removed on purpose is no news. */
const isDisconnection = ({ type }: ToldEvent): boolean =>
  type === 'mailbox.needs_reauthorization' || type === 'mailbox.degraded' || type === 'webhook.test';

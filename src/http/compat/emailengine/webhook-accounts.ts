// An account's own `webhooks` and `webhooksCustomHeaders`: where it is told of in place of the URL of the settings.
import type { Core, Principal } from '../../../core/index.ts';
import type { AccountChanges } from './account-schemas.ts';
import { surfaceName } from './map.ts';
import { checkedHeaders } from './webhook-headers.ts';

/** To be asked before the account is touched. Throws 400 for a URL that may not be called, or a header of ours. */
export async function checkWebhooks({ core }: { core: Core }, body: AccountChanges): Promise<void> {
  if (body.webhooks) await core.webhooks.ofVendors.requireUrl(body.webhooks, '/webhooks');
  if (body.webhooksCustomHeaders) checkedHeaders(body.webhooksCustomHeaders);
}

/** Whoever may write an account may say where it is told of: of nothing but what can be read of it. */
export async function setWebhooks(
  { core }: { core: Core },
  principal: Principal,
  mailboxId: string,
  { webhooks, webhooksCustomHeaders: headers }: AccountChanges,
): Promise<void> {
  if (webhooks === undefined && headers === undefined) return;
  const writer = { ...principal, scopes: new Set([...principal.scopes, 'mailboxes:update' as const]) };
  await core.webhooks.ofVendors.setOfMailbox(writer, surfaceName, {
    mailboxId,
    field: '/webhooks',
    changes: {
      ...(webhooks === undefined ? {} : { url: webhooks === '' ? null : webhooks }),
      ...(headers === undefined ? {} : { headers: checkedHeaders(headers) }),
    },
  });
}

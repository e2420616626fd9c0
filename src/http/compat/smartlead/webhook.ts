// Where it is told that an e-mail account got disconnected: Smartlead's setting `notify_on_disconnect.webhookUrl`. It is
// set in the vendor's own pages there; no call for it is known, so the path is this server's
// (docs/surfaces/smartlead.md). The other webhooks are about campaigns and refused.
import { type Secret, smartleadEvent, type VendorWebhooks } from '../../../core/index.ts';
import { invalid } from './errors.ts';
import { fieldsOf } from './fields.ts';
import { type Call, type Operation, unsupported } from './operation.ts';
import { surfaceName } from './settings.ts';

const urlMax = 2_048;

export const webhookOperations: readonly Operation[] = [
  { method: 'GET', path: '/notify-on-disconnect', run: read },
  { method: ['POST', 'PATCH', 'PUT'], path: '/notify-on-disconnect', run: set },
  unsupported(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], ''),
  unsupported(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], '/*'),
];

async function read({ core, principal }: Call): Promise<unknown> {
  return shown(await core.webhooks.ofVendors.read(principal, surfaceName));
}

/** The signing secret is made with the first URL and told in that answer alone. */
async function set({ core, principal, fields }: Call): Promise<unknown> {
  const { ofVendors } = core.webhooks;
  const setting = fieldsOf(fields().object('notify_on_disconnect'), 'notify_on_disconnect');
  const url = setting.optionalText('webhookUrl', { max: urlMax });
  if (url === undefined) throw invalid('notify_on_disconnect.webhookUrl is required');
  const reader = { ...principal, scopes: new Set([...principal.scopes, 'webhooks:read' as const]) };
  const before = await ofVendors.read(reader, surfaceName);
  const secret = url !== null && !before?.hasSecret ? ofVendors.newSecret() : null;
  await ofVendors.set(principal, surfaceName, {
    field: '/notify_on_disconnect/webhookUrl',
    changes: {
      url,
      // Entering it again brings one back that was switched off for what it answered.
      ...(url === null ? {} : { isEnabled: true }),
      ...(secret === null ? {} : { secret }),
    },
  });
  return shown(await ofVendors.read(reader, surfaceName), secret);
}

const shown = (kept: VendorWebhooks | null, secret: Secret<string> | null = null) => ({
  ok: true,
  data: {
    notify_on_disconnect: { webhookUrl: kept?.url ?? null },
    is_enabled: kept !== null && kept.url !== null && kept.isEnabled,
    event_types: [smartleadEvent],
    ...(secret === null ? {} : { secret: secret.reveal() }),
  },
});

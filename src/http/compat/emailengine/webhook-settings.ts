// `POST /v1/settings` as far as it is about webhooks, and reading that again. On the shared `/v1`, GET and PATCH of
// settings are the native API's, so they are read below `/compat/emailengine` only.
import {
  emailengineEvents,
  secret,
  type VendorWebhooks,
  type VendorWebhooksChanges,
} from '../../../core/index.ts';
import { isOn } from './account-schemas.ts';
import { masked } from './account-view.ts';
import { badField, notBuilt } from './errors.ts';
import { surfaceName } from './map.ts';
import { at, callerOf, type Noun } from './route.ts';
import { checkedHeaders } from './webhook-headers.ts';
import { SettingsQuery, settingNames, WebhookSettings } from './webhook-schemas.ts';

export const webhookSettings =
  ({ isShared }: { isShared: boolean }): Noun =>
  (app, { core }) => {
    const { ofVendors } = core.webhooks;
    at(app, '/settings', (scope) => {
      scope.post('/', { schema: { body: WebhookSettings } }, async (request) => {
        const { principal } = callerOf(request, 'webhooks:update');
        const { body } = request;
        refuseOthers(body);
        const changes = changesOf(body);
        if (Object.keys(changes).length === 0) throw badField('', 'must have a setting');
        await ofVendors.set(principal, surfaceName, { field: '/webhooks', changes });
        return { updated: settingNames.filter((name) => body[name] !== undefined) };
      });

      if (isShared) return;
      scope.get('/', { schema: { querystring: SettingsQuery } }, async (request) => {
        const { principal } = callerOf(request, 'webhooks:read');
        const query = new Map(Object.entries(request.query));
        const asked = [...query].flatMap(([name, value]) => (isOn(String(value)) ? [name] : []));
        const kept = presented(await ofVendors.read(principal, surfaceName));
        const unknown = asked.find((name) => !Object.hasOwn(kept, name));
        if (unknown !== undefined) throw notBuilt(`The setting ${unknown}`);
        return Object.fromEntries(Object.entries(kept).filter(([name]) => asked.includes(name)));
      });
    });
  };

function refuseOthers(body: WebhookSettings): void {
  const known: ReadonlySet<string> = new Set(settingNames);
  const other = Object.keys(body).find((name) => !known.has(name));
  if (other !== undefined) throw notBuilt(`The setting ${other.slice(0, 100)}`);
}

function changesOf(body: WebhookSettings): VendorWebhooksChanges {
  const { webhooks, webhooksEnabled, webhookEvents, webhooksCustomHeaders, serviceSecret } = body;
  // As it is shown: the one that is there.
  const isMasked = serviceSecret === masked;
  return {
    ...(webhooks === undefined ? {} : { url: webhooks === '' ? null : webhooks }),
    ...(webhooksEnabled === undefined ? {} : { isEnabled: webhooksEnabled }),
    ...(webhookEvents === undefined ? {} : { events: webhookEvents }),
    ...(webhooksCustomHeaders === undefined ? {} : { headers: checkedHeaders(webhooksCustomHeaders) }),
    ...(serviceSecret === undefined || isMasked
      ? {}
      : { secret: serviceSecret === null || serviceSecret === '' ? null : secret(serviceSecret) }),
  };
}

/** Before anything was set it is what EmailEngine has then. */
function presented(kept: VendorWebhooks | null): Record<string, unknown> {
  return {
    webhooks: kept?.url ?? '',
    webhooksEnabled: kept?.isEnabled ?? false,
    webhookEvents: kept?.events ?? ['*'],
    webhooksCustomHeaders: (kept?.headerNames ?? []).map((key) => ({ key, value: masked })),
    serviceSecret: kept?.hasSecret ? masked : null,
    eventTypes: [...emailengineEvents],
  };
}

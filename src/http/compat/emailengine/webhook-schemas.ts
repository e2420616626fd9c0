// What EmailEngine's settings take about webhooks. Its other settings are refused by name in webhook-settings.ts.
import { type Static, Type } from 'typebox';
import { flag } from './account-schemas.ts';

const optional = Type.Optional;

/** RFC 9110 section 5.6.2: a token. */
const headerName = Type.String({ minLength: 1, maxLength: 256, pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" });
const headerValue = Type.String({ maxLength: 4096, pattern: '^[\\u0020-\\u007e]*$' });

export const WebhookSettings = Type.Object(
  {
    webhooks: optional(Type.Union([Type.String({ maxLength: 2048, format: 'uri' }), Type.Literal('')])),
    webhooksEnabled: optional(Type.Boolean()),
    webhookEvents: optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 100, uniqueItems: true }),
    ),
    webhooksCustomHeaders: optional(
      Type.Array(
        Type.Object({ key: headerName, value: optional(headerValue) }, { additionalProperties: false }),
        { maxItems: 50 },
      ),
    ),
    serviceSecret: optional(
      Type.Union([Type.String({ minLength: 1, maxLength: 1024 }), Type.Literal(''), Type.Null()]),
    ),
  },
  // Those that are not about webhooks are refused as not built, not as unknown.
  { additionalProperties: true },
);
export type WebhookSettings = Static<typeof WebhookSettings>;

export const settingNames = [
  'webhooks',
  'webhooksEnabled',
  'webhookEvents',
  'webhooksCustomHeaders',
  'serviceSecret',
] as const;

/** Each names a setting that is asked for. */
export const SettingsQuery = Type.Object(
  {
    eventTypes: flag,
    ...Object.fromEntries(settingNames.map((name) => [name, flag])),
  },
  { additionalProperties: true },
);

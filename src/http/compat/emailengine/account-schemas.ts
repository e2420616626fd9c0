// What EmailEngine's account operations take, field by field. A name that is not listed is refused.
import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;
const nullable = <Schema extends Parameters<typeof Type.Optional>[0]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** No control characters, which databases and headers choke on. */
const text = (maxLength = 256) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });
const address = Type.String({
  maxLength: 254,
  pattern: '^[^\\s@\\u0000-\\u001f\\u007f]+@[^\\s@\\u0000-\\u001f\\u007f]+$',
});
const url = Type.String({ maxLength: 2048, format: 'uri' });
const time = Type.String({ format: 'date-time' });
const optional = Type.Optional;

/** Kept and given back. Nothing here reads mail, so nothing acts on them but the two about webhooks (webhook-accounts.ts). */
const kept = {
  path: optional(nullable(Type.Union([text(1024), Type.Array(text(1024), { maxItems: 100 })]))),
  subconnections: optional(Type.Array(text(1024), { maxItems: 100 })),
  webhooks: optional(nullable(Type.Union([url, Type.Literal('')]))),
  webhooksCustomHeaders: optional(
    Type.Array(Type.Object({ key: text(256), value: optional(Type.String({ maxLength: 4096 })) }, closed), {
      maxItems: 50,
    }),
  ),
  copy: optional(nullable(Type.Boolean())),
  logs: optional(Type.Boolean()),
  notifyFrom: optional(nullable(time)),
  syncFrom: optional(nullable(time)),
  proxy: optional(nullable(Type.Union([url, Type.Literal('')]))),
  smtpEhloName: optional(nullable(text(253))),
  imapIndexer: optional(nullable(Type.Union([Type.Literal('full'), Type.Literal('fast')]))),
  locale: optional(nullable(text(100))),
  tz: optional(nullable(text(100))),
} as const;

export const keptNames = Object.keys(kept);

const auth = Type.Object(
  {
    user: optional(text()),
    delegatedUser: optional(nullable(text())),
    delegatedAccount: optional(nullable(text())),
  },
  closed,
);

const oauth2 = Type.Object(
  {
    authorize: optional(Type.Boolean()),
    redirectUrl: optional(url),
    provider: optional(text()),
    auth: optional(auth),
    accessToken: optional(Type.String({ minLength: 1, maxLength: 16_384 })),
    refreshToken: optional(Type.String({ minLength: 1, maxLength: 16_384 })),
    expires: optional(time),
    useAuthServer: optional(Type.Boolean()),
    partial: optional(Type.Boolean()),
  },
  closed,
);
export type OAuth2Input = Static<typeof oauth2>;

/** With a password or another server in it it is refused as not built, whatever else it holds. */
const mailServer = optional(
  Type.Union([Type.Object({}, { additionalProperties: true }), Type.Literal(false), Type.Null()]),
);

const accountId = Type.String({ maxLength: 256, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });

const changeable = {
  name: optional(text()),
  email: optional(address),
  oauth2: optional(Type.Union([oauth2, Type.Literal(false)])),
  imap: mailServer,
  smtp: mailServer,
  ...kept,
} as const;

export const NewAccount = Type.Object(
  {
    ...changeable,
    account: nullable(accountId),
    name: text(),
    expectedEmail: optional(address),
  },
  closed,
);
export type NewAccount = Static<typeof NewAccount>;

export const AccountChanges = Type.Object(changeable, closed);
export type AccountChanges = Static<typeof AccountChanges>;

export const accountStates = [
  'init',
  'unset',
  'syncing',
  'connecting',
  'connected',
  'authenticationError',
  'connectError',
  'disconnected',
  'paused',
] as const;

export const AccountQuery = Type.Object(
  {
    page: optional(Type.Integer({ minimum: 0, maximum: 1_048_576 })),
    pageSize: optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    state: optional(
      Type.Unsafe<(typeof accountStates)[number]>({ type: 'string', enum: [...accountStates] }),
    ),
    query: optional(Type.String({ maxLength: 256 })),
  },
  closed,
);

/** As EmailEngine reads a boolean in a query. */
export const flag = optional(
  Type.Unsafe<string>({ type: 'string', enum: ['true', 'false', '1', '0', 'yes', 'no', ''] }),
);
export const isOn = (text: string | undefined): boolean => ['true', '1', 'yes', ''].includes(text ?? 'no');

export const AuthenticationForm = Type.Object(
  {
    account: optional(nullable(accountId)),
    name: optional(text()),
    email: optional(address),
    expectedEmail: optional(address),
    redirectUrl: url,
    type: optional(text()),
    delegated: optional(Type.Boolean()),
    ...kept,
  },
  closed,
);

export const Reconnect = Type.Object({ reconnect: optional(Type.Boolean()) }, closed);

export const VerifyAccount = Type.Object(
  {
    account: optional(accountId),
    mailboxes: optional(Type.Boolean()),
    imap: mailServer,
    smtp: mailServer,
    proxy: optional(Type.String()),
    smtpEhloName: optional(Type.String()),
  },
  closed,
);

export const AccountParams = Type.Object({ account: Type.String({ maxLength: 512 }) });

// What EmailEngine's operations over OAuth2 applications and tokens take, field by field.
import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;
const optional = Type.Optional;
const text = (maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });
const scopes = Type.Array(Type.String({ minLength: 1, maxLength: 512, pattern: '^[^\\s"\\\\]+$' }), {
  maxItems: 100,
});
const nullable = <Schema extends Parameters<typeof Type.Optional>[0]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

const changeable = {
  name: optional(text(256)),
  description: optional(nullable(Type.String({ maxLength: 1024 }))),
  title: optional(nullable(Type.String({ maxLength: 256 }))),
  enabled: optional(Type.Boolean()),
  clientId: optional(text(512)),
  clientSecret: optional(text(4096)),
  baseScopes: optional(
    Type.Unsafe<'imap' | 'api' | 'pubsub'>({ type: 'string', enum: ['imap', 'api', 'pubsub'] }),
  ),
  extraScopes: optional(scopes),
  skipScopes: optional(scopes),
  authority: optional(nullable(text(253))),
  cloud: optional(text(64)),
  tenant: optional(nullable(text(253))),
  redirectUrl: optional(Type.String({ maxLength: 1024, format: 'uri' })),
  googleProjectId: optional(nullable(text(256))),
  googleWorkspaceAccounts: optional(Type.Boolean()),
  serviceClient: optional(nullable(text(512))),
  serviceClientEmail: optional(nullable(text(512))),
  serviceKey: optional(nullable(Type.String({ maxLength: 32_768 }))),
} as const;

export const AppChanges = Type.Object(changeable, closed);
export type AppChanges = Static<typeof AppChanges>;

const providers = ['gmail', 'gmailService', 'outlook', 'outlookService', 'mailRu'] as const;

export const NewApp = Type.Object(
  {
    ...changeable,
    name: text(256),
    provider: Type.Unsafe<(typeof providers)[number]>({ type: 'string', enum: [...providers] }),
  },
  closed,
);
export type NewApp = Static<typeof NewApp>;

export const AppParams = Type.Object({ app: Type.String({ maxLength: 512 }) });

export const VerifyApp = Type.Object(
  { account: optional(Type.String({ maxLength: 256 })), testConnection: optional(Type.Boolean()) },
  closed,
);

export const PageQuery = Type.Object(
  {
    page: optional(Type.Integer({ minimum: 0, maximum: 1_048_576 })),
    pageSize: optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  },
  closed,
);

/** Members that narrow a token in ways this server cannot are taken as they come and refused by name. */
export const NewToken = Type.Object(
  {
    account: optional(nullable(Type.String({ maxLength: 256 }))),
    description: text(1024),
    scopes: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 10 }),
    restrictions: optional(Type.Unknown()),
    permissions: optional(Type.Unknown()),
    metadata: optional(Type.Unknown()),
    expires: optional(nullable(Type.String({ format: 'date-time' }))),
    ip: optional(nullable(Type.String({ maxLength: 64 }))),
  },
  closed,
);
export type NewToken = Static<typeof NewToken>;

export const TokenParams = Type.Object({ token: Type.String({ maxLength: 512 }) });

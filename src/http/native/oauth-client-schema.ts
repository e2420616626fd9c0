// How an OAuth client looks in the native API, and what one is made and changed with. No answer holds its secret.
import { type Static, Type } from 'typebox';
import {
  type Core,
  type LackingMailbox,
  type OAuthClient,
  redirectUriOf,
  verdictOf,
} from '../../core/index.ts';
import {
  closed,
  id,
  isoTime,
  isoTimeOrNull,
  nullable,
  oneOf,
  presentVerdict,
  provider,
  text,
  time,
} from './parts.ts';

const name = text({ description: 'For people.', examples: ['Acme at Google'] });
const clientId = text({
  description: "The registration's `client_id`.",
  examples: ['1234.apps.googleusercontent.com'],
  maxLength: 512,
});
const clientSecret = text({
  description: "The secret's value. Stored sealed, never shown again.",
  examples: ['GOCSPX-example'],
  maxLength: 4096,
});
const entraTenant = nullable(
  text({
    description:
      'Microsoft: `common`, `organizations`, `consumers`, a directory id or its domain. Null at Google.',
    examples: ['organizations'],
    maxLength: 253,
  }),
);
const personalAccounts = Type.Boolean({
  description: 'Whether consumer accounts (gmail.com, outlook.com) may be connected.',
});

const extraScopes = Type.Array(Type.String({ minLength: 1, maxLength: 512, pattern: '^[^\\s"\\\\]+$' }), {
  maxItems: 100,
  uniqueItems: true,
  description:
    'Asked for besides those that mail needs, so that its tokens can do more. Mailboxes that were connected before lack them until they are reconnected.',
  examples: [['https://www.googleapis.com/auth/postmaster.readonly']],
});

export const oauthClientSchema = Type.Object(
  {
    id: id('Id of the OAuth client.'),
    is_shared: Type.Boolean({
      description: 'True when it belongs to the installation and every workspace uses it.',
    }),
    provider: provider('Where it is registered.'),
    name,
    client_id: clientId,
    cloud: Type.String({ description: "One of the provider's clouds.", examples: ['default'] }),
    entra_tenant: entraTenant,
    personal_accounts: personalAccounts,
    extra_scopes: extraScopes,
    redirect_uri: Type.String({
      format: 'uri',
      description: 'Enter this at the provider, letter by letter.',
    }),
    status: oneOf(['active', 'paused'], { description: '`paused` = the provider refuses the registration.' }),
    verdict: nullable(Type.Ref('Verdict#', { description: 'Why it is paused.' })),
    paused_at: nullable(time('Since when it is paused.')),
    created_at: time('When it was made.'),
    updated_at: time('When it was changed last.'),
  },
  {
    $id: 'OAuthClient',
    title: 'OAuth client',
    description: 'A registration at a provider, without its secret.',
  },
);

export const newOAuthClient = Type.Object(
  {
    provider: provider('Where it is registered.'),
    name,
    client_id: clientId,
    client_secret: clientSecret,
    cloud: Type.Optional(
      nullable(text({ description: "Omit for the provider's worldwide cloud.", examples: ['default'] })),
    ),
    entra_tenant: Type.Optional(entraTenant),
    personal_accounts: Type.Optional(personalAccounts),
    extra_scopes: Type.Optional(extraScopes),
  },
  {
    ...closed,
    examples: [
      {
        provider: 'google',
        name: 'Acme at Google',
        client_id: '1234.apps.googleusercontent.com',
        client_secret: 'GOCSPX-example',
      },
    ],
  },
);

export const oauthClientChanges = Type.Object(
  {
    name: Type.Optional(name),
    client_id: Type.Optional(clientId),
    client_secret: Type.Optional(clientSecret),
    entra_tenant: Type.Optional(entraTenant),
    personal_accounts: Type.Optional(personalAccounts),
    extra_scopes: Type.Optional(extraScopes),
  },
  { ...closed, minProperties: 1, examples: [{ client_secret: 'GOCSPX-example' }] },
);

export const presentOAuthClient = (
  { settings }: Core,
  client: OAuthClient,
): Static<typeof oauthClientSchema> => ({
  id: client.id,
  is_shared: client.workspaceId === null,
  provider: client.provider,
  name: client.name,
  client_id: client.clientId,
  cloud: client.cloud,
  entra_tenant: client.entraTenant,
  personal_accounts: client.personalAccounts,
  extra_scopes: client.extraScopes,
  redirect_uri: redirectUriOf(settings.publicUrl, client.id),
  status: client.status,
  verdict: client.pausedReason === null ? null : presentVerdict(verdictOf(client.pausedReason)),
  paused_at: isoTimeOrNull(client.pausedAt),
  created_at: isoTime(client.createdAt),
  updated_at: isoTime(client.updatedAt),
});

export const lackingMailboxSchema = Type.Object(
  {
    mailbox_id: id('The mailbox.'),
    email: Type.String({ description: 'Its address.', examples: ['ada@example.com'] }),
    lacking_scopes: Type.Array(Type.String(), { description: 'What its owner has not granted yet.' }),
    reconnect_url: Type.String({ format: 'uri', description: 'For the mailbox owner.' }),
  },
  {
    $id: 'LackingMailbox',
    title: 'Mailbox that lacks scopes',
    description: 'A mailbox that was connected before a scope was added to its OAuth client.',
  },
);

export const presentLackingMailbox = (mailbox: LackingMailbox): Static<typeof lackingMailboxSchema> => ({
  mailbox_id: mailbox.mailboxId,
  email: mailbox.email,
  lacking_scopes: mailbox.lackingScopes,
  reconnect_url: mailbox.reconnectUrl,
});

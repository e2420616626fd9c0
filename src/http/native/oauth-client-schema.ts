// How an OAuth client looks in the native API, and what one is made and changed with. No answer holds its secret.
import { type Static, Type } from 'typebox';
import { type LackingMailbox, type RegisteredClient, type Removal, verdictOf } from '../../core/index.ts';
import {
  clientSecret,
  clientSecretExpiry,
  enteredCredential,
  presentCredential,
} from './client-credentials.ts';
import { presentExamination } from './examination-schema.ts';
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
import { presentProviderWords, providerWordsSchema } from './provider-words.ts';

const name = text({ description: 'For people.', examples: ['Acme at Google'] });
const clientId = text({
  description: "The registration's `client_id`.",
  examples: ['1234.apps.googleusercontent.com'],
  maxLength: 512,
});
export const grantType = oneOf(['authorization_code', 'jwt_bearer', 'client_credentials'], {
  description:
    '`authorization_code` = each mailbox owner consents; `jwt_bearer` = a Google service account that acts for a domain; `client_credentials` = an Entra application with permissions of its own.',
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

const customersMayUse = Type.Boolean({
  description: "Whether the workspace's customers are offered it on their connect page.",
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
    grant_type: grantType,
    client_id: clientId,
    credential: Type.Ref('Credential#', { description: 'What it authenticates with.' }),
    next_credential: nullable(
      Type.Ref('Credential#', { description: 'Takes over when the provider refuses the current one.' }),
    ),
    cloud: Type.String({ description: "One of the provider's clouds.", examples: ['default'] }),
    entra_tenant: entraTenant,
    personal_accounts: personalAccounts,
    extra_scopes: extraScopes,
    customers_may_use: customersMayUse,
    redirect_uri: Type.String({
      format: 'uri',
      description: 'Enter this at the provider, letter by letter.',
    }),
    status: oneOf(['active', 'paused'], { description: '`paused` = the provider refuses the registration.' }),
    verdict: nullable(Type.Ref('Verdict#', { description: 'Why it is paused.' })),
    paused_at: nullable(time('Since when it is paused.')),
    provider_words: nullable(providerWordsSchema),
    examination: nullable(
      Type.Ref('Examination#', { description: 'The last one; null = never examined, or changed since.' }),
    ),
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
    grant_type: Type.Optional(grantType),
    client_id: Type.Optional(clientId),
    credential: Type.Optional(enteredCredential),
    client_secret: Type.Optional(clientSecret),
    client_secret_expires_at: Type.Optional(clientSecretExpiry),
    cloud: Type.Optional(
      nullable(text({ description: "Omit for the provider's worldwide cloud.", examples: ['default'] })),
    ),
    entra_tenant: Type.Optional(entraTenant),
    personal_accounts: Type.Optional(personalAccounts),
    extra_scopes: Type.Optional(extraScopes),
    customers_may_use: Type.Optional(customersMayUse),
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
    credential: Type.Optional(enteredCredential),
    next_credential: Type.Optional(nullable(enteredCredential)),
    client_secret: Type.Optional(clientSecret),
    client_secret_expires_at: Type.Optional(clientSecretExpiry),
    entra_tenant: Type.Optional(entraTenant),
    personal_accounts: Type.Optional(personalAccounts),
    extra_scopes: Type.Optional(extraScopes),
    customers_may_use: Type.Optional(customersMayUse),
  },
  { ...closed, minProperties: 1, examples: [{ client_secret: 'GOCSPX-example' }] },
);

export const presentOAuthClient = (client: RegisteredClient): Static<typeof oauthClientSchema> => ({
  id: client.id,
  is_shared: client.workspaceId === null,
  provider: client.provider,
  name: client.name,
  grant_type: client.grantType,
  client_id: client.clientId,
  credential: presentCredential(client.credential, client),
  next_credential: client.nextCredential && presentCredential(client.nextCredential, client),
  cloud: client.cloud,
  entra_tenant: client.entraTenant,
  personal_accounts: client.personalAccounts,
  extra_scopes: client.extraScopes,
  customers_may_use: client.customersMayUse,
  redirect_uri: client.redirectUri,
  status: client.status,
  verdict: client.pausedReason === null ? null : presentVerdict(verdictOf(client.pausedReason)),
  paused_at: isoTimeOrNull(client.pausedAt),
  provider_words: client.isOwn && client.pausedWords ? presentProviderWords(client.pausedWords) : null,
  examination: client.isOwn && client.examination ? presentExamination(client.examination) : null,
  created_at: isoTime(client.createdAt),
  updated_at: isoTime(client.updatedAt),
});

export const removalSchema = Type.Object(
  {
    mailboxes: Type.Integer({ description: 'How many mailboxes must be reconnected.', examples: [12] }),
    fallback_oauth_client: nullable(
      Type.Ref('OAuthClient#', { description: 'What their reconnect links lead to; null = none.' }),
    ),
    must_reconnect_url: Type.String({
      format: 'uri',
      description: 'Lists the mailboxes, each with its reason and a reconnect link for its owner.',
    }),
  },
  { $id: 'Removal', title: 'Removal', description: 'What a deleted OAuth client leaves behind.' },
);

export const presentRemoval = (
  { mailboxes, fallback }: Removal,
  { publicUrl, oauthClientId }: { publicUrl: string; oauthClientId: string },
): Static<typeof removalSchema> => ({
  mailboxes,
  fallback_oauth_client: fallback && presentOAuthClient(fallback),
  must_reconnect_url: `${publicUrl}/v1/mailboxes?oauth_client_id=${oauthClientId}`,
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

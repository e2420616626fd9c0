// The steps that are done on this side: entering the OAuth client, and trying it out.
import type { CredentialKind } from '../client-credentials.ts';
import type { ReasonCode } from '../diagnosis.ts';
import type { GrantType } from '../oauth-clients.ts';
import type { Registration, SetUpStep, SetUpValue } from './list.ts';

const credentialPlaceholder: Record<CredentialKind, string> = {
  secret: '<client secret>',
  certificate: '<private key and certificate, PEM>',
  service_account_key: '<the whole JSON key file>',
};

const ofCredential = {
  secret: ['client_secret_wrong', 'client_secret_expired', 'client_secret_expiring'],
  certificate: ['client_assertion_refused', 'client_secret_expired', 'client_secret_expiring'],
  service_account_key: ['service_account_unknown'],
} as const satisfies Record<CredentialKind, ReasonCode[]>;

/** `remedyFor`: besides what every wrong entry comes to. */
export function enterHere(registration: Registration, remedyFor: ReasonCode[]): SetUpStep {
  const { isEntered, client } = registration;
  return {
    step: 'enter_here',
    title: 'Enter the registration here',
    where: 'This server, API',
    what: isEntered ? enteredSentences(registration) : newSentences(registration),
    values: isEntered ? enteredValues(registration) : newValues(registration),
    url: null,
    remedyFor: [
      'client_unknown',
      'client_misconfigured',
      ...ofCredential[client.credential.kind],
      'credential_unavailable',
      ...remedyFor,
    ],
  };
}

const newSentences = ({ client: { grantType } }: Registration): string[] => [
  'Create the OAuth client with the call below. The credential goes in and is in no answer.',
  ...(grantType === 'authorization_code'
    ? ['The answer has `redirect_uri`, which the next step needs, and `id`.']
    : ['The answer has `id`, by which connect sessions and direct connections name this OAuth client.']),
  grantType === 'authorization_code'
    ? "A key of a workspace makes the workspace's own OAuth client. A key of the installation that names no workspace makes one that every workspace shares."
    : 'It belongs to one workspace and is never shared, for it acts without the consent of anybody. Use a key of that workspace, or a key of the installation with the header `Mailgrant-Workspace`.',
];

function newValues({ client }: Registration): SetUpValue[] {
  const body = {
    provider: client.provider,
    name: client.name,
    ...(client.grantType === 'authorization_code' ? {} : { grant_type: client.grantType }),
    // A service account's key names its own id.
    ...(client.grantType === 'jwt_bearer' ? {} : { client_id: client.clientId }),
    credential: { kind: client.credential.kind, value: credentialPlaceholder[client.credential.kind] },
    ...(client.provider === 'microsoft'
      ? { cloud: client.cloud, entra_tenant: client.entraTenant ?? 'common' }
      : {}),
    ...(client.grantType === 'authorization_code' ? { personal_accounts: client.personalAccounts } : {}),
    ...(client.extraScopes.length === 0 ? {} : { extra_scopes: client.extraScopes }),
  };
  return [
    { label: 'Call', value: 'POST /v1/oauth-clients' },
    { label: 'Body', value: JSON.stringify(body) },
  ];
}

const enteredSentences = ({ client }: Registration): string[] => [
  'This OAuth client is entered with the values below: compare them with the registration. What differs is changed with the call below, which only the owner of the OAuth client may make.',
  'A credential that is to take over without a gap is entered as `next_credential`; one that replaces a wrong one, as `credential`.',
  ...(client.provider === 'microsoft'
    ? ['The cloud cannot be changed: an app of another cloud is another OAuth client.']
    : []),
];

const enteredValues = ({ client }: Registration): SetUpValue[] => [
  { label: 'Call', value: `PATCH /v1/oauth-clients/${client.id}` },
  { label: 'client_id', value: client.clientId },
  ...(client.provider === 'microsoft'
    ? [
        { label: 'cloud', value: client.cloud },
        { label: 'entra_tenant', value: client.entraTenant ?? 'common' },
      ]
    : []),
  ...(client.grantType === 'authorization_code'
    ? [{ label: 'personal_accounts', value: String(client.personalAccounts) }]
    : []),
  ...(client.extraScopes.length === 0
    ? []
    : [{ label: 'extra_scopes', value: client.extraScopes.join(' ') }]),
];

const trials = {
  authorization_code:
    'Whether a person gets through the sign-in, only a person can tell: make a connect session and connect a test mailbox with it.',
  jwt_bearer:
    'Name a mailbox as `email`, so that the delegation is tried, too; then connect this mailbox. Nobody has to sign in for it.',
  client_credentials:
    'Whether the mail servers let the app into a mailbox, only a mailbox can tell: connect one. Nobody has to sign in for it, and nothing is stored unless every server let the app in.',
} as const satisfies Record<GrantType, string>;

/** The last step: everything that can be tried is tried, with and without a person. */
export function examination({ client, isEntered }: Registration): SetUpStep {
  const id = isEntered ? client.id : '<id of the OAuth client>';
  const email = '<address of a mailbox>';
  const isSignIn = client.grantType === 'authorization_code';
  const body = (fields: Record<string, string>): SetUpValue => ({
    label: 'Body',
    value: JSON.stringify(fields),
  });
  return {
    step: 'examination',
    title: 'Try it out',
    where: 'This server, API',
    what: [
      'Have the registration examined: each of its parts is tried at the provider without a person, and what fails comes with its verdict. An OAuth client that was paused is active again when its credential passes.',
      trials[client.grantType],
    ],
    values: [
      { label: 'Call', value: `POST /v1/oauth-clients/${id}/examine` },
      ...(client.grantType === 'jwt_bearer' ? [body({ email })] : []),
      { label: 'Then', value: isSignIn ? 'POST /v1/connect-sessions' : 'POST /v1/mailboxes' },
      body({ ...(isSignIn ? { provider: client.provider } : { email }), oauth_client_id: id }),
    ],
    url: null,
    remedyFor: ['test_mailbox_needed'],
  };
}

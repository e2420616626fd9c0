// How a connect session looks in the native API, and what one is asked for with.
import { type Static, Type } from 'typebox';
import {
  type ConnectOutcome,
  type ConnectSession,
  type ConnectSessionStatus,
  verdictOf,
} from '../../core/index.ts';
import {
  closed,
  email,
  id,
  isoTime,
  isoTimeOrNull,
  nullable,
  oneOf,
  presentVerdict,
  profile,
  provider,
  text,
  time,
  verdictSchema,
} from './parts.ts';
import { presentProviderWords, providerWordsSchema } from './provider-words.ts';
import { presentSetback, setbackSchema } from './setback-schema.ts';

const customer = text({
  description: "The workspace's own client this mailbox belongs to.",
  examples: ['acme'],
});
const sharedMailbox = 'Microsoft: a mailbox without a sign-in of its own, opened by whoever signs in.';
const completion = oneOf(['result_page', 'redirect', 'confirm'], {
  description:
    '`result_page` = our page tells how it ended. `redirect` = the browser goes to `return_url` when the mailbox is connected. `confirm` = it goes there with a one-time `code`, and nothing is connected before your backend has sent the code to `/confirm`. Omit for `redirect` with a `return_url`, `result_page` without one.',
});
const returnUrl = Type.String({
  format: 'uri',
  maxLength: 2048,
  description: "Where the browser goes; must be among the workspace's return URLs.",
  examples: ['https://app.example.com/mailboxes/done'],
});
const webhookUrl = Type.String({
  format: 'uri',
  maxLength: 2048,
  description:
    'A webhook endpoint for this session alone: it is told of whatever becomes of the session, and goes away with it.',
  examples: ['https://app.example.com/hooks/connect'],
});
const isRetryable = Type.Boolean({
  description:
    'Whether a person may try again after a setback (an unticked box, the wrong account, cancel, an administrator who must approve). False = the first one ends the session.',
});
const managedAccountsOnly = Type.Boolean({
  description: 'Refuse consumer accounts; only mailboxes of an organisation may be connected.',
});
const exclusive = Type.Boolean({ description: 'Refuse a mailbox that another workspace has connected.' });

export const newConnectSession = Type.Object(
  {
    provider: Type.Optional(nullable(provider('Required unless `mailbox_id` is given.'))),
    profile: Type.Optional(profile),
    oauth_client_id: Type.Optional(
      nullable(id('Omit to take the newest of the workspace, else a shared one.')),
    ),
    expected_email: Type.Optional(nullable(email('Refuse every other address.'))),
    shared_mailbox: Type.Optional(nullable(email(sharedMailbox))),
    mailbox_id: Type.Optional(nullable(id('Reconnect this mailbox; it keeps its id.'))),
    customer: Type.Optional(nullable(customer)),
    managed_accounts_only: Type.Optional(managedAccountsOnly),
    exclusive: Type.Optional(exclusive),
    completion: Type.Optional(completion),
    return_url: Type.Optional(nullable(returnUrl)),
    is_retryable: Type.Optional(isRetryable),
    webhook_url: Type.Optional(nullable(webhookUrl)),
  },
  { ...closed, examples: [{ provider: 'google', expected_email: 'ada@example.com' }] },
);

const statuses = [
  'pending',
  'waiting_for_admin',
  'insufficient_scope',
  'wrong_mailbox',
  'declined',
  'waiting_for_confirmation',
  'connected',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly ConnectSessionStatus[];

const members = {
  id: id('Id of the session.'),
  status: oneOf(statuses, {
    description:
      '`connected`, `failed`, `cancelled` and `expired` are final. The others wait: `pending` for the first try, `waiting_for_admin` for an administrator, `insufficient_scope`, `wrong_mailbox` and `declined` for another try, `waiting_for_confirmation` for your backend.',
  }),
  provider: provider('Where the mailbox owner signs in.'),
  profile,
  oauth_client_id: id('The OAuth client that is used.'),
  expected_email: nullable(email('The only address that is accepted; null = any.')),
  shared_mailbox: nullable(email(sharedMailbox)),
  customer: nullable(customer),
  managed_accounts_only: managedAccountsOnly,
  exclusive,
  completion,
  return_url: nullable(returnUrl),
  is_retryable: isRetryable,
  mailbox_id: nullable(id('The connected mailbox, or the one to reconnect; null = none yet.')),
  email: nullable(email('The connected address.')),
  name: nullable(Type.String({ description: 'Name of the connected account.' })),
  is_reconnected: Type.Boolean({ description: 'True when the mailbox was known before.' }),
  setback: nullable(setbackSchema),
  admin_consent_url: nullable(
    Type.String({
      format: 'uri',
      description:
        'For the administrator of the organisation, who approves for everybody; null where the provider has no such page, and when the session is over.',
    }),
  ),
  admin_consented_at: nullable(
    time("When an administrator approved, as the provider's page said: worth another try."),
  ),
  error: nullable(
    Type.Object(
      {
        ...verdictSchema.properties,
        missing_scopes: Type.Array(Type.String(), { description: 'What was left unticked.' }),
        provider: nullable(providerWordsSchema),
      },
      { description: 'Why nothing was connected.' },
    ),
  ),
  created_at: time('When it was made.'),
  expires_at: time('When its link ends.'),
  finished_at: nullable(time('When it was over.')),
};

export const connectSessionSchema = Type.Object(members, {
  $id: 'ConnectSession',
  title: 'Connect session',
  description: 'An invitation to connect one mailbox.',
});

export const newConnectSessionSchema = Type.Object(
  {
    ...members,
    url: Type.String({ format: 'uri', description: 'For the mailbox owner. It is shown this once.' }),
    webhook: nullable(
      Type.Object(
        {
          endpoint_id: id('Id of the endpoint that was made for `webhook_url`.'),
          secret: Type.String({ description: 'What its webhooks are signed with. It is shown this once.' }),
        },
        { description: 'Null without `webhook_url`.' },
      ),
    ),
  },
  { $id: 'NewConnectSession', title: 'New connect session', description: 'A connect session with its link.' },
);

export function presentConnectSession(
  session: ConnectSession,
  { status, adminConsentUrl }: { status: ConnectSessionStatus; adminConsentUrl: string | null },
): Static<typeof connectSessionSchema> {
  const connected = session.outcome?.status === 'connected' ? session.outcome : null;
  return {
    id: session.id,
    status,
    provider: session.provider,
    profile: session.profile,
    oauth_client_id: session.oauthClientId,
    expected_email: session.expectedEmail,
    shared_mailbox: session.sharedMailbox,
    customer: session.customer,
    managed_accounts_only: session.managedAccountsOnly,
    exclusive: session.exclusive,
    completion: session.completion,
    return_url: session.returnUrl,
    is_retryable: session.isRetryable,
    mailbox_id: connected?.mailboxId ?? session.mailboxId,
    email: connected?.email ?? null,
    name: connected?.name ?? null,
    is_reconnected: connected?.reconnected ?? false,
    // What a session that is over was waiting for is no news.
    setback: session.setback && session.setback.status === status ? presentSetback(session.setback) : null,
    admin_consent_url: adminConsentUrl,
    admin_consented_at: isoTimeOrNull(session.adminConsentedAt),
    error: presentError(session.outcome, status),
    created_at: isoTime(session.createdAt),
    expires_at: isoTime(session.expiresAt),
    finished_at: isoTimeOrNull(session.finishedAt),
  };
}

function presentError(
  outcome: ConnectOutcome | null,
  status: ConnectSessionStatus,
): Static<typeof connectSessionSchema>['error'] {
  if (outcome?.status === 'failed') {
    return {
      ...presentVerdict(verdictOf(outcome.reason)),
      missing_scopes: outcome.missingScopes,
      provider: outcome.provider && presentProviderWords(outcome.provider),
    };
  }
  if (status !== 'expired') return null;
  return { ...presentVerdict(verdictOf('session_expired')), missing_scopes: [], provider: null };
}

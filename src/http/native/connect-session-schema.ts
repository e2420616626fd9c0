// How a connect session looks in the native API, and what one is asked for with.
import { type Static, Type } from 'typebox';
import { type ConnectOutcome, type ConnectSession, verdictOf } from '../../core/index.ts';
import {
  closed,
  email,
  id,
  isoTime,
  isoTimeOrNull,
  nullable,
  oneOf,
  presentVerdict,
  provider,
  text,
  time,
  verdictSchema,
} from './parts.ts';
import { presentProviderWords, providerWordsSchema } from './provider-words.ts';

const customer = text({
  description: "The workspace's own client this mailbox belongs to.",
  examples: ['acme'],
});
const profile = oneOf(['full', 'api'], {
  description: '`full` = IMAP and SMTP, `api` = Gmail API or Microsoft Graph.',
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
    mailbox_id: Type.Optional(nullable(id('Reconnect this mailbox; it keeps its id.'))),
    customer: Type.Optional(nullable(customer)),
    managed_accounts_only: Type.Optional(managedAccountsOnly),
    exclusive: Type.Optional(exclusive),
  },
  { ...closed, examples: [{ provider: 'google', expected_email: 'ada@example.com' }] },
);

const members = {
  id: id('Id of the session.'),
  status: oneOf(['pending', 'connected', 'failed', 'cancelled', 'expired'], {
    description: 'Everything but `pending` is final.',
  }),
  provider: provider('Where the mailbox owner signs in.'),
  profile,
  oauth_client_id: id('The OAuth client that is used.'),
  expected_email: nullable(email('The only address that is accepted; null = any.')),
  customer: nullable(customer),
  managed_accounts_only: managedAccountsOnly,
  exclusive,
  mailbox_id: nullable(id('The connected mailbox, or the one to reconnect; null = none yet.')),
  email: nullable(email('The connected address.')),
  name: nullable(Type.String({ description: 'Name of the connected account.' })),
  is_reconnected: Type.Boolean({ description: 'True when the mailbox was known before.' }),
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
  },
  { $id: 'NewConnectSession', title: 'New connect session', description: 'A connect session with its link.' },
);

export function presentConnectSession(
  session: ConnectSession,
  status: Static<typeof connectSessionSchema>['status'],
): Static<typeof connectSessionSchema> {
  const connected = session.outcome?.status === 'connected' ? session.outcome : null;
  return {
    id: session.id,
    status,
    provider: session.provider,
    profile: session.profile,
    oauth_client_id: session.oauthClientId,
    expected_email: session.expectedEmail,
    customer: session.customer,
    managed_accounts_only: session.managedAccountsOnly,
    exclusive: session.exclusive,
    mailbox_id: connected?.mailboxId ?? session.mailboxId,
    email: connected?.email ?? null,
    name: connected?.name ?? null,
    is_reconnected: connected?.reconnected ?? false,
    error: presentError(session.outcome, status),
    created_at: isoTime(session.createdAt),
    expires_at: isoTime(session.expiresAt),
    finished_at: isoTimeOrNull(session.finishedAt),
  };
}

function presentError(
  outcome: ConnectOutcome | null,
  status: string,
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

// How a mailbox looks in the native API.
import { type Static, Type } from 'typebox';
import {
  type Core,
  type MailboxWithGrant,
  mailboxStatusNames,
  outlookOf,
  statusOf,
  type Verification,
  verdictOf,
} from '../../core/index.ts';
import {
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

export const transport = (description: string) =>
  oneOf(['imap', 'smtp', 'gmail_api', 'graph'], { description });

export const name = text({
  description: 'For people; taken from the account at first.',
  examples: ['Ada Lovelace'],
  minLength: 0,
});
export const customer = nullable(
  text({ description: "The workspace's own client this mailbox belongs to.", examples: ['acme'] }),
);
export const metadata = Type.Record(
  Type.String(),
  Type.String({ maxLength: 500, pattern: '^[^\\u0000]*$' }),
  {
    maxProperties: 50,
    propertyNames: { type: 'string', minLength: 1, maxLength: 64, pattern: '^[^\\u0000-\\u001f\\u007f]*$' },
    description: "The workspace's own notes: at most 50 pairs of texts.",
    examples: [{ crm_id: '4711' }],
  },
);

const verificationSchema = Type.Object(
  {
    verified_at: time('When it was proved last.'),
    results: Type.Array(
      Type.Object({
        transport: transport('What was tried.'),
        ok: Type.Boolean(),
        ...verdictSchema.properties,
        detail: nullable(Type.String({ description: 'What the server said.' })),
        duration_ms: Type.Integer({ description: 'Milliseconds.' }),
      }),
    ),
  },
  { description: 'The last proof over each transport.' },
);

export const mailboxSchema = Type.Object(
  {
    id: id('Id of the mailbox; a reconnect keeps it.'),
    email: email('Lower case.'),
    delegate_email: nullable(
      email('Whose sign-in opens this shared mailbox; null for a mailbox with a sign-in of its own.'),
    ),
    aliases: Type.Array(Type.String(), {
      description: 'Further addresses of the account, as far as the provider names them.',
    }),
    name,
    provider: provider('Who hosts it.'),
    customer,
    metadata,
    status: oneOf(mailboxStatusNames, {
      description:
        '`degraded` = a transport does not work, `needs_reauthorization` = the owner must reconnect.',
    }),
    verdict: nullable(Type.Ref('Verdict#', { description: 'Why it is degraded or must be reconnected.' })),
    provider_words: nullable(providerWordsSchema),
    verification: nullable(verificationSchema),
    oauth_client_id: id('The OAuth client that it was connected with.'),
    scopes: Type.Array(Type.String(), { description: 'What the owner granted.' }),
    lost_scopes: Type.Array(Type.String(), {
      description: 'Of `scopes`, what the provider has stopped giving since.',
    }),
    grant_ends_at: nullable(
      time(
        'When what the owner allowed ends if nothing renews it; null when it does not end, or is over. Renewing puts the end off, except one that the provider has set.',
      ),
    ),
    grant_warning: nullable(
      Type.Ref('Verdict#', { description: 'What to do about that end; only when it is near.' }),
    ),
    reconnect_url: nullable(
      Type.String({
        format: 'uri',
        description:
          'For the mailbox owner; only when the status is `needs_reauthorization`, scopes were lost, or there is a `grant_warning`.',
      }),
    ),
    created_at: time('When it was connected first.'),
    updated_at: time('When it was changed last.'),
  },
  { $id: 'Mailbox', title: 'Mailbox', description: 'A connected mailbox.' },
);

export async function presentMailbox(
  core: Core,
  joined: MailboxWithGrant,
): Promise<Static<typeof mailboxSchema>> {
  const { mailbox, grant } = joined;
  const { status, reason } = statusOf(joined);
  const { endsAt, warning } = outlookOf(grant, core.now());
  const isOwnersTurn = status === 'needs_reauthorization' || grant.lostScopes.length > 0 || warning !== null;
  return {
    id: mailbox.id,
    email: mailbox.email,
    delegate_email: mailbox.delegateEmail,
    aliases: mailbox.aliases,
    name: mailbox.name,
    provider: mailbox.provider,
    customer: mailbox.customer,
    metadata: mailbox.metadata,
    status,
    verdict: reason === null ? null : presentVerdict(verdictOf(reason)),
    provider_words: grant.failure && presentProviderWords(grant.failure.provider),
    verification: mailbox.verification && presentVerification(mailbox.verification),
    oauth_client_id: grant.oauthClientId,
    scopes: grant.scope.split(' ').filter((scope) => scope !== ''),
    lost_scopes: grant.lostScopes,
    grant_ends_at: isoTimeOrNull(endsAt),
    grant_warning: warning && presentVerdict(warning),
    reconnect_url: isOwnersTurn ? await core.mailboxes.reconnectUrl(joined) : null,
    created_at: isoTime(mailbox.createdAt),
    updated_at: isoTime(mailbox.updatedAt),
  };
}

const presentVerification = ({ verifiedAt, results }: Verification): Static<typeof verificationSchema> => ({
  verified_at: isoTime(verifiedAt),
  results: results.map((result) => ({
    transport: result.transport,
    ok: result.ok,
    ...presentVerdict(verdictOf(result.reason)),
    detail: result.detail,
    duration_ms: result.durationMilliseconds,
  })),
});

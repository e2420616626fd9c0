// How a mailbox looks in the native API.
import { type Static, Type } from 'typebox';
import {
  type Core,
  type MailboxWithGrant,
  statusOf,
  type Verification,
  verdictOf,
} from '../../core/index.ts';
import {
  email,
  id,
  isoTime,
  nullable,
  oneOf,
  presentVerdict,
  provider,
  text,
  time,
  verdictSchema,
} from './parts.ts';

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
    name,
    provider: provider('Who hosts it.'),
    customer,
    metadata,
    status: oneOf(['verifying', 'connected', 'degraded', 'needs_reauthorization', 'disabled'], {
      description:
        '`degraded` = a transport does not work, `needs_reauthorization` = the owner must reconnect.',
    }),
    verdict: nullable(Type.Ref('Verdict#', { description: 'Why it is degraded or must be reconnected.' })),
    verification: nullable(verificationSchema),
    oauth_client_id: id('The OAuth client that it was connected with.'),
    scopes: Type.Array(Type.String(), { description: 'What the owner granted.' }),
    reconnect_url: nullable(
      Type.String({
        format: 'uri',
        description: 'For the mailbox owner; only when the status is `needs_reauthorization`.',
      }),
    ),
    created_at: time('When it was connected first.'),
    updated_at: time('When it was changed last.'),
  },
  { $id: 'Mailbox', title: 'Mailbox', description: 'A connected mailbox.' },
);

export function presentMailbox(core: Core, joined: MailboxWithGrant): Static<typeof mailboxSchema> {
  const { mailbox, grant } = joined;
  const { status, reason } = statusOf(joined);
  return {
    id: mailbox.id,
    email: mailbox.email,
    name: mailbox.name,
    provider: mailbox.provider,
    customer: mailbox.customer,
    metadata: mailbox.metadata,
    status,
    verdict: reason === null ? null : presentVerdict(verdictOf(reason)),
    verification: mailbox.verification && presentVerification(mailbox.verification),
    oauth_client_id: grant.oauthClientId,
    scopes: grant.scope.split(' ').filter((scope) => scope !== ''),
    reconnect_url: status === 'needs_reauthorization' ? core.mailboxes.reconnectUrl(mailbox.id) : null,
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

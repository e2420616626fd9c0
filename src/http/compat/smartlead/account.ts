// A mailbox as Smartlead shows an email account. Passwords, hosts and tokens are null always: live OAuth accounts
// have none, and this server tells no secret.
import {
  type MailboxWithGrant,
  type ProviderName,
  statusOf,
  type Tag,
  type Transport,
  verdictOf,
} from '../../../core/index.ts';
import { surfaceName } from './settings.ts';
import { warmupDetails, warmupSummary } from './warmup-details.ts';

export const accountTypes = { google: 'GMAIL', microsoft: 'OUTLOOK' } as const satisfies Record<
  ProviderName,
  string
>;

/** There are no users here; a number that programs can hold. */
const userId = 1;

/** An element of the list. */
export const listed = (joined: MailboxWithGrant, tags: readonly Tag[]) => ({
  ...account(joined),
  tags: tags.map(({ number, name, color }) => ({ id: number, name, color })),
  warmup_details: warmupSummary(joined.mailbox),
});

/** The answer about one account. */
export const detailed = (joined: MailboxWithGrant, tags: readonly Tag[]) => ({
  ...account(joined),
  is_suspended: joined.mailbox.settings.sendingPaused,
  use_whitelabel_credentials: usesWhitelabel(joined),
  campaign_ids: [],
  tags: tags.map(({ number, name, color }) => ({ id: number, name, color })),
  warmup_details: warmupDetails(joined.mailbox),
});

function account(joined: MailboxWithGrant) {
  const { mailbox, grant } = joined;
  const { settings } = mailbox;
  const smtp = proofOf(joined, 'smtp');
  const imap = proofOf(joined, 'imap');
  return {
    id: mailbox.number,
    user_id: userId,
    created_at: iso(mailbox.createdAt),
    updated_at: iso(mailbox.updatedAt),
    from_name: mailbox.name,
    from_email: mailbox.email,
    type: accountTypes[mailbox.provider],
    username: ownText(joined, 'username') ?? mailbox.email,
    password: null,
    smtp_host: null,
    smtp_port: null,
    smtp_port_type: null,
    imap_username: null,
    imap_password: null,
    imap_host: null,
    imap_port: null,
    imap_port_type: null,
    message_per_day: settings.dailyMax,
    daily_sent_count: 0,
    different_reply_to_address: settings.replyTo ?? '',
    is_different_imap_account: false,
    signature: settings.signature,
    custom_tracking_domain: settings.trackingDomain,
    bcc_email: settings.bcc,
    client_id: clientIdOf(mailbox.customer),
    is_smtp_success: smtp.ok,
    is_imap_success: imap.ok,
    smtp_failure_error: smtp.error,
    imap_failure_error: imap.error,
    expires_at: grant.refreshTokenExpiresAt === null ? null : iso(grant.refreshTokenExpiresAt),
    minTimeToWaitInMins: settings.sendingGapMinutes,
    campaign_count: 0,
    is_connected_to_campaign: false,
  };
}

/** What is known about one way into the mailbox. A grant that is over closes both. */
export function proofOf(
  joined: MailboxWithGrant,
  transport: Transport,
): { ok: boolean; error: string | null } {
  const { status, reason } = statusOf(joined);
  if (status === 'needs_reauthorization') return { ok: false, error: verdictOf(reason).sentence };
  const { verification } = joined.mailbox;
  if (verification === null) return { ok: false, error: 'The connection has not been tested yet.' };
  const result = verification.results.find((one) => one.transport === transport);
  if (!result) return { ok: false, error: `The granted scopes do not include ${transport.toUpperCase()}.` };
  return { ok: result.ok, error: result.ok ? null : verdictOf(result.reason).sentence };
}

const usesWhitelabel = (joined: MailboxWithGrant): boolean => {
  const stored = joined.mailbox.settings.dialects[surfaceName]?.useWhitelabelCredentials;
  return typeof stored === 'boolean' ? stored : joined.oauthClient.workspaceId !== null;
};

function ownText({ mailbox }: MailboxWithGrant, name: string): string | null {
  const stored = mailbox.settings.dialects[surfaceName]?.[name];
  return typeof stored === 'string' ? stored : null;
}

/** Customers that other surfaces name by a text have no number. */
const clientIdOf = (customer: string | null): number | null =>
  customer !== null && /^[1-9]\d{0,9}$/.test(customer) ? Number(customer) : null;

const iso = (at: number): string => new Date(at).toISOString();

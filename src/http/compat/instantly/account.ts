// A mailbox as Instantly's account object. Decides nothing: status and verdict are the core's.
import {
  type Mailbox,
  type MailboxWithGrant,
  statusOf,
  type Tag,
  type TransportResult,
  verdictOf,
} from '../../../core/index.ts';
import { surfaceName } from './map.ts';

/** Why an account with warm-up switched on is still not active. */
export const warmupReason =
  'Warm-up traffic is not part of this server: the setting is stored, no mail moves.';

export const accountStatus = { active: 1, paused: 2, connectionError: -1, sendingError: -3 } as const;

const providerCodes = { google: 2, microsoft: 3 } as const;

export type Account = ReturnType<typeof accountOf>;

export function accountOf(joined: MailboxWithGrant, tags: readonly Tag[] | null = null) {
  const { mailbox } = joined;
  const { settings } = mailbox;
  const own = settings.dialects[surfaceName] ?? {};
  const { first, last } = namesOf(mailbox);
  const { status, message } = conditionOf(joined);
  return {
    email: mailbox.email,
    timestamp_created: isoOf(mailbox.createdAt),
    timestamp_updated: isoOf(mailbox.updatedAt),
    first_name: first,
    last_name: last,
    organization: mailbox.workspaceId,
    status,
    status_message: message,
    // Paused, whatever was asked for: nothing here sends warm-up mail.
    warmup_status: 0,
    ...(settings.warmup.wanted ? { warmup_status_reason: warmupReason } : {}),
    provider_code: providerCodes[mailbox.provider],
    setup_pending: false,
    is_managed_account: false,
    warmup: warmupOf(mailbox),
    daily_limit: settings.dailyMax,
    tracking_domain_name: settings.trackingDomain,
    tracking_domain_status: own.tracking_domain_status ?? null,
    enable_slow_ramp: own.enable_slow_ramp ?? null,
    inbox_placement_test_limit: own.inbox_placement_test_limit ?? null,
    sending_gap: settings.sendingGapMinutes,
    signature: settings.signature,
    reply_to: settings.replyTo,
    timestamp_last_used: null,
    timestamp_warmup_start: null,
    stat_warmup_score: null,
    added_by: null,
    modified_by: null,
    ...(tags ? { tags: tags.map(({ id, name }) => ({ id, label: name })) } : {}),
  };
}

function namesOf({ settings, name }: Mailbox): { first: string; last: string } {
  const [first = '', ...rest] = name.trim().split(/\s+/);
  return { first: settings.firstName ?? first, last: settings.lastName ?? rest.join(' ') };
}

/** Only what was set. */
function warmupOf({ settings: { warmup, dialects } }: Mailbox) {
  const { messagesPerDay, replyRatePercent, rampUpPerDay, rampsUp, key } = warmup;
  const advanced = dialects[surfaceName]?.advanced;
  return {
    ...(messagesPerDay === null ? {} : { limit: messagesPerDay }),
    ...(replyRatePercent === null ? {} : { reply_rate: replyRatePercent / 100 }),
    ...(rampsUp === false
      ? { increment: 'disabled' }
      : rampUpPerDay === null
        ? {}
        : { increment: String(rampUpPerDay) }),
    ...(key === null ? {} : { warmup_custom_ftag: key }),
    ...(advanced === undefined ? {} : { advanced }),
  };
}

/** Paused by the workspace comes first: it is what the workspace asked for. */
function conditionOf(joined: MailboxWithGrant) {
  const { mailbox } = joined;
  const derived = statusOf(joined);
  if (derived.status === 'disabled' || mailbox.settings.sendingPaused) {
    return { status: accountStatus.paused, message: null };
  }
  if (derived.reason === null) return { status: accountStatus.active, message: null };
  const bad = mailbox.verification?.results.filter(({ ok }) => !ok) ?? [];
  const isGrant = derived.status === 'needs_reauthorization';
  const isSendingOnly = !isGrant && bad.every(({ transport }) => transport === 'smtp');
  const { sentence, remedy } = verdictOf(derived.reason);
  return {
    status: isSendingOnly ? accountStatus.sendingError : accountStatus.connectionError,
    message: {
      code: derived.reason,
      command: isGrant ? 'OAUTH' : (bad[0]?.transport.toUpperCase() ?? 'OAUTH'),
      response: isGrant ? '' : (bad[0]?.detail ?? ''),
      e_message: `${sentence} ${remedy}`,
      responseCode: isGrant ? null : smtpCodeOf(bad[0]),
    },
  };
}

/** The reply code that an SMTP server began with (RFC 5321 section 4.2). */
function smtpCodeOf(result: TransportResult | undefined): number | null {
  const code = result?.transport === 'smtp' ? /^\s*([245]\d\d)\b/.exec(result.detail ?? '')?.[1] : undefined;
  return code ? Number(code) : null;
}

export const isoOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

// Warm-up as Smartlead shows it: what was asked for, and that none of it happens. This server sends no warm-up
// messages, so the status is always INACTIVE, every count is zero, and an account that asked for it is blocked.
import type { Mailbox } from '../../../core/index.ts';

export const warmupBlockedReason = 'This server sends no warm-up messages; the settings are kept.';

/** Null for a mailbox whose warm-up was never set. */
export function warmupSummary(mailbox: Mailbox) {
  const { warmup } = mailbox.settings;
  const isUntouched =
    !warmup.wanted &&
    [warmup.messagesPerDay, warmup.rampUpPerDay, warmup.replyRatePercent, warmup.key].every(
      (v) => v === null,
    );
  if (isUntouched) return null;
  return {
    status: 'INACTIVE',
    total_sent_count: 0,
    total_spam_count: 0,
    warmup_reputation: null,
    warmup_key_id: warmup.key,
    warmup_created_at: new Date(mailbox.createdAt).toISOString(),
    warmup_min_count: null,
    warmup_max_count: warmup.messagesPerDay,
    max_email_per_day: warmup.messagesPerDay,
    reply_rate: warmup.replyRatePercent,
    daily_rampup: warmup.rampUpPerDay,
    is_rampup_enabled: warmup.rampsUp,
    auto_adjust_warmup: warmup.adjustsItself,
    is_warmup_blocked: warmup.wanted,
    blocked_reason: warmup.wanted ? warmupBlockedReason : null,
  };
}

/** The detail's members, which differ from the list's in name. */
export function warmupDetails(mailbox: Mailbox) {
  const summary = warmupSummary(mailbox);
  if (summary === null) return null;
  const { warmup_created_at, ...others } = summary;
  return { id: mailbox.number, created_at: warmup_created_at, ...others };
}

const dayMilliseconds = 24 * 3600 * 1000;
const days = 7;

/** The union of both shapes that Smartlead has had; counts are texts in one of them, and all of them are zero. */
export function warmupStats(mailbox: Mailbox, now: number) {
  const dates = Array.from({ length: days }, (_, index) =>
    new Date(now - (days - 1 - index) * dayMilliseconds).toISOString().slice(0, 10),
  );
  return {
    id: mailbox.number,
    sent_count: '0',
    spam_count: '0',
    inbox_count: '0',
    warmup_email_received_count: '0',
    stats_by_date: dates.map((date, index) => ({
      id: index + 1,
      date,
      sent_count: 0,
      reply_count: 0,
      save_from_spam_count: 0,
    })),
    total_sent: 0,
    reputation_score: null,
    daily_stats: dates.map((date) => ({ date, sent: 0, spam: 0, delivered: 0, opened: 0, replied: 0 })),
    warmup_status: 'INACTIVE',
    blocked_reason: warmupBlockedReason,
  };
}

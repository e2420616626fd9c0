// Between Smartlead's names for a mailbox's settings and the core's. A member that is absent changes nothing.
import type { MailboxSettingsChanges } from '../../../core/index.ts';
import { type Fields, idRange, type Range } from './fields.ts';

export const surfaceName = 'smartlead';

/** What only this dialect knows of a mailbox. */
export type OwnMembers = { username: string; useWhitelabelCredentials: boolean };

const anyCount: Range = { min: 0, max: 1_000_000 };
/** The ranges of the warm-up page. Its floor for `daily_rampup` is 5, but its own examples say 2. */
const warmupRanges = {
  total_warmup_per_day: { min: 1, max: 50 },
  daily_rampup: { min: 1, max: 20 },
  reply_rate_percentage: { min: 20, max: 100 },
} as const satisfies Record<string, Range>;

const signatureMax = 16_384;
const textMax = 2_048;

/** Settings of both save-oauth and update. Warm-up counts have no range there, except that they are counts. */
export function mailSettings(fields: Fields): MailboxSettingsChanges {
  const dailyMax = fields.optionalWhole('max_email_per_day', anyCount);
  const sendingGapMinutes = fields.optionalWhole('time_to_wait_in_mins', anyCount);
  const trackingDomain = fields.optionalText('custom_tracking_url', { max: textMax });
  const bcc = fields.optionalEmail('bcc');
  const signature = fields.optionalText('signature', { max: signatureMax });
  const replyTo = fields.optionalEmail('different_reply_to_address');
  return {
    ...(dailyMax === undefined ? {} : { dailyMax }),
    ...(sendingGapMinutes === undefined ? {} : { sendingGapMinutes }),
    ...(trackingDomain === undefined ? {} : { trackingDomain }),
    ...(bcc === undefined ? {} : { bcc }),
    ...(signature === undefined ? {} : { signature }),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

type WarmupChanges = NonNullable<MailboxSettingsChanges['warmup']>;

/** `strict`: with the ranges of the warm-up page, which save-oauth does not name. */
export function warmupSettings(fields: Fields, { strict }: { strict: boolean }): WarmupChanges {
  const rangeOf = (name: keyof typeof warmupRanges): Range => (strict ? warmupRanges[name] : anyCount);
  const wanted = fields.boolean('warmup_enabled');
  const messagesPerDay = fields.optionalWhole('total_warmup_per_day', rangeOf('total_warmup_per_day'));
  const rampUpPerDay = fields.optionalWhole('daily_rampup', rangeOf('daily_rampup'));
  const percentage = strict ? rangeOf('reply_rate_percentage') : { min: 0, max: 100 };
  const replyRatePercent = fields.optionalWhole('reply_rate_percentage', percentage);
  const key = fields.optionalText('warmup_key_id', { max: 256 });
  const adjustsItself = fields.optionalBoolean('auto_adjust_warmup');
  const rampsUp = fields.optionalBoolean('is_rampup_enabled');
  return {
    wanted,
    ...(messagesPerDay === undefined ? {} : { messagesPerDay }),
    ...(rampUpPerDay === undefined ? {} : { rampUpPerDay }),
    ...(replyRatePercent === undefined ? {} : { replyRatePercent }),
    ...(key === undefined ? {} : { key }),
    ...(adjustsItself === undefined ? {} : { adjustsItself }),
    ...(rampsUp === undefined ? {} : { rampsUp }),
  };
}

/** `client_id`: a customer by its number. One that nobody entered here is kept as it is given. */
export function customerOf(fields: Fields): string | null | undefined {
  const number = fields.optionalWhole('client_id', idRange);
  return typeof number === 'number' ? String(number) : number;
}

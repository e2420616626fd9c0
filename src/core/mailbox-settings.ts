// What a workspace sets for a mailbox beyond its connection. The native API and the compatible surfaces read and
// write the same members, each under its own names and within its own ranges; the core keeps them.
// Nothing here makes mail move: sending and warm-up traffic are not part of this product yet, and whoever is told
// of these settings is told so too.
import { type Dialects, mergeDialects, overlaid } from './dialects.ts';

export type WarmupSettings = {
  /** What the workspace asked for. No warm-up traffic runs, whatever stands here. */
  wanted: boolean;
  messagesPerDay: number | null;
  /** Messages more each day. */
  rampUpPerDay: number | null;
  replyRatePercent: number | null;
  /** A vendor's identification key for warm-up messages. */
  key: string | null;
  adjustsItself: boolean | null;
  rampsUp: boolean | null;
};

export type MailboxSettings = {
  firstName: string | null;
  lastName: string | null;
  /** Messages a day, warm-up included. */
  dailyMax: number | null;
  /** Minutes between two messages. */
  sendingGapMinutes: number | null;
  /** HTML. */
  signature: string | null;
  replyTo: string | null;
  bcc: string | null;
  trackingDomain: string | null;
  /** The workspace does not want this mailbox to send. Tokens are handed out all the same. */
  sendingPaused: boolean;
  warmup: WarmupSettings;
  dialects: Dialects;
};

/** What a mailbox has before anybody set anything. */
export const noSettings: MailboxSettings = {
  firstName: null,
  lastName: null,
  dailyMax: null,
  sendingGapMinutes: null,
  signature: null,
  replyTo: null,
  bcc: null,
  trackingDomain: null,
  sendingPaused: false,
  warmup: {
    wanted: false,
    messagesPerDay: null,
    rampUpPerDay: null,
    replyRatePercent: null,
    key: null,
    adjustsItself: null,
    rampsUp: null,
  },
  dialects: {},
};

/** Members to write; `warmup` and `dialects` are merged member by member, the rest is replaced. */
export type MailboxSettingsChanges = Partial<
  Omit<MailboxSettings, 'warmup' | 'dialects'> & {
    warmup: Partial<WarmupSettings>;
    dialects: Dialects;
  }
>;

/** Throws `invalid_request` that names a dialect whose members would be too large. */
export const mergeSettings = (before: MailboxSettings, changes: MailboxSettingsChanges): MailboxSettings =>
  merged(before, changes, mergeDialects(before.dialects, changes.dialects ?? {}));

/** What an older release stored, completed by what it did not know. */
export const completeSettings = (stored: MailboxSettingsChanges): MailboxSettings =>
  merged(noSettings, stored, overlaid({}, stored.dialects ?? {}));

const merged = (
  before: MailboxSettings,
  changes: MailboxSettingsChanges,
  dialects: Dialects,
): MailboxSettings => ({ ...before, ...changes, warmup: { ...before.warmup, ...changes.warmup }, dialects });

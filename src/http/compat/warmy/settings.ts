// Warmy's settings of a mailbox and the core's: which member is which, and which ones only this dialect knows.
// They are kept and returned; no warm-up traffic follows from them here.
import type { MailboxSettings, MailboxSettingsChanges } from '../../../core/index.ts';
import { createReader, type Fields, type Reader } from './fields.ts';

export const surfaceName = 'warmy';

/**
 * Every plan that is accepted. Nothing is charged here and all plans are the same; 41 is the one in the vendor's
 * printed request, 1 the one of its documented reply.
 */
export const tariffPlanTypes = [
  { id: 1, name: 'Mailgrant' },
  { id: 41, name: 'Mailgrant (41)' },
] as const;

const speedModes = ['slow', 'medium', 'fast'] as const;
const settingModes = ['speed_form', 'detail_default', 'detail_custom'] as const;

const messagesMax = 100_000;
/** Warmy's own bound. */
const replyRateMax = 35;

/** The settings of a body: nested in `setting_attributes` or flat in `mailbox`; nested ones win. */
export function readSettings(mailbox: Fields, mistakes: string[]): MailboxSettingsChanges {
  const flat = createReader(mailbox, mistakes);
  const nestedFields = flat.object('setting_attributes') ?? {};
  const nested = createReader(nestedFields, mistakes, 'setting_attributes.');
  const from = (name: string): Reader => (nested.has(name) ? nested : flat);

  const messagesPerDay = from('user_max_limit').whole('user_max_limit', 0, messagesMax);
  const rampUpPerDay = from('increase_per_day').whole('increase_per_day', 0, messagesMax);
  const replyRatePercent = from('reply_rate').whole('reply_rate', 0, replyRateMax);
  const startOnDayOne = from('start_on_day_one').whole('start_on_day_one', 0, messagesMax);
  const speedMode = from('speed_mode').oneOf('speed_mode', speedModes);
  const settingMode = from('setting_mode').oneOf('setting_mode', settingModes);
  const groupId = flat.whole('group_id', 0, Number.MAX_SAFE_INTEGER);
  return {
    warmup: {
      ...(messagesPerDay === undefined ? {} : { messagesPerDay }),
      ...(rampUpPerDay === undefined ? {} : { rampUpPerDay }),
      ...(replyRatePercent === undefined ? {} : { replyRatePercent }),
    },
    dialects: {
      [surfaceName]: {
        ...(speedMode === undefined ? {} : { speed_mode: speedMode }),
        ...(settingMode === undefined ? {} : { setting_mode: settingMode }),
        ...(startOnDayOne === undefined ? {} : { start_on_day_one: startOnDayOne }),
        ...(flat.has('group_id') ? { group_id: groupId ?? null } : {}),
      },
    },
  };
}

/** Null = none chosen; undefined = not given, or a mistake that is noted. */
export function readTariffPlan(mailbox: Fields, mistakes: string[]): number | null | undefined {
  const reader = createReader(mailbox, mistakes);
  if (mailbox.tariff_plan_type_id === null) return null;
  const id = reader.whole('tariff_plan_type_id', 0, Number.MAX_SAFE_INTEGER);
  if (id === undefined || tariffPlanTypes.some((plan) => plan.id === id)) return id;
  const known = tariffPlanTypes.map((plan) => plan.id).join(', ');
  reader.refuse('tariff_plan_type_id', `must be one of: ${known}`);
  return undefined;
}

export const tariffPlanChange = (id: number | null): MailboxSettingsChanges => ({
  dialects: { [surfaceName]: { tariff_plan_type_id: id } },
});

/** What only this dialect knows, as stored. */
export function ownSettings({ dialects }: MailboxSettings) {
  const own = Object.hasOwn(dialects, surfaceName) ? dialects[surfaceName] : undefined;
  const text = (name: string): string | null => {
    const value = own?.[name];
    return typeof value === 'string' ? value : null;
  };
  const number = (name: string): number | null => {
    const value = own?.[name];
    return typeof value === 'number' ? value : null;
  };
  return {
    speedMode: text('speed_mode'),
    settingMode: text('setting_mode'),
    startOnDayOne: number('start_on_day_one'),
    groupId: number('group_id'),
    tariffPlanTypeId: number('tariff_plan_type_id'),
  };
}

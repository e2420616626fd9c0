// What a PATCH of an account may hold, and what it changes.
import { type Static, Type } from '@fastify/type-provider-typebox';
import type { MailboxSettingsChanges } from '../../../core/index.ts';
import { surfaceName } from './map.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

const whole = Type.Integer({ minimum: 0, maximum: 1_000_000 });
const share = Type.Number({ minimum: 0, maximum: 1 });

const Warmup = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
  reply_rate: Type.Optional(share),
  increment: Type.Optional(Type.Enum(['disabled', '0', '1', '2', '3', '4'])),
  warmup_custom_ftag: Type.Optional(Type.String({ maxLength: 100 })),
  advanced: Type.Optional(
    Type.Object({
      warm_ctd: Type.Optional(Type.Boolean()),
      open_rate: Type.Optional(share),
      important_rate: Type.Optional(share),
      read_emulation: Type.Optional(Type.Boolean()),
      spam_save_rate: Type.Optional(share),
      weekday_only: Type.Optional(Type.Boolean()),
    }),
  ),
});

/** Members that Instantly does not know are ignored, as its own server does. */
export const AccountChanges = Type.Object({
  first_name: Type.Optional(Type.String({ maxLength: 200 })),
  last_name: Type.Optional(Type.String({ maxLength: 200 })),
  warmup: Type.Optional(nullable(Warmup)),
  daily_limit: Type.Optional(nullable(whole)),
  tracking_domain_name: Type.Optional(nullable(Type.String({ maxLength: 253 }))),
  tracking_domain_status: Type.Optional(nullable(Type.String({ maxLength: 100 }))),
  enable_slow_ramp: Type.Optional(nullable(Type.Boolean())),
  inbox_placement_test_limit: Type.Optional(nullable(whole)),
  /** Minutes. */
  sending_gap: Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 1440 }))),
  /** HTML. */
  signature: Type.Optional(nullable(Type.String({ maxLength: 20_000 }))),
  reply_to: Type.Optional(nullable(Type.String({ maxLength: 320, pattern: '^[^@\\s]+@[^@\\s]+$' }))),
  skip_cname_check: Type.Optional(nullable(Type.Boolean())),
  remove_tracking_domain: Type.Optional(nullable(Type.Boolean())),
});
export type AccountChanges = Static<typeof AccountChanges>;

/** `skip_cname_check` says nothing here: no tracking domain is ever checked, or used. */
export function settingsFrom(changes: AccountChanges): MailboxSettingsChanges {
  const { warmup, remove_tracking_domain: removesDomain } = changes;
  const domain = removesDomain ? null : changes.tracking_domain_name;
  const domainStatus = removesDomain ? null : changes.tracking_domain_status;
  const own = defined({
    tracking_domain_status: domainStatus,
    enable_slow_ramp: changes.enable_slow_ramp,
    inbox_placement_test_limit: changes.inbox_placement_test_limit,
    advanced: warmup?.advanced,
  });
  return {
    ...defined({
      firstName: changes.first_name,
      lastName: changes.last_name,
      dailyMax: changes.daily_limit,
      sendingGapMinutes: changes.sending_gap,
      signature: changes.signature,
      replyTo: changes.reply_to,
      trackingDomain: domain,
    }),
    ...(warmup ? { warmup: warmupFrom(warmup) } : {}),
    ...(Object.keys(own).length > 0 ? { dialects: { [surfaceName]: own } } : {}),
  };
}

function warmupFrom({ limit, reply_rate: rate, increment, warmup_custom_ftag: key }: Static<typeof Warmup>) {
  return {
    ...defined({ messagesPerDay: limit, key }),
    ...(rate === undefined ? {} : { replyRatePercent: Math.round(rate * 100) }),
    ...(increment === undefined
      ? {}
      : increment === 'disabled'
        ? { rampsUp: false }
        : { rampsUp: true, rampUpPerDay: Number(increment) }),
  };
}

/** The members that are not undefined: an absent one stays as it is, null is a value. */
function defined<T extends Record<string, unknown>>(
  members: T,
): { [K in keyof T]?: Exclude<T[K], undefined> };
function defined(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

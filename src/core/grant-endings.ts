// The ends of grants, seen ahead: one that the provider named (Google's testing mode, access for a limited time), and
// the one that disuse brings where a grant can not be kept alive. A word to the mailboxes' owners some days ahead, one
// for each step; what is stored of an end may be of a release that did not know it, so it is worked out anew first.
import { type ReasonCode, type Verdict, verdictOf } from './diagnosis.ts';
import { dayMilliseconds, type Ending, type EndReason, endingOf } from './due-times.ts';
import { raise } from './events.ts';
import type { Grant } from './grants.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { Ports } from './ports.ts';

/** Days before the end, the last one first. */
const warningDays = [1, 3, 7, 14] as const;
/** A step that comes sooner after the consent than this share of the grant's life tells nobody anything new. */
const lifeShareMax = 0.5;
const batchMax = 200;

const endingReasons = {
  idle: 'grant_ending_idle',
  testing_mode: 'grant_ending_testing_mode',
  time_limited: 'grant_ending_time_limited',
} as const satisfies Record<EndReason, ReasonCode>;

export type EndWarning = Ending & {
  /** The step that is reached: so many days before the end, or less. */
  withinDays: number;
  /** Full days, rounded up; 0 = it is over. */
  daysLeft: number;
};

/** Null while the end of a grant is far, or not known, or behind it. */
export function endWarningOf(grant: Grant, now: number): EndWarning | null {
  if (grant.status !== 'active') return null;
  const ending = endingOf(grant);
  if (ending === null) return null;
  const days = (ending.at - now) / dayMilliseconds;
  const life = (ending.at - grant.consentedAt) / dayMilliseconds;
  const withinDays = warningDays.find((step) => days <= step && (step === 1 || step <= life * lifeShareMax));
  return withinDays === undefined ? null : { ...ending, withinDays, daysLeft: Math.max(0, Math.ceil(days)) };
}

export type GrantOutlook = { endsAt: number | null; warning: Verdict | null };

/** When a grant ends if nothing renews it, and what to do about it once that is near. */
export const outlookOf = (grant: Grant, now: number): GrantOutlook => {
  const warning = endWarningOf(grant, now);
  return {
    endsAt: grant.status === 'active' ? (endingOf(grant)?.at ?? null) : null,
    warning: warning && verdictOf(endingReasons[warning.reason]),
  };
};

export type GrantEndings = ReturnType<typeof createGrantEndings>;

export function createGrantEndings(ports: Pick<Ports, 'clock' | 'random' | 'store'>) {
  const { clock, store } = ports;

  /** Why a grant that could be kept alive is not: the trouble of its OAuth client, else its own. */
  const obstacleOf = (grant: Grant, client: OAuthClient): ReasonCode | null =>
    client.status === 'paused'
      ? (client.pausedReason ?? 'client_misconfigured')
      : (grant.failure?.reason ?? null);

  /** One whose turn to be refreshed has come may be saved in a minute; after a long halt that is most of them. */
  const isAwaited = (grant: Grant, { reason }: Ending): boolean =>
    reason === 'idle' && grant.keepAliveAt <= clock.now();

  async function warn(grant: Grant, warning: EndWarning): Promise<boolean> {
    const client = await store.oauthClients.byId(grant.oauthClientId);
    // Its mailboxes ask for a reconnection already.
    if (client === null || client.deletedAt !== null) return false;
    const { code, sentence, remedy, actor } = verdictOf(endingReasons[warning.reason]);
    const data = {
      reason: warning.reason,
      ends_at: new Date(warning.at).toISOString(),
      within_days: warning.withinDays,
      days_left: warning.daysLeft,
      obstacle: warning.reason === 'idle' ? obstacleOf(grant, client) : null,
      verdict: { code, sentence, remedy, actor },
    };
    return store.transaction(async (rows) => {
      const claim = { version: grant.version, days: warning.withinDays };
      if (!(await rows.grants.noteEndWarning(grant.id, claim))) return false;
      for (const { id, email } of await rows.mailboxes.listByGrant(grant.id)) {
        await raise(ports, rows, {
          workspaceId: grant.workspaceId,
          type: 'mailbox.grant_ending',
          objectId: id,
          data: { email, ...data },
          createdAt: clock.now(),
        });
      }
      return true;
    });
  }

  /** Those whose stored end is not the one that follows from the row: of a release that knew no ends. */
  async function correct(found: readonly Grant[]): Promise<void> {
    const ends = found.flatMap((grant) => {
      const endsAt = endingOf(grant)?.at ?? null;
      return endsAt === grant.endsAt ? [] : [{ id: grant.id, version: grant.version, endsAt }];
    });
    if (ends.length > 0) await store.grants.correctEnds(ends);
  }

  /** Answers how many warnings were raised. */
  async function warnWithin(days: number, signal?: AbortSignal): Promise<number> {
    let raised = 0;
    let after: Grant | undefined;
    while (!signal?.aborted) {
      const now = clock.now();
      const found = await store.grants.ending(now + days * dayMilliseconds, days, batchMax, after);
      await correct(found);
      for (const grant of found) {
        const warning = endWarningOf(grant, now);
        const isDue = warning !== null && !isAwaited(grant, warning);
        if (isDue && (await warn(grant, warning))) raised += 1;
      }
      after = found.at(-1);
      if (found.length < batchMax) break;
    }
    return raised;
  }

  return {
    /** Raises what is due, nearest step first: one that was missed is not made up. Says how many grants it warned of. */
    async warnOfEnding(signal?: AbortSignal): Promise<number> {
      let raised = 0;
      for (const days of warningDays) raised += await warnWithin(days, signal);
      return raised;
    },
  };
}

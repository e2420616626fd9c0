// What becomes of a refresh in the rows: the new token set, scopes that were lost, the end of a grant; each with the
// events that tell its mailboxes' owners, in one transaction. When something is written is refresh.ts's to decide.
import { jittered } from './backoff.ts';
import { type ReasonCode, verdictTable } from './diagnosis.ts';
import { endOf, nextDue } from './due-times.ts';
import { type EventType, raise } from './events.ts';
import { expiryOf, type Grant, type TokenSet, tokenSetOf } from './grants.ts';
import { lostAfter } from './lost-scopes.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { IssuedTokens, Ports, ProviderFailure, StoreOperations } from './ports.ts';
import type { CallPurpose } from './provider-calls.ts';

/** A grant as one refresh of one resource sees it. */
export type Loaded = {
  grant: Grant;
  oauthClient: OAuthClient;
  /** Of the resource that is asked for. */
  tokenSet: TokenSet | null;
  /** Of all resources. */
  tokenSets: readonly TokenSet[];
};

/** What the provider gave, and for whom. */
type Gift = {
  resource: string;
  issued: IssuedTokens;
  /** Scopes that are gone beside those that the answer tells of. */
  lost?: readonly string[];
  purpose: CallPurpose;
  isRefused?: boolean;
  /** Lets the callers go; what was got is tried to be stored all the same. */
  letGo?: () => void;
};

/** `again` = the rows changed meanwhile: begin with what they are now. */
type Kept = { outcome: 'token'; tokenSet: TokenSet; refreshed: true; isAnnounced: boolean } | 'again';
type Buried = { outcome: 'dead'; grant: Grant } | { outcome: 'not_granted' } | 'again';

/** What a refresh gave whose grant another process has buried meanwhile. */
type Reviving = {
  issued: IssuedTokens;
  tokenSet: TokenSet;
  refreshTokenExpiresAt: number | null;
  lostScopes: string[] | null;
};

type Refreshed = Parameters<Ports['store']['grants']['saveRefreshed']>[1];

/** What is remembered between a doubtful refusal and the one that is believed. */
export const doubt: ReasonCode = 'grant_refused_once';
/** For so long a rotated refresh token is tried to be stored: a fail-over of the database must not end the grant. */
const savePatienceMilliseconds = 300_000;
const savePauseSecondsMax = 5;
/** Callers who wait for it are let go before. */
const callerPatienceMilliseconds = 10_000;

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings'>;

export function createRefreshRecords(ports: Needs) {
  const { clock, random, log, store } = ports;

  async function keep({ grant, oauthClient, tokenSets }: Loaded, gift: Gift): Promise<Kept> {
    const { resource, issued, purpose } = gift;
    const at = clock.now();
    const before = tokenSets.find((each) => each.resource === resource);
    const tokenSet = {
      ...tokenSetOf(grant.id, resource, issued, grant.scope, at),
      readAt: purpose === 'read' ? at : (before?.readAt ?? null),
    };
    const seen = lostAfter(ports, { grant, oauthClient }, { resource, issuedScope: issued.scope });
    const alsoLost = gift.lost ?? [];
    const lost = alsoLost.length === 0 ? seen : [...new Set([...(seen ?? grant.lostScopes), ...alsoLost])];
    const refreshTokenExpiresAt =
      expiryOf(issued.refreshTokenExpiresInSeconds, at) ?? grant.refreshTokenExpiresAt;
    const isAnnounced = gift.isRefused === true;
    const refreshed: Refreshed = {
      version: grant.version,
      refreshToken: issued.refreshToken,
      refreshTokenExpiresAt,
      tokenSet,
      at,
      keepAliveAt: nextDue(ports, at, [tokenSet, ...tokenSets.filter((each) => each !== before)]),
      endsAt: endOf({ ...grant, refreshedAt: at, refreshTokenExpiresAt }),
      ...(lost === null ? {} : { lostScopes: lost }),
      ...(isAnnounced ? { isAnnounced } : {}),
    };
    const isStored = await saveWithPatience(grant, refreshed, gift.letGo);
    if (isStored || (await revive(grant, { issued, tokenSet, refreshTokenExpiresAt, lostScopes: lost }))) {
      return { outcome: 'token', tokenSet, refreshed: true, isAnnounced };
    }
    // Somebody replaced the grant meanwhile (a reconnect): theirs is newer, ours is dropped.
    return 'again';
  }

  /** The provider has spent the old refresh token: a database hiccup must not lose the new one. */
  async function saveWithPatience(grant: Grant, refreshed: Refreshed, letGo?: () => void): Promise<boolean> {
    const startedAt = clock.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return refreshed.lostScopes === undefined
          ? await store.grants.saveRefreshed(grant.id, refreshed)
          : await saveWithLoss(grant, refreshed, refreshed.lostScopes);
      } catch (error) {
        log.error('a refreshed token set could not be stored', { grantId: grant.id, attempt, error });
        const waited = clock.now() - startedAt;
        if (waited >= savePatienceMilliseconds) throw error;
        if (waited >= callerPatienceMilliseconds) letGo?.();
        await clock.sleep(jittered(random, Math.min(0.2 * 2 ** attempt, savePauseSecondsMax)));
      }
    }
  }

  /** The mailboxes' owners have to hear of it in the same transaction that notes it. */
  function saveWithLoss(grant: Grant, refreshed: Refreshed, lostScopes: string[]): Promise<boolean> {
    const isWorse = lostScopes.some((word) => !grant.lostScopes.includes(word));
    return store.transaction(async (rows) => {
      if (!(await rows.grants.saveRefreshed(grant.id, refreshed))) return false;
      if (isWorse) {
        const data = { lost_scopes: lostScopes };
        await raiseForMailboxes(rows, grant, { type: 'mailbox.scopes_lost', data, at: refreshed.at });
      }
      return true;
    });
  }

  async function raiseForMailboxes(
    rows: StoreOperations,
    grant: Grant,
    event: { type: EventType; data: Record<string, unknown>; at: number },
  ): Promise<void> {
    for (const { id, email } of await rows.mailboxes.listByGrant(grant.id)) {
      await raise(ports, rows, {
        workspaceId: grant.workspaceId,
        type: event.type,
        objectId: id,
        data: { email, ...event.data },
        createdAt: event.at,
      });
    }
  }

  /**
   * Another process took over our lease and buried the grant because the refresh token that it knew was spent: by
   * us, and what came of it is in our hands.
   */
  async function revive(
    before: Grant,
    { issued, tokenSet, refreshTokenExpiresAt, lostScopes }: Reviving,
  ): Promise<boolean> {
    return store.transaction(async (rows) => {
      const grant = await rows.grants.lock(before.id);
      const isOurs =
        grant?.status === 'needs_reauthorization' &&
        grant.version === before.version + 1 &&
        grant.refreshToken?.reveal() === before.refreshToken?.reveal();
      if (!grant || !isOurs) return false;
      const at = tokenSet.obtainedAt;
      await rows.grants.replace({
        ...grant,
        refreshToken: issued.refreshToken ?? before.refreshToken,
        refreshTokenExpiresAt,
        ...(lostScopes === null ? {} : { lostScopes }),
        refreshedAt: at,
        keepAliveAt: nextDue(ports, at, [tokenSet]),
        endsAt: endOf({ ...grant, refreshedAt: at, refreshTokenExpiresAt }),
        endWarnedDays: null,
        updatedAt: at,
      });
      await rows.tokenSets.save(tokenSet);
      const data = { recovered: true };
      await raiseForMailboxes(rows, grant, { type: 'mailbox.reconnected', data, at });
      return true;
    });
  }

  /** `invalid_grant` is final only if the refused refresh token is still the stored one. */
  async function bury(grant: Grant, failure: ProviderFailure): Promise<Buried> {
    const at = clock.now();
    const { provider } = failure;
    const reason = reasonOfDeath(grant, failure, at);
    const isBuried = await store.transaction(async (rows) => {
      const death = { version: grant.version, failure: { reason, provider }, at };
      if (!(await rows.grants.markDead(grant.id, death))) return false;
      await raiseForMailboxes(rows, grant, { type: 'mailbox.needs_reauthorization', data: { reason }, at });
      return true;
    });
    if (!isBuried) return 'again';
    const dead = await store.grants.byId(grant.id);
    return dead ? { outcome: 'dead', grant: dead } : { outcome: 'not_granted' };
  }

  /** A refusal that waiting does not mend, told once: whoever can mend it should not learn of it from failing reads. */
  async function tellOfTrouble(grant: Grant, { reason }: ProviderFailure): Promise<void> {
    if (verdictTable[reason].healsItself || grant.failure?.reason === reason) return;
    const event = { type: 'mailbox.degraded', data: { reason }, at: clock.now() } as const;
    await store.transaction((rows) => raiseForMailboxes(rows, grant, event));
  }

  return { keep, bury, tellOfTrouble };
}

/** Google lets a refresh token of an unpublished registration live for seven days, to the hour. */
const testingLifeMilliseconds = { least: 6.9 * 24 * 3600 * 1000, most: 8 * 24 * 3600 * 1000 } as const;

/** What the refusal alone cannot say: how old the consent was, and whether it is the second one. */
function reasonOfDeath(
  { provider, consentedAt }: Grant,
  { reason }: ProviderFailure,
  at: number,
): ReasonCode {
  if (reason === doubt) return 'grant_revoked';
  const age = at - consentedAt;
  const isOfTesting = age >= testingLifeMilliseconds.least && age <= testingLifeMilliseconds.most;
  return provider === 'google' && reason === 'grant_revoked' && isOfTesting ? 'grant_testing_mode' : reason;
}

// Verification: proof over each transport that the granted scopes allow, with the verdict that follows.
// A refused login is judged only after a new token was refused too: with its authorization server down, a
// mail server refuses good tokens in the same words.
import { type ReasonCode, verdictTable } from './diagnosis.ts';
import { raise } from './events.ts';
import { firstProof, isFirstProof } from './first-proof.ts';
import type { Grant, TokenSet } from './grants.ts';
import { holdMailbox } from './held-mailbox.ts';
import { effectiveScope } from './lost-scopes.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { MailboxWithGrant, Ports, ProbeLogin, Transport } from './ports.ts';
import type { RefreshOutcome } from './refresh.ts';
import type { Secret } from './secret.ts';
import type { Tokens } from './tokens.ts';

export type TransportResult = {
  transport: Transport;
  ok: boolean;
  reason: ReasonCode;
  /** What the server said, without secrets, cut to 500 characters; null when it works or said nothing. */
  detail: string | null;
  durationMilliseconds: number;
};

export type Verification = { verifiedAt: number; results: TransportResult[] };

const verifyAgainSeconds = { healthy: 24 * 3600, healing: 300, broken: 6 * 3600 } as const;

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'providers' | 'probes' | 'settings'> & {
  tokens: Tokens;
};

/** What a mail server says of a token that it does not take, whoever's it is. */
const refusedToken: ReadonlySet<ReasonCode> = new Set([
  'authentication_refused',
  'app_only_not_allowed',
  'shared_mailbox_refused',
]);

export type Verifier = ReturnType<typeof createVerifier>;

export function createVerifier({ clock, random, store, providers, probes, settings, tokens }: Needs) {
  type Login =
    | { accessToken: Secret<string>; scope: string; reason: null }
    | { accessToken: null; reason: ReasonCode; detail: string | null };

  const flights = new Map<string, Promise<Verification | null>>();

  /** `refused`: the token that a mail server did not take. */
  async function login(grant: Grant, resource: string, refused: Secret<string> | null): Promise<Login> {
    const wanted = { minTtlSeconds: 0, forceRefresh: false, ...(refused ? { refused } : {}) };
    const outcome = await tokens.obtain(grant, resource, wanted);
    if (outcome.outcome === 'token') {
      const { accessToken, scope } = outcome.tokenSet;
      return { accessToken, scope, reason: null };
    }
    // Not the mailbox's trouble: what was proved before still stands.
    const isBusy = outcome.outcome === 'failed' && outcome.failure.reason === 'gateway_busy';
    if (outcome.outcome === 'client_paused' || isBusy) throw new NotNow();
    return { accessToken: null, ...reasonOf(outcome) };
  }

  async function probe(joined: MailboxWithGrant, transport: Transport): Promise<TransportResult> {
    const { mailbox, grant, oauthClient } = joined;
    const provider = providers[grant.provider];
    const resource = provider.resourceOf(oauthClient, transport);
    if (resource === null)
      throw new Error(`${grant.provider} names the transport ${transport} without a resource`);
    const startedAt = clock.now();
    const failed = (reason: ReasonCode, detail: string | null): TransportResult => ({
      transport,
      ok: false,
      reason,
      detail,
      durationMilliseconds: clock.now() - startedAt,
    });
    const once = ({
      accessToken,
      scope,
    }: Pick<TokenSet, 'accessToken' | 'scope'>): Promise<TransportResult> =>
      probes[transport](
        provider.target(oauthClient, transport),
        {
          email: mailbox.email,
          accessToken,
          scope,
          names: namesOf(joined),
          isAppOnly: isAppOnly(oauthClient),
        },
        clock.deadline(settings.probeTimeoutSeconds * 1000),
      );

    const first = await login(grant, resource, null);
    if (first.reason !== null) return failed(first.reason, first.detail);
    const result = await once(first);
    if (!refusedToken.has(result.reason)) return result;

    const second = await login(grant, resource, first.accessToken);
    if (second.reason !== null) return failed(second.reason, second.detail ?? result.detail);
    return once(second);
  }

  return {
    /**
     * Proves these transports with a token that was issued a moment ago; stores nothing. `whole` cuts every probe
     * short, besides its own time-out.
     */
    prove(
      oauthClient: OAuthClient,
      transports: readonly Transport[],
      login: Omit<ProbeLogin, 'isAppOnly'>,
      whole: AbortSignal | null = null,
    ): Promise<TransportResult[]> {
      const provider = providers[oauthClient.provider];
      return Promise.all(
        transports.map((transport) =>
          probes[transport](
            provider.target(oauthClient, transport),
            { ...login, isAppOnly: isAppOnly(oauthClient) },
            sooner(clock.deadline(settings.probeTimeoutSeconds * 1000), whole),
          ),
        ),
      );
    },

    healsItself: (reason: ReasonCode): boolean => verdictTable[reason].healsItself,

    /**
     * Proves every transport, stores the results and raises an event when the status changes. While the OAuth
     * client is paused nothing can be proved and the last results stay. Callers at the same time share one proof:
     * mail servers allow few connections. Null for an unknown mailbox.
     */
    verify(mailboxId: string): Promise<Verification | null> {
      const flight = flights.get(mailboxId) ?? verifyOnce(mailboxId).finally(() => flights.delete(mailboxId));
      flights.set(mailboxId, flight);
      return flight;
    },
  };

  async function verifyOnce(mailboxId: string): Promise<Verification | null> {
    const joined = await store.mailboxes.withGrant(mailboxId);
    if (!joined) return null;
    const scope = effectiveScope(joined.grant);
    const transports = provable(
      joined,
      providers[joined.grant.provider].transports(joined.oauthClient, scope),
    );
    const results = await Promise.all(transports.map((transport) => probe(joined, transport))).catch(
      (error: unknown) => {
        if (error instanceof NotNow) return null;
        throw error;
      },
    );
    if (results === null) {
      const verifyDueAt = clock.now() + verifyAgainSeconds.healing * 1000;
      await store.mailboxes.update(mailboxId, { verifyDueAt });
      return joined.mailbox.verification;
    }
    const verification: Verification = { verifiedAt: clock.now(), results };
    await store.transaction(async (rows) => {
      // Whoever proved it at the same moment has told of the change, or waits here until it is told.
      await holdMailbox(rows, mailboxId);
      const now = await rows.mailboxes.withGrant(mailboxId);
      const verifyDueAt = nextVerification(verification);
      if (!now || !(await rows.mailboxes.saveVerification(mailboxId, verification, verifyDueAt))) return;
      const { mailbox: before, grant } = now;
      const change = changeOf(before.verification, verification);
      // That no token can be had any more is one change, and has been told: the mailbox needs reauthorization.
      if (!change || (change === 'mailbox.degraded' && grant.status !== 'active')) return;
      const isFirst = change === 'mailbox.verified' && (await isFirstProof(rows, before));
      await raise({ random }, rows, {
        workspaceId: before.workspaceId,
        type: change,
        objectId: mailboxId,
        data: {
          email: before.email,
          results: results.map(({ transport, ok, reason }) => ({ transport, ok, reason })),
          ...(isFirst ? firstProof : {}),
        },
        createdAt: verification.verifiedAt,
      });
    });
    return verification;
  }

  function nextVerification({ verifiedAt, results }: Verification): number {
    const bad = results.filter(({ ok }) => !ok);
    const pace =
      bad.length === 0
        ? 'healthy'
        : bad.some(({ reason }) => verdictTable[reason].healsItself)
          ? 'healing'
          : 'broken';
    return verifiedAt + Math.round(verifyAgainSeconds[pace] * 1000 * (0.9 + random.fraction() / 5));
  }
}

/** Ends a verification that cannot be made at the moment, for a reason that is not the mailbox's. */
class NotNow extends Error {}

/** Aborts with the first of them. */
export const sooner = (signal: AbortSignal, whole: AbortSignal | null): AbortSignal =>
  whole === null ? signal : AbortSignal.any([signal, whole]);

function reasonOf(outcome: Exclude<RefreshOutcome, { outcome: 'token' | 'client_paused' }>): {
  reason: ReasonCode;
  detail: string | null;
} {
  switch (outcome.outcome) {
    case 'dead':
      return {
        reason: outcome.grant.failure?.reason ?? 'grant_revoked',
        detail: outcome.grant.failure?.provider.description ?? null,
      };
    case 'failed':
      return { reason: outcome.failure.reason, detail: outcome.failure.provider.description };
    case 'timeout':
      return { reason: 'provider_timeout', detail: null };
    case 'not_granted':
      return { reason: 'scope_missing', detail: null };
    case 'client_deleted':
      return { reason: 'oauth_client_deleted', detail: null };
    default:
      return outcome satisfies never;
  }
}

function changeOf(
  before: Verification | null,
  after: Verification,
): 'mailbox.verified' | 'mailbox.degraded' | null {
  const key = (verification: Verification | null): string =>
    verification?.results
      .map(({ transport, reason }) => `${transport}=${reason}`)
      .sort()
      .join() ?? '';
  if (key(before) === key(after)) return null;
  return after.results.every(({ ok }) => ok) ? 'mailbox.verified' : 'mailbox.degraded';
}

const isAppOnly = ({ grantType }: OAuthClient): boolean => grantType === 'client_credentials';

/** Whether the mailbox's tokens are its own account's, or a delegate's or an OAuth client's. */
export const namesOf = ({
  mailbox,
  oauthClient,
}: Pick<MailboxWithGrant, 'mailbox' | 'oauthClient'>): 'own' | 'other' =>
  mailbox.delegateEmail !== null || isAppOnly(oauthClient) ? 'other' : 'own';

/** A delegate's Graph scopes are for the own mailbox, unless they say `.Shared`. */
const provable = ({ mailbox, grant }: MailboxWithGrant, transports: Transport[]): Transport[] =>
  mailbox.delegateEmail === null || /\.shared\b/i.test(grant.scope)
    ? transports
    : transports.filter((transport) => transport !== 'graph');

/** Derived, never stored. A paused OAuth client is not the mailbox's trouble and does not show here. */
export type MailboxStatus =
  | { status: 'verifying' | 'connected' | 'disabled'; reason: null }
  | { status: 'degraded' | 'needs_reauthorization'; reason: ReasonCode };

export type MailboxStatusName = MailboxStatus['status'];

/** All of them, in the order of a mailbox's life. */
export const mailboxStatusNames = [
  'verifying',
  'connected',
  'degraded',
  'needs_reauthorization',
  'disabled',
] as const satisfies readonly MailboxStatusName[];

/** Also in SQL, to find mailboxes by it: stores/operations/mailbox-status.ts. */
export function statusOf({ mailbox, grant, oauthClient }: MailboxWithGrant): MailboxStatus {
  if (mailbox.disabledAt !== null) return { status: 'disabled', reason: null };
  if (grant.status !== 'active') {
    return { status: 'needs_reauthorization', reason: grant.failure?.reason ?? 'grant_revoked' };
  }
  if (oauthClient.deletedAt !== null) {
    return { status: 'needs_reauthorization', reason: 'oauth_client_deleted' };
  }
  if (grant.lostScopes.length > 0) return { status: 'degraded', reason: 'scope_lost' };
  // A refusal that waiting does not mend: the token that is still good hides it only for so long.
  if (grant.failure && !verdictTable[grant.failure.reason].healsItself) {
    return { status: 'degraded', reason: grant.failure.reason };
  }
  if (mailbox.verification === null) return { status: 'verifying', reason: null };
  const bad = mailbox.verification.results.find(({ ok }) => !ok);
  return bad ? { status: 'degraded', reason: bad.reason } : { status: 'connected', reason: null };
}

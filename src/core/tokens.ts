// Token reads: an access token that works, or a plain word why there is none.
import { liesAhead } from './clock-skew.ts';
import { type ReasonCode, verdictOf } from './diagnosis.ts';
import { GatewayError, invalidField, notFound } from './errors.ts';
import type { Freshness } from './freshness.ts';
import type { Grant, TokenSet } from './grants.ts';
import type { Links } from './links.ts';
import { effectiveScope } from './lost-scopes.ts';
import type { Measures } from './measures/measures.ts';
import { oauthClientPaused } from './oauth-client-pause.ts';
import type { OAuthClient, ProviderName } from './oauth-clients.ts';
import type {
  LoadedGrant,
  MailboxWithGrant,
  Ports,
  Provider,
  ProviderWords,
  Transport,
  TransportTarget,
} from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import type { CallPurpose } from './provider-calls.ts';
import type { KeptToken, ReadMemory } from './read-memory.ts';
import type { Refresher, RefreshOutcome } from './refresh.ts';
import type { Secret } from './secret.ts';
import type { TokenUses } from './token-uses.ts';
import { namesOf } from './verification.ts';

export type TokenRequest = {
  /** A transport (`imap`, `smtp`, `gmail_api`, `graph`) or a resource's URL; null = the mailbox's first. */
  resource: string | null;
  /** The token must live at least this long, if the provider's tokens live that long at all. */
  minTtlSeconds: number;
  /** The caller saw the stored token refused: get another one, unless it is only seconds old. */
  forceRefresh: boolean;
};

/** What many mailboxes' tokens have in common. */
export type TokenKind = {
  provider: ProviderName;
  /** `other`: the token is a delegate's or an OAuth client's own, so an API's paths must name the mailbox. */
  names: 'own' | 'other';
  resource: string;
  scope: string;
  /** Where the token is good for. */
  targets: readonly TransportTarget[];
};

export type TokenAnswer = TokenKind & {
  mailboxId: string;
  /** The `user` of XOAUTH2 and OAUTHBEARER. */
  email: string;
  accessToken: Secret<string>;
  expiresAt: number;
  /** True when this call made the provider issue it. */
  refreshed: boolean;
};

/** A token that ends within a minute is not worth handing out when a new one can be had. */
const marginSeconds = 60;
/** A token younger than this is not refreshed again, whatever the caller asks: bounds a loop of refusals. */
const youngMilliseconds = 10_000;

/** `refused`: a mail server did not take this token, so any other one is better, however young it is. */
type Wanted = Pick<TokenRequest, 'minTtlSeconds' | 'forceRefresh'> & { refused?: Secret<string> };

/** How long a token must live to be handed out to this caller. */
const millisecondsWanted = ({ minTtlSeconds }: Wanted): number =>
  Math.max(minTtlSeconds, marginSeconds) * 1000;

export type Tokens = ReturnType<typeof createTokens>;

type Needs = Pick<Ports, 'clock' | 'store' | 'providers'> & {
  refresher: Refresher;
  links: Links;
  freshness: Freshness;
  readMemory: ReadMemory;
  uses: TokenUses;
  measures: Pick<Measures, 'tokenReads' | 'readsFromMemory'>;
};

export function createTokens(needs: Needs) {
  const { clock, store, providers, refresher, links, freshness, readMemory, uses, measures } = needs;

  /** Fresh for a caller who came at `startedAt`; whatever was issued since then is the best there is. */
  function freshnessOf(request: Wanted) {
    const startedAt = clock.now();
    const ttlMilliseconds = millisecondsWanted(request);
    return ({ accessToken, obtainedAt, expiresAt }: TokenSet): boolean => {
      const now = clock.now();
      if (expiresAt <= now || liesAhead(obtainedAt, now)) return false;
      if (request.refused) return accessToken.reveal() !== request.refused.reveal();
      if (obtainedAt >= startedAt) return true;
      if (request.forceRefresh) return obtainedAt > now - youngMilliseconds;
      return expiresAt - now >= ttlMilliseconds;
    };
  }

  /** The stored token set if it is fresh, else what a refresh makes of it. */
  async function obtainFrom(
    known: LoadedGrant,
    resource: string,
    request: Wanted,
    purpose: CallPurpose,
  ): Promise<RefreshOutcome> {
    const isFresh = freshnessOf(request);
    const stored = known.tokenSets.find((tokenSet) => tokenSet.resource === resource);
    const isRefused = request.refused !== undefined || request.forceRefresh;
    const grantId = known.grant.id;
    if (known.grant.status === 'active' && stored && isFresh(stored)) {
      if (isRefused) await store.grants.announce(grantId);
      return { outcome: 'token', tokenSet: stored, refreshed: false };
    }
    const outcome = await refresher.refresh({ grantId, resource, isFresh, known, purpose, isRefused });
    // It was another caller's refresh, or one of a moment ago: who keeps the refused token has not heard of it.
    if (isRefused && outcome.outcome === 'token' && !outcome.isAnnounced)
      await store.grants.announce(grantId);
    const isTrouble =
      outcome.outcome === 'failed' || outcome.outcome === 'timeout' || outcome.outcome === 'client_paused';
    // A provider in trouble is no reason to withhold a token that is still good.
    if (isTrouble && !request.forceRefresh && !request.refused && stored && stored.expiresAt > clock.now()) {
      return { outcome: 'token', tokenSet: stored, refreshed: false };
    }
    return outcome;
  }

  /** Null when it was not granted, or is not given any more. */
  function resourceFor({ oauthClient, grant }: MailboxWithGrant, wanted: string | null): string | null {
    const provider = providers[grant.provider];
    const scope = effectiveScope(grant);
    const fallback: Transport | undefined = provider.transports(oauthClient, scope)[0];
    const resource = provider.resourceOf(oauthClient, wanted ?? fallback ?? 'imap');
    if (resource === null || provider.scopesOfResource(oauthClient, resource, scope).length === 0)
      return null;
    const isOpened = provider.opens(oauthClient, scope).some((name) => name === wanted);
    return isTransport(wanted) && !isOpened ? null : resource;
  }

  type Read = { mailboxId: string; oauthClient: OAuthClient; grant: Grant };

  async function reauthorize({ mailboxId, oauthClient }: Read, failure: DeathOf): Promise<GatewayError> {
    const verdict = verdictOf(failure.reason);
    return new GatewayError('needs_reauthorization', `${verdict.sentence} ${verdict.remedy}`, {
      extras: {
        mailboxId,
        verdict,
        reconnectUrl: await links.reconnectUrl(mailboxId, oauthClient),
        ...(failure.provider ? { provider: failure.provider } : {}),
      },
    });
  }

  /** With a link where reconnecting gives it: it was granted before, or the OAuth client asks for it by now. */
  async function notGranted(
    { mailboxId, oauthClient, grant }: Read,
    wanted: string | null,
  ): Promise<GatewayError> {
    const provider = providers[oauthClient.provider];
    const named = wanted === null ? 'any known resource' : `\`${wanted}\``;
    const asked = [grant.scope, ...oauthClient.extraScopes].join(' ');
    const resource = wanted === null ? null : provider.resourceOf(oauthClient, wanted);
    const isAsked = isTransport(wanted)
      ? provider.opens(oauthClient, asked).includes(wanted)
      : resource !== null && provider.scopesOfResource(oauthClient, resource, asked).length > 0;
    const canHelp = isAsked || wanted === null;
    return new GatewayError('resource_not_granted', `The mailbox owner granted no scope for ${named}.`, {
      extras: {
        mailboxId,
        ...(canHelp ? { reconnectUrl: await links.reconnectUrl(mailboxId, oauthClient) } : {}),
      },
    });
  }

  /** The answer of a refresh as a token set, or the error that a caller of the API gets. */
  async function unwrap(
    outcome: RefreshOutcome,
    read: Read,
    wanted: string | null,
  ): Promise<{ tokenSet: TokenSet; refreshed: boolean }> {
    switch (outcome.outcome) {
      case 'token':
        return outcome;
      case 'dead':
        throw await reauthorize(read, deathOf(outcome.grant));
      case 'client_deleted':
        throw await reauthorize(read, { reason: 'oauth_client_deleted', provider: null });
      case 'client_paused':
        throw oauthClientPaused(outcome.oauthClient);
      case 'not_granted':
        throw await notGranted(read, wanted);
      case 'timeout':
        throw new GatewayError(
          'refresh_timeout',
          'Another process is refreshing this grant and has not finished.',
          { extras: { retryAfterSeconds: 2 } },
        );
      case 'failed':
        throw providerTrouble(outcome.failure);
      default:
        return outcome satisfies never;
    }
  }

  /** From memory, at once; null when that has no sure answer. Throws `permission_denied`. */
  function recall(principal: Principal, mailboxId: string, request: TokenRequest): KeptToken | null {
    const workspaceId = workspaceFor(principal, 'tokens:read');
    if (request.forceRefresh) return null;
    const kept = readMemory.find(workspaceId, mailboxId, request.resource);
    const now = clock.now();
    if (kept === null || kept.expiresAt - now < millisecondsWanted(request)) return null;
    if (liesAhead(kept.of.obtainedAt, now)) return null;
    uses.note(principal.keyId, kept.mailboxId, kept.of);
    measures.readsFromMemory.value += 1;
    return kept;
  }

  /** The token set for a read, and with the scope that it still opens. Throws what a caller of the API gets. */
  async function tokenSetFor(
    joined: MailboxWithGrant & LoadedGrant,
    request: TokenRequest,
  ): Promise<{ tokenSet: TokenSet; refreshed: boolean; opened: Transport[] }> {
    const { mailbox, grant, oauthClient } = joined;
    if (mailbox.disabledAt !== null) {
      throw new GatewayError('mailbox_disabled', 'This mailbox is switched off.');
    }
    const read = { mailboxId: mailbox.id, oauthClient, grant };
    if (grant.status !== 'active') throw await reauthorize(read, deathOf(grant));
    if (oauthClient.deletedAt !== null) {
      throw await reauthorize(read, { reason: 'oauth_client_deleted', provider: null });
    }
    const provider = providers[grant.provider];
    requireKnown(provider, oauthClient, request.resource);
    const resource = resourceFor(joined, request.resource);
    if (resource === null) throw await notGranted(read, request.resource);
    const outcome = await obtainFrom(joined, resource, request, 'read');
    const { tokenSet, refreshed } = await unwrap(outcome, read, request.resource);
    // The refresh may have shown that the provider gives less than before.
    const opened = provider.opens(oauthClient, tokenSet.scope);
    if (isTransport(request.resource) && !opened.includes(request.resource)) {
      throw await notGranted(read, request.resource);
    }
    return { tokenSet, refreshed, opened };
  }

  function kindOf(
    joined: MailboxWithGrant,
    { tokenSet, opened }: { tokenSet: TokenSet; opened: Transport[] },
  ): TokenKind {
    const { grant, oauthClient } = joined;
    const provider = providers[grant.provider];
    const { resource, scope } = tokenSet;
    return {
      provider: grant.provider,
      names: namesOf(joined),
      resource,
      scope,
      targets: opened
        .filter((transport) => provider.resourceOf(oauthClient, transport) === resource)
        .map((transport) => provider.target(oauthClient, transport)),
    };
  }

  return {
    /** For mailboxes of any principal, and for our own purposes: it does not count as a read. */
    async obtain(grant: Grant, resource: string, request: Wanted): Promise<RefreshOutcome> {
      const known = await store.grants.load(grant.id);
      return known ? obtainFrom(known, resource, request, 'own') : { outcome: 'not_granted' };
    },

    recall,

    /**
     * Throws `not_found`, `mailbox_disabled`, `resource_not_granted`, `needs_reauthorization` (with a verdict
     * and a reconnect link), `oauth_client_paused`, `provider_*`, `refresh_timeout`. Any number may run in
     * parallel: the provider is asked once.
     */
    read: (principal: Principal, mailboxId: string, request: TokenRequest): Promise<TokenAnswer> =>
      readOnce(principal, mailboxId, request).catch((error: unknown) => {
        const reason = error instanceof GatewayError ? error.code : 'internal_error';
        measures.tokenReads.add({ result: 'refused', reason });
        throw error;
      }),
  };

  async function readOnce(
    principal: Principal,
    mailboxId: string,
    request: TokenRequest,
  ): Promise<TokenAnswer> {
    const kept = recall(principal, mailboxId, request);
    if (kept) {
      const { kind, email, accessToken, expiresAt } = kept;
      return { ...kind, mailboxId: kept.mailboxId, email, accessToken, expiresAt, refreshed: false };
    }
    const mark = freshness.mark();
    const joined = await store.mailboxes.forTokenRead(mailboxId);
    if (!joined || joined.mailbox.workspaceId !== workspaceFor(principal, 'tokens:read')) {
      throw notFound('mailbox');
    }
    const { tokenSet, refreshed, opened } = await tokenSetFor(joined, request);
    const kind = kindOf(joined, { tokenSet, opened });
    const { grantId, resource, obtainedAt, expiresAt, accessToken } = tokenSet;
    uses.note(principal.keyId, mailboxId, { grantId, resource, obtainedAt, expiresAt });
    readMemory.keep(mark, joined, { wanted: request.resource, kind, tokenSet });
    measures.tokenReads.add({ result: refreshed ? 'refreshed' : 'database', reason: '' });
    return { ...kind, mailboxId, email: joined.mailbox.email, accessToken, expiresAt, refreshed };
  }
}

/** Throws `invalid_request` for a name that no grant could give: a typing error must not send anybody to the owner. */
function requireKnown(provider: Provider, client: OAuthClient, wanted: string | null): void {
  if (wanted === null || isTransport(wanted) || provider.resourceOf(client, wanted) !== null) return;
  throw invalidField(
    '/resource',
    'is no resource of this provider: imap, smtp, gmail_api, graph, or its URL',
  );
}

const isTransport = (text: string | null): text is Transport =>
  text === 'imap' || text === 'smtp' || text === 'gmail_api' || text === 'graph';

type DeathOf = { reason: ReasonCode; provider: ProviderWords | null };

const deathOf = ({ failure }: Grant): DeathOf => failure ?? { reason: 'grant_revoked', provider: null };

const providerTrouble = (
  failure: Extract<RefreshOutcome, { outcome: 'failed' }>['failure'],
): GatewayError => {
  const verdict = verdictOf(failure.reason);
  // By the reason alone: while the provider is left alone after a failure, that is what is remembered of it.
  const { reason } = failure;
  const isNamed = reason === 'provider_rate_limited' || reason === 'provider_answer_unreadable';
  const code = isNamed ? reason : verdict.healsItself ? 'provider_unavailable' : 'provider_refused';
  return new GatewayError(code, verdict.sentence, {
    extras: { verdict, provider: failure.provider, retryAfterSeconds: failure.retryAfterSeconds ?? 5 },
  });
};

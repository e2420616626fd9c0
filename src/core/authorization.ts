// The way of one person to the provider and back: authorization request, callback, code, identity, grant.
// A callback passes small named steps; each may end the session with a reason, and only the last one writes.
import { createHash } from 'node:crypto';
import {
  type ConnectOutcome,
  type ConnectSession,
  type ConnectSessions,
  hashOfToken,
  newToken,
} from './connect.ts';
import type { ReasonCode } from './diagnosis.ts';
import { GatewayError } from './errors.ts';
import { establish } from './establish.ts';
import { type OAuthClient, oauthClientPaused, pauseOAuthClient, redirectUriOf } from './oauth-clients.ts';
import type { Identity, IssuedTokens, Ports, ProviderWords } from './ports.ts';
import { type Secret, secret } from './secret.ts';
import type { Verification, Verifier } from './verification.ts';

export type AuthorizationRequest = {
  id: string;
  sessionId: string;
  oauthClientId: string;
  /** SHA-256 of `state`, hex. */
  stateHash: string;
  /** SHA-256 of the cookie that binds the browser, hex. */
  browserHash: string;
  codeVerifier: Secret<string>;
  nonce: string;
  redirectUri: string;
  scope: string;
  createdAt: number;
  expiresAt: number;
  consumedAt: number | null;
};

/** `state` names the cookie, so that two links open in one browser do not disturb each other. */
export type Departure = { authorizationUrl: string; state: string; browserToken: string; expiresAt: number };

/** `session` null = the callback belongs to no session that we could tell this browser about. */
export type Arrival =
  | {
      session: ConnectSession;
      outcome: ConnectOutcome;
      workspaceName: string;
      /** What was proved; null until it was, and when nothing was connected. */
      verification: Verification | null;
    }
  | { session: null; reason: 'callback_invalid' | 'browser_mismatch' | 'session_expired' };

export type Authorization = ReturnType<typeof createAuthorization>;

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings'> & {
  connectSessions: ConnectSessions;
  verifier: Verifier;
};

/** How long a second callback waits for the first one's outcome. */
const duplicateWaitMilliseconds = 20_000;

export function createAuthorization(ports: Needs) {
  const { clock, random, log, store, providers, settings, connectSessions, verifier } = ports;

  type Refusal = { reason: ReasonCode; provider?: ProviderWords; missingScopes?: string[] };
  type Authorized = { tokens: IssuedTokens; identity: Identity; client: OAuthClient };

  async function finish(session: ConnectSession, outcome: ConnectOutcome): Promise<Arrival> {
    const at = clock.now();
    await store.transaction(async (rows) => {
      if (!(await rows.connectSessions.finish(session.id, outcome, at)) || outcome.status !== 'failed')
        return;
      await rows.events.append({
        id: random.id(),
        workspaceId: session.workspaceId,
        type: 'connect_session.failed',
        objectId: session.id,
        data: { reason: outcome.reason },
        createdAt: at,
      });
    });
    connectSessions.announce(session.id);
    return arrivalOf(session.id);
  }

  const refuse = (session: ConnectSession, refusal: Refusal): Promise<Arrival> =>
    finish(session, {
      status: 'failed',
      reason: refusal.reason,
      provider: refusal.provider ?? null,
      missingScopes: refusal.missingScopes ?? [],
    });

  async function arrivalOf(sessionId: string): Promise<Arrival> {
    const session = await store.connectSessions.byId(sessionId);
    if (!session?.outcome) return { session: null, reason: 'session_expired' };
    const { outcome } = session;
    const [workspace, mailbox] = await Promise.all([
      store.workspaces.byId(session.workspaceId),
      outcome.status === 'connected' ? store.mailboxes.byId(outcome.mailboxId) : null,
    ]);
    const workspaceName = workspace?.name ?? '';
    return { session, outcome, workspaceName, verification: mailbox?.verification ?? null };
  }

  /** The first callback's answer, for whoever comes second: a double click, a reload, a link scanner. */
  async function answerOfFirst(sessionId: string): Promise<Arrival> {
    const end = clock.now() + duplicateWaitMilliseconds;
    while (clock.now() < end) {
      const arrival = await arrivalOf(sessionId);
      if (arrival.session) return arrival;
      await clock.sleep(200);
    }
    return arrivalOf(sessionId);
  }

  async function exchange(
    session: ConnectSession,
    request: AuthorizationRequest,
    callbackParameters: URLSearchParams,
    state: string,
  ): Promise<Authorized | Refusal> {
    const client = await store.oauthClients.byId(request.oauthClientId);
    if (!client || client.deletedAt !== null) return { reason: 'client_unknown' };
    const provider = providers[session.provider];
    const resource = provider.primaryResource(client, session.profile);
    const attempt = await provider.exchangeCode(
      client,
      {
        callbackParameters,
        expectedState: state,
        expectedNonce: request.nonce,
        codeVerifier: request.codeVerifier,
        redirectUri: request.redirectUri,
        resource,
        scopes: provider.scopesOfResource(client, resource, request.scope),
      },
      clock.deadline(settings.providerTimeoutSeconds * 1000),
    );
    if (attempt.ok) {
      const { tokens, identity } = attempt.value;
      // An answer without `scope` grants what was asked for (RFC 6749 section 5.1).
      return { tokens: { ...tokens, scope: tokens.scope ?? request.scope }, identity, client };
    }
    const { failure } = attempt;
    log.warn('an authorization failed', {
      sessionId: session.id,
      reason: failure.reason,
      provider: failure.provider,
    });
    if (failure.kind === 'oauth_client') await pauseOAuthClient(ports, client, failure.reason);
    return { reason: failure.reason, provider: failure.provider };
  }

  /** Compares what was given with what was asked for; null when all is well. */
  async function objection(
    session: ConnectSession,
    { tokens, identity, client }: Authorized,
  ): Promise<Refusal | null> {
    const missingScopes = providers[session.provider].missingScopes(
      client,
      session.profile,
      tokens.scope ?? '',
    );
    if (missingScopes.length > 0) return { reason: 'scope_missing', missingScopes };
    if (!tokens.refreshToken) return { reason: 'refresh_token_missing' };
    if (!identity.email) return { reason: 'address_missing' };
    if (!identity.isManaged && session.managedAccountsOnly) return { reason: 'managed_account_required' };
    if (!identity.isManaged && !client.personalAccounts) return { reason: 'personal_account_refused' };
    if (!(await isExpectedPerson(session, identity))) return { reason: 'wrong_mailbox' };
    if (await isHeldByAnother(session, identity)) return { reason: 'address_held_by_other_account' };
    if (session.exclusive && (await store.mailboxes.existsElsewhere(session.workspaceId, identity.email))) {
      return { reason: 'mailbox_in_other_workspace' };
    }
    return null;
  }

  async function isExpectedPerson(session: ConnectSession, identity: Identity): Promise<boolean> {
    if (session.expectedEmail === null || session.expectedEmail === identity.email) return true;
    if (session.mailboxId === null) return false;
    // A renamed account is still the same person.
    const joined = await store.mailboxes.withGrant(session.mailboxId);
    return joined?.grant.issuer === identity.issuer && joined.grant.subject === identity.subject;
  }

  /** An address is an attribute that somebody else may come to bear: it does not end a grant that is alive. */
  async function isHeldByAnother(
    session: ConnectSession,
    { email, issuer, subject }: Identity,
  ): Promise<boolean> {
    const mailbox = email === null ? null : await store.mailboxes.byEmail(session.workspaceId, email);
    const holder = mailbox && (await store.grants.byId(mailbox.grantId));
    if (holder?.status !== 'active') return false;
    return holder.issuer !== issuer || holder.subject !== subject;
  }

  /** Hands back what we must not keep, unless that would end a connection that exists (Google revokes all). */
  async function discard(session: ConnectSession, { tokens, identity, client }: Authorized): Promise<void> {
    const { revoke } = providers[session.provider];
    if (!revoke || !tokens.refreshToken) return;
    if ((await store.grants.countOfPerson(client, identity)) > 0) return;
    const attempt = await revoke(
      client,
      tokens.refreshToken,
      clock.deadline(settings.providerTimeoutSeconds * 1000),
    );
    if (!attempt.ok)
      log.warn('a refused grant could not be revoked', { sessionId: session.id, failure: attempt.failure });
  }

  return {
    /** Makes the authorization request of a link. Throws `connect_session_over`, `oauth_client_paused`. */
    async depart(token: string): Promise<Departure> {
      const session = await store.connectSessions.byTokenHash(hashOfToken(token));
      const now = clock.now();
      if (!session || session.outcome || session.expiresAt <= now) {
        throw new GatewayError('connect_session_over', 'This link was used, cancelled, or is too old.');
      }
      const client = await store.oauthClients.byId(session.oauthClientId);
      if (!client) throw new GatewayError('connect_session_over', 'The OAuth client of this link is gone.');
      if (client.status === 'paused') throw oauthClientPaused(client);
      const provider = providers[session.provider];
      const [state, nonce, codeVerifier, browserToken] = [
        newToken(ports),
        newToken(ports),
        newToken(ports),
        newToken(ports),
      ];
      const scopes = provider.scopesFor(client, session.profile);
      const redirectUri = redirectUriOf(settings.publicUrl, client.id);
      await store.authorizationRequests.insert({
        id: random.id(),
        sessionId: session.id,
        oauthClientId: client.id,
        stateHash: hashOfToken(state),
        browserHash: hashOfToken(browserToken),
        codeVerifier: secret(codeVerifier),
        nonce,
        redirectUri,
        scope: scopes.join(' '),
        createdAt: now,
        expiresAt: session.expiresAt,
        consumedAt: null,
      });
      const authorizationUrl = provider.authorizationUrl(client, {
        redirectUri,
        scopes,
        state,
        nonce,
        codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
        loginHint: session.expectedEmail,
      });
      return { authorizationUrl, state, browserToken, expiresAt: session.expiresAt };
    },

    /**
     * The provider sent the browser back. Never throws for what the browser or the provider did. The same
     * callback twice, also at once, gets one and the same answer; the code is redeemed once.
     */
    async arrive(callback: {
      oauthClientId: string;
      parameters: URLSearchParams;
      browserToken: (state: string) => string | null;
    }): Promise<Arrival> {
      const state = callback.parameters.get('state') ?? '';
      const request = await store.authorizationRequests.byStateHash(hashOfToken(state));
      if (!request || request.oauthClientId !== callback.oauthClientId) {
        return { session: null, reason: 'callback_invalid' };
      }
      const browserToken = callback.browserToken(state);
      if (browserToken === null || hashOfToken(browserToken) !== request.browserHash) {
        return { session: null, reason: 'browser_mismatch' };
      }
      const session = await store.connectSessions.byId(request.sessionId);
      if (!session) return { session: null, reason: 'session_expired' };
      if (session.outcome) return arrivalOf(session.id);
      if (!(await store.authorizationRequests.consume(request.id, clock.now()))) {
        return request.expiresAt <= clock.now()
          ? { session: null, reason: 'session_expired' }
          : answerOfFirst(session.id);
      }

      const authorized = await exchange(session, request, callback.parameters, state);
      if ('reason' in authorized) return refuse(session, authorized);
      const refusal = await objection(session, authorized);
      if (refusal) {
        await discard(session, authorized);
        return refuse(session, refusal);
      }
      const outcome = await establish(ports, session, authorized);
      connectSessions.announce(session.id);
      // At once, so that the page can say whether the mailbox works; a failed proof ends nothing.
      if (outcome?.status === 'connected') await verifier.verify(outcome.mailboxId);
      return arrivalOf(session.id);
    },
  };
}

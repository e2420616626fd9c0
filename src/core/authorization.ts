// The way of one person to the provider and back: authorization request, callback, code, identity, grant.
// A callback passes small named steps; each may end the session with a reason, and only the last one writes.
import { createHash } from 'node:crypto';
import { createAcceptance } from './acceptance.ts';
import { type Authorized, createCodeExchange, type Refusal } from './code-exchange.ts';
import {
  type ConnectOutcome,
  type ConnectSession,
  type ConnectSessions,
  hashOfToken,
  newToken,
} from './connect.ts';
import { GatewayError } from './errors.ts';
import { type Established, establish } from './establish.ts';
import { raise } from './events.ts';
import type { InFlight } from './in-flight.ts';
import { oauthClientPaused, redirectUriOf } from './oauth-clients.ts';
import { hasOtherUse } from './other-uses.ts';
import type { Ports } from './ports.ts';
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
  inFlight: InFlight;
};

/**
 * What stands for the browser of a request that is bound to none: anybody who holds the state can work it out. For a
 * bound request it is as wrong as any other guess.
 */
export const unboundTokenOf = (state: string): string => hashOfToken(`unbound ${state}`);

/** How long a second callback waits for the first one's outcome. */
const duplicateWaitMilliseconds = 20_000;

export function createAuthorization(ports: Needs) {
  const { clock, random, log, store, providers, settings, connectSessions, verifier, inFlight } = ports;
  const { exchange } = createCodeExchange(ports);
  const acceptance = createAcceptance(ports);

  async function finish(session: ConnectSession, outcome: ConnectOutcome): Promise<Arrival> {
    const at = clock.now();
    await store.transaction(async (rows) => {
      if (!(await rows.connectSessions.finish(session.id, outcome, at)) || outcome.status !== 'failed')
        return;
      await raise(ports, rows, {
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

  /** Hands back what we must not keep, unless that would end a connection that exists (Google revokes all). */
  async function discard(session: ConnectSession, { tokens, identity, client }: Authorized): Promise<void> {
    const { revoke } = providers[session.provider];
    if (!revoke || !tokens.refreshToken) return;
    if (await hasOtherUse(ports, session.workspaceId, client, identity)) return;
    const attempt = await revoke(
      client,
      tokens.refreshToken,
      clock.deadline(settings.providerTimeoutSeconds * 1000),
    );
    if (!attempt.ok)
      log.warn('a refused grant could not be revoked', { sessionId: session.id, failure: attempt.failure });
  }

  return {
    /**
     * Makes the authorization request of a link. With `direct` no browser is bound: whoever opens the provider's
     * page may finish, and `state` begins with `statePrefix`. Throws `connect_session_over`, `oauth_client_paused`.
     */
    async depart(token: string, direct: { statePrefix: string } | null = null): Promise<Departure> {
      const session = await store.connectSessions.byTokenHash(hashOfToken(token));
      const now = clock.now();
      if (!session || session.outcome || session.expiresAt <= now) {
        throw new GatewayError('connect_session_over', 'This link was used, cancelled, or is too old.');
      }
      const client = await store.oauthClients.byId(session.oauthClientId);
      if (!client || client.deletedAt !== null) {
        throw new GatewayError('connect_session_over', 'The OAuth client of this link is gone.');
      }
      if (client.status === 'paused') throw oauthClientPaused(client);
      const provider = providers[session.provider];
      const [nonce, codeVerifier] = [newToken(ports), newToken(ports)];
      const state = `${direct?.statePrefix ?? ''}${newToken(ports)}`;
      const browserToken = direct ? unboundTokenOf(state) : newToken(ports);
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
      if (request.consumedAt !== null) return answerOfFirst(session.id);
      // Another request of the same link was faster, perhaps another person's: no word about its result.
      if (session.outcome && session.outcome.status !== 'cancelled') {
        return { session: null, reason: 'session_expired' };
      }
      if (session.outcome) return arrivalOf(session.id);
      if (!(await store.authorizationRequests.consume(request.id, clock.now()))) {
        return request.expiresAt <= clock.now()
          ? { session: null, reason: 'session_expired' }
          : answerOfFirst(session.id);
      }
      return inFlight.track(complete(session, request, callback.parameters, state));
    },
  };

  /** The request is consumed: whatever happens from here on, the session gets its outcome. */
  async function complete(
    session: ConnectSession,
    request: AuthorizationRequest,
    parameters: URLSearchParams,
    state: string,
  ): Promise<Arrival> {
    const unfinished = (error: unknown): Refusal => {
      log.error('an authorization could not be finished', { sessionId: session.id, error });
      return { reason: 'not_stored' };
    };
    const authorized = await exchange(session, request, parameters, state).catch(unfinished);
    if ('reason' in authorized) return refuse(session, authorized);
    const established = await accept(session, authorized).catch(unfinished);
    if ('reason' in established) {
      const arrival = await refuse(session, established);
      await discard(session, authorized).catch((error: unknown) =>
        log.error('a refused grant could not be handed back', { sessionId: session.id, error }),
      );
      return arrival;
    }
    connectSessions.announce(session.id);
    // At once, so that the page can say whether the mailbox works; a failed proof ends nothing.
    await verifier
      .verify(established.mailboxId)
      .catch((error: unknown) =>
        log.error('a new mailbox could not be verified', { mailboxId: established.mailboxId, error }),
      );
    return arrivalOf(session.id);
  }

  async function accept(session: ConnectSession, authorized: Authorized): Promise<Established | Refusal> {
    const objection = await acceptance.objection(session, authorized);
    if (objection) return objection;
    const write = () => establish(ports, session, authorized, acceptance);
    // The same person in two windows: both rows cannot be new; the second try finds the first one's.
    return write().catch((error: unknown) => {
      if (error instanceof GatewayError && error.code === 'conflict') return write();
      throw error;
    });
  }
}

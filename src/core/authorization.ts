// The way of one person to the provider and back: authorization request, callback, code, identity, grant.
// A callback passes small named steps; each may end the way with a reason, and only the last one writes.
import { createHash } from 'node:crypto';
import { createAcceptance } from './acceptance.ts';
import { record } from './audit.ts';
import { type Authorized, createCodeExchange, type Refusal } from './code-exchange.ts';
import type { ConnectSessions } from './connect.ts';
import { type ConnectSession, hashOfToken, isOpen, newToken } from './connect-session.ts';
import { GatewayError, linkOver } from './errors.ts';
import { type Established, establish } from './establish.ts';
import { createHandingBack } from './handing-back.ts';
import type { InFlight } from './in-flight.ts';
import { oauthClientPaused } from './oauth-client-pause.ts';
import type { OAuthClient } from './oauth-clients.ts';
import { type Origins, redirectUriOf } from './origins.ts';
import { personKeyOf } from './other-uses.ts';
import type { Ports } from './ports.ts';
import type { Principal } from './principal.ts';
import { type Secret, secret } from './secret.ts';
import type { Arrival, SessionResults } from './session-results.ts';
import type { Verifier } from './verification.ts';

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

/** What a browser that came back can show of its way: the client of the callback, its state, its cookie. */
export type Ticket = { oauthClientId: string; state: string; browserToken: string };

export type Authorization = ReturnType<typeof createAuthorization>;

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings'> & {
  connectSessions: ConnectSessions;
  results: SessionResults;
  verifier: Verifier;
  inFlight: InFlight;
  origins: Origins;
};

/**
 * What stands for the browser of a request that is bound to none: anybody who holds the state can work it out. For a
 * bound request it is as wrong as any other guess.
 */
export const unboundTokenOf = (state: string): string => hashOfToken(`unbound ${state}`);

/** The life of one authorization request, however long its session waits for somebody. */
const requestSecondsMax = 600;

export function createAuthorization(ports: Needs) {
  const { clock, random, log, store, providers, settings, verifier, inFlight, origins, results } = ports;
  const { connectSessions } = ports;
  const { exchange } = createCodeExchange(ports);
  const { discardQuietly, discardUnconfirmed, discardHeldOf } = createHandingBack(ports);
  const acceptance = createAcceptance(ports);

  async function clientOf(session: ConnectSession): Promise<OAuthClient> {
    const client = await store.oauthClients.byId(session.oauthClientId);
    if (!client || client.deletedAt !== null) {
      throw new GatewayError('connect_session_over', 'The OAuth client of this link is gone.');
    }
    if (client.status === 'paused') throw oauthClientPaused(client);
    return client;
  }

  /** With `direct` no browser is bound, and `state` begins with `statePrefix`. */
  async function departFor(
    session: ConnectSession | null,
    direct: { statePrefix: string } | null,
  ): Promise<Departure> {
    const now = clock.now();
    if (!session || !isOpen(session, now)) throw linkOver();
    const client = await clientOf(session);
    if (client.grantType !== 'authorization_code') throw linkOver();
    const provider = providers[session.provider];
    const [nonce, codeVerifier] = [newToken(ports), newToken(ports)];
    const state = `${direct?.statePrefix ?? ''}${newToken(ports)}`;
    const browserToken = direct ? unboundTokenOf(state) : newToken(ports);
    const scopes = provider.scopesFor(client, session.profile);
    const redirectUri = redirectUriOf(await origins.ofClient(client), client.id);
    const expiresAt = Math.min(
      session.expiresAt,
      now + Math.max(requestSecondsMax, settings.connectSessionSeconds) * 1000,
    );
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
      expiresAt,
      consumedAt: null,
    });
    const authorizationUrl = provider.authorizationUrl(client, {
      redirectUri,
      scopes,
      state,
      nonce,
      codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      // Who opens a shared mailbox signs in under another address.
      loginHint: session.expectedEmail,
    });
    return { authorizationUrl, state, browserToken, expiresAt };
  }

  /** The request that a browser was sent away with; a reason when it is none, or another browser's. */
  async function requestOf(
    ticket: Omit<Ticket, 'browserToken'> & { browserToken: string | null },
  ): Promise<AuthorizationRequest | 'callback_invalid' | 'browser_mismatch'> {
    const request = await store.authorizationRequests.byStateHash(hashOfToken(ticket.state));
    if (!request || request.oauthClientId !== ticket.oauthClientId) return 'callback_invalid';
    const { browserToken } = ticket;
    const isBound = browserToken !== null && hashOfToken(browserToken) === request.browserHash;
    return isBound ? request : 'browser_mismatch';
  }

  return {
    /**
     * Makes the authorization request of a link. With `direct` no browser is bound: whoever opens the provider's
     * page may finish, and `state` begins with `statePrefix`. Throws `connect_session_over`, `oauth_client_paused`.
     */
    async depart(token: string, direct: { statePrefix: string } | null = null): Promise<Departure> {
      return departFor(await store.connectSessions.byTokenHash(hashOfToken(token)), direct);
    },

    /** Another try from the page that told of a setback. Throws as `depart`. */
    async departAgain(ticket: Ticket): Promise<Departure> {
      const session = await this.sessionOf(ticket);
      return departFor(session, null);
    },

    /** The session that this browser went through; null for any other one. */
    async sessionOf(ticket: Ticket): Promise<ConnectSession | null> {
      const request = await requestOf(ticket);
      return typeof request === 'string' ? null : store.connectSessions.byId(request.sessionId);
    },

    /**
     * The provider sent the browser back, to the host `origin`. Never throws for what the browser or the provider
     * did. The same callback twice, also at once, gets one and the same answer; the code is redeemed once.
     */
    async arrive(callback: {
      oauthClientId: string;
      parameters: URLSearchParams;
      browserToken: string | null;
      /** Scheme and host under which the callback came in; null = it is asked for the second time. */
      host: string | null;
    }): Promise<Arrival> {
      const state = callback.parameters.get('state') ?? '';
      const request = await requestOf({ ...callback, state });
      if (typeof request === 'string') return { session: null, reason: request };
      // The cookie belongs to one host; whoever carries a callback to another one is not the browser that left.
      if (callback.host !== null && new URL(request.redirectUri).host !== callback.host) {
        return { session: null, reason: 'browser_mismatch' };
      }
      const session = await store.connectSessions.byId(request.sessionId);
      if (!session) return { session: null, reason: 'session_expired' };
      if (request.consumedAt !== null)
        return results.answerOfFirst(session.id, request.id, request.consumedAt);
      // Another request of the same link was faster, perhaps another person's: no word about its result.
      if (session.outcome && session.outcome.status !== 'cancelled') {
        return { session: null, reason: 'link_over' };
      }
      if (session.outcome) return results.arrivalOf(session.id, request.id);
      if (!isOpen(session, clock.now())) return { session: null, reason: 'session_expired' };
      const consumedAt = clock.now();
      if (!(await store.authorizationRequests.consume(request.id, consumedAt))) {
        return request.expiresAt <= consumedAt
          ? { session: null, reason: 'session_expired' }
          : results.answerOfFirst(session.id, request.id, consumedAt);
      }
      return inFlight.track(complete(session, request, callback.parameters, state));
    },

    /**
     * Connects what a session holds: the caller's backend says that it was the right person's browser. Throws
     * `not_found`, `connect_session_over`, `confirmation_refused` for a code that is not this session's; a refusal
     * (the address became somebody else's meanwhile) ends the session and is its outcome.
     */
    async confirm(principal: Principal, session: ConnectSession, code: string): Promise<void> {
      const { outcome } = session;
      // Again, because the first answer got lost.
      if (outcome?.status === 'connected' && results.isConfirmationCode(session.id, outcome, code)) return;
      const isWaiting = session.outcome === null && session.expiresAt > clock.now();
      const held = isWaiting ? await store.connectSessions.held(session.id) : null;
      if (!held || session.setback?.status !== 'waiting_for_confirmation') {
        throw new GatewayError('connect_session_over', 'There is nothing to confirm, or no longer.');
      }
      if (!results.isConfirmationCode(session.id, session.setback, code)) {
        throw new GatewayError('confirmation_refused', 'This code does not confirm this connect session.');
      }
      const { requestId } = session.setback;
      const authorized = { ...held, client: await clientOf(session) };
      await inFlight.track(finish(session, authorized, requestId, principal));
    },

    discardUnconfirmed,
    discardHeldOf,

    /** As `ConnectSessions.cancel`, and hands back what the session held. */
    async cancel(principal: Principal, id: string): Promise<ConnectSession> {
      const held = await store.connectSessions.held(id);
      const session = await connectSessions.cancel(principal, id);
      if (held) await discardQuietly(session, held);
      return session;
    },
  };

  /** The request is consumed: whatever happens from here on, the session gets its result. */
  async function complete(
    session: ConnectSession,
    request: AuthorizationRequest,
    parameters: URLSearchParams,
    state: string,
  ): Promise<Arrival> {
    const authorized = await exchange(session, request, parameters, state).catch(unfinished(session));
    if ('reason' in authorized) return results.refuse(session, authorized, request.id);
    const objection = await acceptance.objection(session, authorized).catch(unfinished(session));
    if (objection) return refuse(session, authorized, objection, request.id);
    return session.completion === 'confirm'
      ? hold(session, authorized, request.id)
      : finish(session, authorized, request.id);
  }

  async function hold(session: ConnectSession, authorized: Authorized, requestId: string): Promise<Arrival> {
    const { client: _client, ...held } = authorized;
    const { email, name } = authorized.identity;
    const setback = {
      at: clock.now(),
      requestId,
      status: 'waiting_for_confirmation',
      email: session.sharedMailbox ?? email ?? '',
      name,
    } as const;
    const heldPerson = personKeyOf(authorized.client, authorized.identity);
    const isHeld = await results.setBack(session, setback, { held, heldPerson });
    if (isHeld) return results.arrivalOf(session.id, requestId);
    await discardQuietly(session, authorized);
    return results.arrivalOf(session.id, requestId);
  }

  async function finish(
    session: ConnectSession,
    authorized: Authorized,
    requestId?: string,
    confirmedBy?: Principal,
  ): Promise<Arrival> {
    const established = await write(session, authorized, { requestId, confirmedBy }).catch(
      unfinished(session),
    );
    if ('reason' in established) {
      if (confirmedBy) await recordVainConfirmation(confirmedBy, session, established);
      return refuse(session, authorized, established, requestId);
    }
    connectSessions.announce(session.id);
    // At once, so that the page can say whether the mailbox works; a failed proof ends nothing.
    await verifier
      .verify(established.mailboxId)
      .catch((error: unknown) =>
        log.error('a new mailbox could not be verified', { mailboxId: established.mailboxId, error }),
      );
    return results.arrivalOf(session.id, requestId);
  }

  async function refuse(
    session: ConnectSession,
    authorized: Authorized,
    refusal: Refusal,
    requestId?: string,
  ): Promise<Arrival> {
    const arrival = await results.refuse(session, refusal, requestId);
    await discardQuietly(session, authorized);
    return arrival;
  }

  /** The caller said yes; what came of it was decided after that. */
  function recordVainConfirmation(
    by: Principal,
    { id, workspaceId }: ConnectSession,
    { reason }: Refusal,
  ): Promise<void> {
    const data = { refused: reason };
    const action = 'connect_session.confirmed';
    return record(ports, store, by, { workspaceId, action, objectId: id, data });
  }

  function unfinished(session: ConnectSession): (error: unknown) => Refusal {
    return (error) => {
      log.error('an authorization could not be finished', { sessionId: session.id, error });
      return { reason: 'not_stored' };
    };
  }

  function write(
    session: ConnectSession,
    authorized: Authorized,
    how: { requestId: string | undefined; confirmedBy: Principal | undefined },
  ): Promise<Established | Refusal> {
    const once = () => establish(ports, session, authorized, { ...acceptance, ...how });
    // The same person in two windows: both rows cannot be new; the second try finds the first one's. Nor is there
    // another code to redeem when the database was busy for a moment.
    return once().catch((error: unknown) => {
      const isPassing =
        error instanceof GatewayError && (error.code === 'conflict' || error.code === 'overloaded');
      if (isPassing) return once();
      throw error;
    });
  }
}

// Mailboxes that no person consents for: an administrator has let a service account act for the whole domain, or has
// given the OAuth client a permission of its own. One token is minted and every transport proved before a row is
// written; there is no refresh token, tokens are minted whenever one is wanted.
import { addressIssuer, objectionToClaim } from './address-claims.ts';
import { type AuditActor, record } from './audit.ts';
import type { Refusal } from './code-exchange.ts';
import { type ConnectSession, hashOfToken, isOpen } from './connect-session.ts';
import { addressLock, type Connection, writeConnection } from './connection-rows.ts';
import { verdictOf } from './diagnosis.ts';
import { GatewayError, invalidField, linkOver, notFound } from './errors.ts';
import { raise } from './events.ts';
import { objectionToExternalId } from './external-ids.ts';
import { firstProof } from './first-proof.ts';
import type { InFlight } from './in-flight.ts';
import type { MailboxSettingsChanges } from './mailbox-settings.ts';
import { oauthClientPaused, pauseOAuthClient } from './oauth-client-pause.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { IssuedTokens, MailboxWithGrant, Ports, Profile } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import { objectionToProof } from './proofs.ts';
import type { Arrival, SessionResults } from './session-results.ts';
import type { Verification, Verifier } from './verification.ts';

export type DirectConnection = {
  oauthClientId: string;
  email: string;
  profile: Profile;
  name: string | null;
  customer: string | null;
  externalId: string | null;
  /** The mailbox that keeps its id; null = the one with the address, else a new one. */
  mailboxId: string | null;
  /** Refuse a mailbox that another workspace has; left out, it is not. */
  exclusive?: boolean;
  /** Of the mailbox to be; left out, these are as they were. */
  settings?: MailboxSettingsChanges;
};

export type DirectConnections = ReturnType<typeof createDirectConnections>;

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings'> & {
  verifier: Verifier;
  results: SessionResults;
  inFlight: InFlight;
};

/** `isNew` false = the mailbox was there before and keeps its id. */
export type DirectlyConnected = { joined: MailboxWithGrant; isNew: boolean };

type Written = { mailboxId: string; isNew: boolean };

type Proved = { tokens: IssuedTokens; resource: string; scope: string; verification: Verification };

export function createDirectConnections(ports: Needs) {
  const { clock, store, providers, settings, verifier, results, inFlight } = ports;

  async function prove(client: OAuthClient, email: string, profile: Profile): Promise<Proved | Refusal> {
    const provider = providers[client.provider];
    const scope = provider.scopesFor(client, profile).join(' ');
    const resource = provider.primaryResource(client, profile);
    const scopes = provider.scopesOfResource(client, resource, scope);
    const deadline = clock.deadline(settings.providerTimeoutSeconds * 1000);
    const attempt = await provider.mint(client, { email, resource, scopes }, deadline);
    if (!attempt.ok) {
      const { kind, reason, provider: words } = attempt.failure;
      if (kind === 'oauth_client') await pauseOAuthClient(ports, client, attempt.failure);
      return { reason, provider: words };
    }
    const { accessToken } = attempt.value;
    const isAppOnly = client.grantType === 'client_credentials';
    const names = isAppOnly ? 'other' : 'own';
    const login = { email, accessToken, scope, names } as const;
    const proofs = await verifier.prove(client, provider.transports(client, scope), login);
    // A token for a named mailbox vouches for it; a client's own token says nothing about any.
    const disproof = objectionToProof(proofs, { isVouchedFor: !isAppOnly });
    const verification = { verifiedAt: clock.now(), results: proofs };
    return disproof ?? { tokens: attempt.value, resource, scope, verification };
  }

  async function write(
    workspaceId: string,
    client: OAuthClient,
    request: Omit<DirectConnection, 'oauthClientId' | 'profile'>,
    proved: Proved,
    by: { session: ConnectSession } | { principal: Principal },
  ): Promise<Written | Refusal> {
    const { email } = request;
    const session = 'session' in by ? by.session : null;
    const actor: Principal | AuditActor =
      'session' in by ? { kind: 'mailbox_owner', id: by.session.id } : by.principal;
    const now = clock.now();
    const connection: Connection = {
      workspaceId,
      oauthClient: client,
      identity: {
        issuer: addressIssuer,
        subject: email,
        email,
        name: '',
        entraTenantId: client.entraTenant,
        isManaged: true,
      },
      delegateEmail: null,
      aliases: null,
      refreshToken: null,
      refreshTokenExpiresInSeconds: null,
      scope: proved.scope,
      tokenSets: [{ resource: proved.resource, tokens: proved.tokens }],
      mailboxId: request.mailboxId,
      customer: request.customer,
      name: request.name,
      externalId: request.externalId,
      settings: request.settings ?? {},
      verification: proved.verification,
    };
    return store.transaction(async (rows): Promise<Written | Refusal> => {
      // In this order everywhere: the registration, then the address.
      await rows.lock(`oauth client ${client.id}`);
      const current = await rows.oauthClients.byId(client.id);
      if (!current || current.deletedAt !== null) return { reason: 'client_unknown' };
      await rows.lock(addressLock(email));
      const named = await objectionToExternalId(rows, {
        workspaceId,
        externalId: request.externalId,
        email,
        mailboxId: request.mailboxId,
      });
      if (named) {
        throw new GatewayError('conflict', 'This address and this name belong to different mailboxes.', {
          extras: { mailboxId: named.mailbox.id },
        });
      }
      const taken = await objectionToClaim(rows, {
        workspaceId,
        email,
        exclusive: request.exclusive ?? false,
        mayReplace: ({ id }) => id === request.mailboxId,
      });
      if (taken) return taken;
      const { mailbox, isNew } = await writeConnection(ports, rows, connection, now);
      if (session) {
        const { id: mailboxId, name } = mailbox;
        const outcome = { status: 'connected', mailboxId, email, name, reconnected: !isNew } as const;
        if (!(await rows.connectSessions.finish(session.id, outcome, now))) throw new SessionOver();
      }
      await raise(ports, rows, {
        workspaceId,
        type: isNew ? 'mailbox.connected' : 'mailbox.reconnected',
        objectId: mailbox.id,
        data: {
          email,
          ...(session ? { connect_session_id: session.id } : {}),
          ...(isNew && proved.verification.results.every(({ ok }) => ok) ? firstProof : {}),
        },
        createdAt: now,
      });
      await record(ports, rows, actor, {
        workspaceId,
        action: isNew ? 'mailbox.connected' : 'mailbox.reconnected',
        objectId: mailbox.id,
        data: { connect_session_id: session?.id ?? null },
      });
      return { mailboxId: mailbox.id, isNew };
    });
  }

  /** The workspace's own only: of one that is everybody's, nobody consented to everybody. */
  async function usableClient(workspaceId: string, id: string): Promise<OAuthClient> {
    const client = await store.oauthClients.byId(id);
    if (client?.workspaceId !== workspaceId || client.deletedAt !== null) throw notFound('OAuth client');
    if (client.status === 'paused') throw oauthClientPaused(client);
    return client;
  }

  return {
    /**
     * Throws `not_found`, `oauth_client_paused`, `invalid_request` for an OAuth client that needs a sign-in, and
     * `mailbox_refused` with the verdict when the provider or the mail servers refuse.
     */
    connect(principal: Principal, request: DirectConnection): Promise<DirectlyConnected> {
      const workspaceId = workspaceFor(principal, 'mailboxes:create');
      const caller = { ...principal, workspaceId };
      return inFlight.track(connectOnce(caller, { ...request, email: request.email.toLowerCase() }));
    },

    /**
     * The person at a link presses the button; nobody signs in. Pressed twice, also at once, it connects once and
     * tells of it twice. Throws `connect_session_over`, `oauth_client_paused`.
     */
    async connectAt(token: string): Promise<Arrival> {
      const session = await store.connectSessions.byTokenHash(hashOfToken(token));
      if (!session || session.expectedEmail === null) throw linkOver();
      if (isResultOfPress(session)) return results.arrivalOf(session.id);
      if (!isOpen(session, clock.now())) throw linkOver();
      return inFlight.track(connectSession(session, session.expectedEmail));
    },
  };

  async function connectOnce(
    principal: Principal & { workspaceId: string },
    request: DirectConnection,
  ): Promise<DirectlyConnected> {
    const { workspaceId } = principal;
    const client = await usableClient(workspaceId, request.oauthClientId);
    if (client.grantType === 'authorization_code') {
      throw invalidField(
        '/oauth_client_id',
        'is an OAuth client that people consent to: make a connect session',
      );
    }
    if (request.mailboxId !== null) {
      const mailbox = await store.mailboxes.byId(request.mailboxId);
      if (mailbox?.workspaceId !== workspaceId) throw notFound('mailbox');
      if (mailbox.email !== request.email) throw invalidField('/email', 'is not the address of this mailbox');
    }
    const proved = await prove(client, request.email, request.profile);
    if ('reason' in proved) throw refused(proved);
    const written = await write(workspaceId, client, request, proved, { principal });
    if ('reason' in written) throw refused(written);
    const joined = await store.mailboxes.withGrant(written.mailboxId);
    if (!joined) throw notFound('mailbox');
    return { joined, isNew: written.isNew };
  }

  /** `managedAccountsOnly` is fulfilled by nature: who acts without a sign-in acts for an organisation's directory. */
  async function connectSession(session: ConnectSession, email: string): Promise<Arrival> {
    const client = await usableClient(session.workspaceId, session.oauthClientId).catch((error: unknown) => {
      if (error instanceof GatewayError && error.code === 'not_found') return null;
      throw error;
    });
    if (!client) return results.refuse(session, { reason: 'client_unknown' });
    if (client.grantType === 'authorization_code') throw linkOver();
    const proved = await prove(client, email, session.profile);
    if ('reason' in proved) return results.refuse(session, proved);
    const { mailboxId, customer, externalId, mailboxName: name, exclusive } = session;
    const request = { email, mailboxId, customer, externalId, name, exclusive };
    const written = await write(session.workspaceId, client, request, proved, { session }).catch(
      (error: unknown): Refusal | null => {
        if (error instanceof SessionOver) return null;
        // The name is another mailbox's. Another press would change nothing, and nobody else can sign in instead.
        if (error instanceof GatewayError && error.code === 'conflict') {
          return { reason: 'address_held_by_other_account' };
        }
        throw error;
      },
    );
    return written && 'reason' in written ? results.refuse(session, written) : results.arrivalOf(session.id);
  }
}

/** Rolls the transaction back: another press of the same link was faster. */
class SessionOver extends Error {}

/** A result that came by a sign-in is for the browser that signed in. */
const isResultOfPress = ({ outcome }: ConnectSession): boolean =>
  outcome !== null && outcome.status !== 'cancelled' && outcome.requestId === undefined;

function refused({ reason, provider }: Refusal): GatewayError {
  const verdict = verdictOf(reason);
  return new GatewayError('mailbox_refused', `${verdict.sentence} ${verdict.remedy}`, {
    extras: { verdict, ...(provider ? { provider } : {}) },
  });
}

// Connect sessions: our invitation to connect one mailbox. One link, one person, ten minutes.
// The way to the provider and back is in authorization.ts.
import { createHash } from 'node:crypto';
import type { ReasonCode } from './diagnosis.ts';
import { GatewayError, invalidField, notFound } from './errors.ts';
import type { Mailbox } from './mailboxes.ts';
import { type OAuthClient, oauthClientPaused, type ProviderName } from './oauth-clients.ts';
import type { Ports, Profile, ProviderWords } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import { readReconnectToken } from './reconnect-link.ts';

/** Null = pending. `expired` is not stored: it follows from `expiresAt`. */
export type ConnectOutcome =
  | { status: 'connected'; mailboxId: string; email: string; name: string; reconnected: boolean }
  | { status: 'failed'; reason: ReasonCode; provider: ProviderWords | null; missingScopes: string[] }
  | { status: 'cancelled' };

export type ConnectSession = {
  id: string;
  workspaceId: string;
  oauthClientId: string;
  provider: ProviderName;
  profile: Profile;
  /** SHA-256 of the link's token, hex. */
  tokenHash: string;
  /** Lower case; another address is refused. */
  expectedEmail: string | null;
  /** Set for a reconnect: the mailbox keeps its id. */
  mailboxId: string | null;
  customer: string | null;
  /** For the mailbox to be; null = as the provider says. */
  mailboxName: string | null;
  externalId: string | null;
  /** Where the browser goes when the mailbox is connected; null = our result page. */
  returnUrl: string | null;
  /** Only accounts of an organisation (Google Workspace, Entra directory). */
  managedAccountsOnly: boolean;
  /** Refuse a mailbox that another workspace has. */
  exclusive: boolean;
  /** Which HTTP surface made it. */
  surface: string;
  outcome: ConnectOutcome | null;
  createdAt: number;
  expiresAt: number;
  finishedAt: number | null;
  /** When a one-time result was handed out. */
  readAt: number | null;
};

export type NewConnectSession = {
  provider: ProviderName | null;
  profile: Profile;
  oauthClientId: string | null;
  expectedEmail: string | null;
  mailboxId: string | null;
  customer: string | null;
  managedAccountsOnly: boolean;
  exclusive: boolean;
  surface: string;
  mailboxName?: string | null;
  externalId?: string | null;
  returnUrl?: string | null;
};

export type ConnectSessionStatus = 'pending' | 'connected' | 'failed' | 'cancelled' | 'expired';

/** What the page shows before anything happens. */
export type Invitation = {
  session: ConnectSession;
  workspaceName: string;
  scopes: string[];
  /** Address of the mailbox to reconnect, or the expected one. */
  email: string | null;
};

export type ConnectSessions = ReturnType<typeof createConnectSessions>;

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'providers' | 'settings' | 'linkSigner'>;

export const connectStatusOf = (session: ConnectSession, now: number): ConnectSessionStatus =>
  session.outcome?.status ?? (session.expiresAt <= now ? 'expired' : 'pending');

export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

export const newToken = ({ random }: Pick<Ports, 'random'>): string =>
  Buffer.from(random.bytes(32)).toString('base64url');

/** While somebody waits for an outcome, another process's outcome is noticed after this long at most. */
const pollMilliseconds = 500;

export function createConnectSessions(ports: Needs) {
  const { clock, random, store, providers, settings, linkSigner } = ports;
  const waiters = new Map<string, Set<AbortController>>();

  async function usableClient(
    workspaceId: string,
    request: NewConnectSession,
    mailbox: Mailbox | null,
  ): Promise<OAuthClient> {
    const client = request.oauthClientId
      ? await store.oauthClients.byId(request.oauthClientId)
      : ((mailbox && (await clientOfMailbox(mailbox))) ??
        (request.provider && (await store.oauthClients.choose(workspaceId, request.provider))));
    if (!client) {
      if (request.oauthClientId) throw notFound('OAuth client');
      const paused = await pausedClient(workspaceId, request.provider);
      if (paused) throw oauthClientPaused(paused);
      throw new GatewayError(
        'oauth_client_missing',
        `There is no OAuth client of the provider ${request.provider}.`,
      );
    }
    const isVisible = client.workspaceId === null || client.workspaceId === workspaceId;
    if (!isVisible || client.deletedAt !== null) throw notFound('OAuth client');
    if (request.provider !== null && client.provider !== request.provider) {
      throw invalidField('/oauth_client_id', `is an OAuth client of ${client.provider}`);
    }
    if (client.status === 'paused') throw oauthClientPaused(client);
    return client;
  }

  /** Why there is none to choose: a paused one is repaired, a missing one is made. */
  async function pausedClient(
    workspaceId: string,
    provider: ProviderName | null,
  ): Promise<OAuthClient | undefined> {
    const { items } = await store.oauthClients.listVisible(workspaceId, { after: null, limit: 100 });
    return items.find((client) => client.provider === provider && client.status === 'paused');
  }

  /** The client that a mailbox was connected with, unless it is gone. */
  async function clientOfMailbox(mailbox: Mailbox): Promise<OAuthClient | null> {
    const joined = await store.mailboxes.withGrant(mailbox.id);
    return joined && joined.oauthClient.deletedAt === null ? joined.oauthClient : null;
  }

  async function ownMailbox(workspaceId: string, request: NewConnectSession): Promise<Mailbox | null> {
    if (request.mailboxId === null) {
      if (request.provider === null)
        throw invalidField('/provider', 'is required unless mailbox_id is given');
      return null;
    }
    const mailbox = await store.mailboxes.byId(request.mailboxId);
    if (!mailbox || mailbox.workspaceId !== workspaceId) throw notFound('mailbox');
    if (request.provider !== null && request.provider !== mailbox.provider) {
      throw invalidField('/provider', `the mailbox is at ${mailbox.provider}`);
    }
    return mailbox;
  }

  async function issue(
    workspaceId: string,
    request: NewConnectSession,
  ): Promise<{ session: ConnectSession; url: string }> {
    const mailbox = await ownMailbox(workspaceId, request);
    const withProvider = { ...request, provider: mailbox?.provider ?? request.provider };
    const client = await usableClient(workspaceId, withProvider, mailbox);
    const token = newToken(ports);
    const now = clock.now();
    const session: ConnectSession = {
      id: random.id(),
      workspaceId,
      oauthClientId: client.id,
      provider: client.provider,
      profile: request.profile,
      tokenHash: hashOfToken(token),
      expectedEmail: mailbox?.email ?? request.expectedEmail?.toLowerCase() ?? null,
      mailboxId: mailbox?.id ?? null,
      customer: request.customer ?? mailbox?.customer ?? null,
      mailboxName: request.mailboxName ?? null,
      externalId: request.externalId ?? null,
      returnUrl: request.returnUrl ?? null,
      managedAccountsOnly: request.managedAccountsOnly,
      exclusive: request.exclusive,
      surface: request.surface,
      outcome: null,
      createdAt: now,
      expiresAt: now + settings.connectSessionSeconds * 1000,
      finishedAt: null,
      readAt: null,
    };
    await store.connectSessions.insert(session);
    return { session, url: `${settings.publicUrl}/connect/${token}` };
  }

  async function owned(workspaceId: string, id: string): Promise<ConnectSession> {
    const session = await store.connectSessions.byId(id);
    if (!session || session.workspaceId !== workspaceId) throw notFound('connect session');
    return session;
  }

  async function invitationTo(session: ConnectSession): Promise<Invitation> {
    const [workspace, client] = await Promise.all([
      store.workspaces.byId(session.workspaceId),
      store.oauthClients.byId(session.oauthClientId),
    ]);
    if (!workspace || !client || client.deletedAt !== null) throw notFound('connect session');
    const scopes = providers[session.provider].scopesFor(client, session.profile);
    return { session, workspaceName: workspace.name, scopes, email: session.expectedEmail };
  }

  return {
    /**
     * The link is in this answer and nowhere else. Throws `oauth_client_missing`, `oauth_client_paused`,
     * `not_found` for a foreign mailbox or OAuth client, `invalid_request` for a contradiction.
     */
    async create(
      principal: Principal,
      request: NewConnectSession,
    ): Promise<{ session: ConnectSession; url: string }> {
      return issue(workspaceFor(principal, 'connect_sessions:create'), request);
    },

    async read(principal: Principal, id: string): Promise<ConnectSession> {
      return owned(workspaceFor(principal, 'connect_sessions:read'), id);
    },

    /** Answers as soon as the session is over, or after `waitSeconds` with what it is then. */
    async waitFor(
      principal: Principal,
      id: string,
      waitSeconds: number,
      signal: AbortSignal,
    ): Promise<ConnectSession> {
      const workspaceId = workspaceFor(principal, 'connect_sessions:read');
      const end = clock.now() + waitSeconds * 1000;
      while (true) {
        const session = await owned(workspaceId, id);
        const remaining = Math.min(end, session.expiresAt) - clock.now();
        if (session.outcome || remaining <= 0 || signal.aborted) return session;
        await sleepUntilFinished(id, Math.min(remaining, pollMilliseconds), signal);
      }
    },

    /** Throws `connect_session_over` when there is nothing left to cancel. */
    async cancel(principal: Principal, id: string): Promise<ConnectSession> {
      const workspaceId = workspaceFor(principal, 'connect_sessions:create');
      const session = await owned(workspaceId, id);
      const now = clock.now();
      if (
        session.expiresAt <= now ||
        !(await store.connectSessions.finish(id, { status: 'cancelled' }, now))
      ) {
        throw new GatewayError('connect_session_over', 'This connect session is over already.');
      }
      this.announce(id);
      return owned(workspaceId, id);
    },

    /**
     * For surfaces whose results are handed out once: the session, or null when it is unknown, of another
     * workspace, or its result was read before.
     */
    async readOnce(workspaceId: string, id: string): Promise<ConnectSession | null> {
      const session = await store.connectSessions.byId(id);
      if (!session || session.workspaceId !== workspaceId) return null;
      if (session.outcome === null) return session;
      return (await store.connectSessions.markRead(id, clock.now())) ? session : null;
    },

    /** What a link invites to; null for an unknown link. Changes nothing: link scanners open links. */
    async invitation(token: string): Promise<Invitation | null> {
      const session = await store.connectSessions.byTokenHash(hashOfToken(token));
      return session && invitationTo(session);
    },

    /** What a reconnect link invites to: workspace and address; null when it is forged or over. */
    async reconnectInvitation(token: string): Promise<{ mailbox: Mailbox; workspaceName: string } | null> {
      const mailboxId = readReconnectToken({ clock, linkSigner }, token);
      const mailbox = mailboxId && (await store.mailboxes.byId(mailboxId));
      const workspace = mailbox && (await store.workspaces.byId(mailbox.workspaceId));
      return workspace ? { mailbox, workspaceName: workspace.name } : null;
    },

    /** Turns a reconnect link into a connect session; null when it is forged or over. */
    async reconnect(token: string): Promise<{ session: ConnectSession; url: string } | null> {
      const invitation = await this.reconnectInvitation(token);
      if (!invitation) return null;
      return issue(invitation.mailbox.workspaceId, {
        provider: null,
        profile: await profileOf(invitation.mailbox),
        oauthClientId: null,
        expectedEmail: null,
        mailboxId: invitation.mailbox.id,
        customer: null,
        managedAccountsOnly: false,
        exclusive: false,
        surface: 'reconnect',
      });
    },

    /** Wakes those in this process who wait for this session. */
    announce(id: string): void {
      for (const waiter of waiters.get(id) ?? []) waiter.abort();
    },
  };

  /** The profile that the mailbox was connected with, read off its scope. */
  async function profileOf(mailbox: Mailbox): Promise<Profile> {
    const joined = await store.mailboxes.withGrant(mailbox.id);
    if (!joined) return 'full';
    const transports = providers[mailbox.provider].transports(joined.oauthClient, joined.grant.scope);
    return transports.includes('imap') || transports.includes('smtp') || transports.length === 0
      ? 'full'
      : 'api';
  }

  async function sleepUntilFinished(id: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    const waiter = new AbortController();
    const own = waiters.get(id) ?? new Set();
    waiters.set(id, own.add(waiter));
    await clock.sleep(milliseconds, AbortSignal.any([signal, waiter.signal]));
    own.delete(waiter);
    if (own.size === 0) waiters.delete(id);
  }
}

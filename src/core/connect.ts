// Connect sessions: our invitation to connect one mailbox. One link, one person, ten minutes; longer only while it waits
// for somebody (setbacks.ts). The way to the provider and back is in authorization.ts.
import { createHash } from 'node:crypto';
import { isBranded } from './branding.ts';
import type { ReasonCode } from './diagnosis.ts';
import { GatewayError, invalidField, notFound } from './errors.ts';
import type { Mailbox } from './mailboxes.ts';
import type { OAuthClient, ProviderName } from './oauth-clients.ts';
import type { Origins } from './origins.ts';
import type { Ports, Profile, ProviderWords } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import { createSessionClients } from './session-clients.ts';
import type { Setback, SetbackStatus } from './setbacks.ts';
import { readSignedToken } from './signed-link.ts';
import { isAllowedReturnUrl, type Workspace } from './workspaces.ts';

/** How a session ended. `expired` is not stored: it follows from `expiresAt`. */
export type ConnectOutcome =
  | { status: 'connected'; mailboxId: string; email: string; name: string; reconnected: boolean }
  | { status: 'failed'; reason: ReasonCode; provider: ProviderWords | null; missingScopes: string[] }
  | { status: 'cancelled' };

/**
 * What happens when the provider has said yes. `result_page`: ours. `redirect`: the browser goes to the return URL.
 * `confirm`: it goes there with a one-time code, and nothing is connected before the caller's backend has sent the
 * code to us: a link that was forwarded to somebody else then connects nothing.
 */
export type Completion = 'result_page' | 'redirect' | 'confirm';

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
  /** Lower case: a mailbox without a sign-in of its own, which whoever signs in may open. */
  sharedMailbox: string | null;
  /** Set for a reconnect: the mailbox keeps its id. */
  mailboxId: string | null;
  customer: string | null;
  /** For the mailbox to be; null = as the provider says. */
  mailboxName: string | null;
  externalId: string | null;
  completion: Completion;
  /** Where the browser goes when the mailbox is connected; null = our result page. */
  returnUrl: string | null;
  /** Only accounts of an organisation (Google Workspace, Entra directory). */
  managedAccountsOnly: boolean;
  /** Refuse a mailbox that another workspace has. */
  exclusive: boolean;
  /** Whether a setback leaves the session open for another try; otherwise it ends it. */
  isRetryable: boolean;
  /** Which HTTP surface made it. */
  surface: string;
  /** What the last try came to; null while nobody came back, and when an administrator has approved since. */
  setback: Setback | null;
  /** When an administrator approved, as the provider's page said: a hint that another try is worth it. */
  adminConsentedAt: number | null;
  /** Null = not over. */
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
  sharedMailbox?: string | null;
  mailboxId: string | null;
  customer: string | null;
  managedAccountsOnly: boolean;
  exclusive: boolean;
  isRetryable?: boolean;
  surface: string;
  mailboxName?: string | null;
  externalId?: string | null;
  completion?: Completion;
  returnUrl?: string | null;
};

export type ConnectSessionStatus = 'pending' | SetbackStatus | ConnectOutcome['status'] | 'expired';

/** What the page shows before anything happens. */
export type Invitation = {
  session: ConnectSession;
  workspace: Workspace;
  oauthClient: OAuthClient;
  scopes: string[];
  /** Address of the mailbox to reconnect, or the expected one. */
  email: string | null;
  /** Host of all pages of this session. */
  origin: string;
};

export type ConnectSessions = ReturnType<typeof createConnectSessions>;

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'providers' | 'settings' | 'linkSigner'> & {
  origins: Origins;
};

export const connectStatusOf = (session: ConnectSession, now: number): ConnectSessionStatus => {
  if (session.outcome) return session.outcome.status;
  return session.expiresAt <= now ? 'expired' : (session.setback?.status ?? 'pending');
};

/** True while somebody may still go to the provider for it. */
export const isOpen = (session: ConnectSession, now: number): boolean =>
  session.outcome === null &&
  session.expiresAt > now &&
  session.setback?.status !== 'waiting_for_confirmation';

export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

export const newToken = ({ random }: Pick<Ports, 'random'>): string =>
  Buffer.from(random.bytes(32)).toString('base64url');

/** While somebody waits for an outcome, another process's outcome is noticed after this long at most. */
const pollMilliseconds = 500;

export function createConnectSessions(ports: Needs) {
  const { clock, random, store, providers, settings, linkSigner, origins } = ports;
  const clients = createSessionClients(ports);
  const waiters = new Map<string, Set<AbortController>>();

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
    const client = await clients.usable(workspaceId, withProvider, mailbox);
    const token = newToken(ports);
    const now = clock.now();
    const session: ConnectSession = {
      id: random.id(),
      workspaceId,
      oauthClientId: client.id,
      provider: client.provider,
      profile: request.profile,
      tokenHash: hashOfToken(token),
      expectedEmail: expectedAddress(request, mailbox),
      sharedMailbox: sharedAddress(request, mailbox, client),
      mailboxId: mailbox?.id ?? null,
      customer: request.customer ?? mailbox?.customer ?? null,
      mailboxName: request.mailboxName ?? null,
      externalId: request.externalId ?? null,
      completion: request.completion ?? 'result_page',
      returnUrl: request.returnUrl ?? null,
      managedAccountsOnly: request.managedAccountsOnly,
      exclusive: request.exclusive,
      isRetryable: request.isRetryable ?? false,
      surface: request.surface,
      setback: null,
      adminConsentedAt: null,
      outcome: null,
      createdAt: now,
      expiresAt: now + settings.connectSessionSeconds * 1000,
      finishedAt: null,
      readAt: null,
    };
    await requireSound(session, client);
    await store.connectSessions.insert(session);
    return { session, url: `${await origins.ofClient(client)}/connect/${token}` };
  }

  /** Throws `invalid_request` for what could only fail later, before the person's eyes. */
  async function requireSound(session: ConnectSession, client: OAuthClient): Promise<void> {
    const isSignIn = client.grantType === 'authorization_code';
    if (!isSignIn && session.expectedEmail === null) {
      throw invalidField('/expected_email', 'is required with an OAuth client that acts without a sign-in');
    }
    if (!isSignIn && session.completion === 'confirm') {
      throw invalidField('/completion', 'there is no sign-in that could be confirmed');
    }
    if (session.completion !== 'result_page' && session.returnUrl === null) {
      throw invalidField('/return_url', 'is required for this completion');
    }
    if (session.returnUrl === null) return;
    const workspace = await store.workspaces.byId(session.workspaceId);
    // A dialect whose programs name any return URL goes on without a list; who has entered one, means it.
    const isFree = session.surface !== 'native' && workspace?.settings.returnUrls.length === 0;
    if (!isFree && !(workspace && isAllowedReturnUrl(workspace.settings, session.returnUrl))) {
      throw invalidField('/return_url', "is not among the workspace's return URLs");
    }
  }

  async function owned(workspaceId: string, id: string): Promise<ConnectSession> {
    const session = await store.connectSessions.byId(id);
    if (!session || session.workspaceId !== workspaceId) throw notFound('connect session');
    return session;
  }

  async function invitationTo(session: ConnectSession): Promise<Invitation> {
    const [workspace, oauthClient] = await Promise.all([
      store.workspaces.byId(session.workspaceId),
      store.oauthClients.byId(session.oauthClientId),
    ]);
    if (!workspace || !oauthClient || oauthClient.deletedAt !== null) throw notFound('connect session');
    return {
      session,
      workspace,
      oauthClient,
      scopes: providers[session.provider].scopesFor(oauthClient, session.profile),
      email: session.sharedMailbox ?? session.expectedEmail,
      origin: await origins.ofClient(oauthClient),
    };
  }

  return {
    /**
     * The link is in this answer and nowhere else. Throws `oauth_client_missing`, `oauth_client_paused`,
     * `not_found` for a foreign mailbox or OAuth client, `invalid_request` for a contradiction or a return URL that
     * the workspace has not entered.
     */
    async create(
      principal: Principal,
      request: NewConnectSession,
    ): Promise<{ session: ConnectSession; url: string }> {
      return issue(workspaceFor(principal, 'connect_sessions:create'), request);
    },

    /** For pages of ours that make a session for whoever stands before them: the caller has no API key. */
    issue,

    async read(principal: Principal, id: string): Promise<ConnectSession> {
      return owned(workspaceFor(principal, 'connect_sessions:read'), id);
    },

    /** Answers as soon as the session's status is another, or after `waitSeconds` with what it is then. */
    async waitFor(
      principal: Principal,
      id: string,
      waitSeconds: number,
      signal: AbortSignal,
    ): Promise<ConnectSession> {
      const workspaceId = workspaceFor(principal, 'connect_sessions:read');
      const end = clock.now() + waitSeconds * 1000;
      const first = await owned(workspaceId, id);
      while (true) {
        const session = await owned(workspaceId, id);
        const remaining = Math.min(end, session.expiresAt) - clock.now();
        const isChanged = session.setback?.status !== first.setback?.status;
        if (session.outcome || isChanged || remaining <= 0 || signal.aborted) return session;
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

    /** What the session of a way back invites to, for another try; null when it is gone. */
    async invitationOf(sessionId: string): Promise<Invitation | null> {
      const session = await store.connectSessions.byId(sessionId);
      return session && invitationTo(session);
    },

    /** What a reconnect link invites to; null when it is forged or over. */
    async reconnectInvitation(token: string): Promise<ReconnectInvitation | null> {
      const [mailboxId] = readSignedToken({ clock, linkSigner }, 'reconnect', token)?.parts ?? [];
      const mailbox = mailboxId === undefined ? null : await store.mailboxes.byId(mailboxId);
      const workspace = mailbox && (await store.workspaces.byId(mailbox.workspaceId));
      return workspace ? { mailbox, workspace, origin: await originFor(mailbox) } : null;
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
        isRetryable: true,
        surface: 'reconnect',
      });
    },

    /** Wakes those in this process who wait for this session. */
    announce(id: string): void {
      for (const waiter of waiters.get(id) ?? []) waiter.abort();
    },
  };

  /** The server's own host as long as there is no client to reconnect with: the page can say so there. */
  async function originFor(mailbox: Mailbox): Promise<string> {
    const { workspaceId, provider } = mailbox;
    const client = await clients
      .usable(workspaceId, { oauthClientId: null, provider }, mailbox)
      .catch((error: unknown) => {
        if (error instanceof GatewayError) return null;
        throw error;
      });
    return client ? origins.ofClient(client) : origins.ofWorkspace(null);
  }

  /** The profile that the mailbox was connected with, read off its scope. */
  async function profileOf(mailbox: Mailbox): Promise<Profile> {
    const joined = await store.mailboxes.withGrant(mailbox.id);
    if (!joined) return 'full';
    const { oauthClient, grant } = joined;
    const provider = providers[mailbox.provider];
    const narrowest = (['send_only', 'api', 'full'] satisfies Profile[]).find((profile) => {
      const asked = provider.transports(oauthClient, provider.scopesFor(oauthClient, profile).join(' '));
      return provider.transports(oauthClient, grant.scope).every((transport) => asked.includes(transport));
    });
    return grant.scope === '' ? 'full' : (narrowest ?? 'full');
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

/** `origin`: host of the page, which is that of the client that a reconnect goes by. */
export type ReconnectInvitation = { mailbox: Mailbox; workspace: Workspace; origin: string };

/** Which name the pages show: a workspace with a brand is known by that. */
export const nameOf = ({ name, settings: { branding } }: Workspace): string =>
  (isBranded(branding) ? branding.displayName : null) ?? name;

/** A shared mailbox is opened by whoever may; who that is, no session says. */
function expectedAddress(request: NewConnectSession, mailbox: Mailbox | null): string | null {
  if (mailbox) return mailbox.delegateEmail ?? mailbox.email;
  return request.expectedEmail?.toLowerCase() ?? null;
}

function sharedAddress(
  request: NewConnectSession,
  mailbox: Mailbox | null,
  client: OAuthClient,
): string | null {
  if (mailbox) return mailbox.delegateEmail === null ? null : mailbox.email;
  const address = request.sharedMailbox?.toLowerCase() ?? null;
  if (address === null) return null;
  if (client.provider !== 'microsoft') throw invalidField('/shared_mailbox', 'belongs to Microsoft only');
  if (client.grantType !== 'authorization_code') {
    throw invalidField(
      '/shared_mailbox',
      'name the mailbox in `expected_email`: this OAuth client needs no delegate',
    );
  }
  return address;
}

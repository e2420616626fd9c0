// Connect sessions as their callers see them: make one, read it, wait for it, cancel it. What one is stands in
// connect-session.ts; the way to the provider and back is in authorization.ts.
import { record } from './audit.ts';
import {
  type ConnectSession,
  type ConnectSessionStatus,
  connectStatusOf,
  type NewConnectSession,
} from './connect-session.ts';
import { GatewayError, notFound } from './errors.ts';
import { createInvitations } from './invitations.ts';
import { createNewSessions, type IssuedSession } from './new-sessions.ts';
import type { Origins } from './origins.ts';
import type { Page, PageRequest, Ports } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';

export type ConnectSessions = ReturnType<typeof createConnectSessions>;

type Needs = Pick<
  Ports,
  'clock' | 'random' | 'store' | 'providers' | 'settings' | 'linkSigner' | 'webhookSender'
> & {
  origins: Origins;
};

/** While somebody waits for an outcome, another process's outcome is noticed after this long at most. */
const pollMilliseconds = 500;

export function createConnectSessions(ports: Needs) {
  const { clock, store } = ports;
  const newSessions = createNewSessions(ports);
  const waiters = new Map<string, Set<AbortController>>();

  async function owned(workspaceId: string, id: string): Promise<ConnectSession> {
    const session = await store.connectSessions.byId(id);
    if (!session || session.workspaceId !== workspaceId) throw notFound('connect session');
    return session;
  }

  return {
    /**
     * The link is in this answer and nowhere else. Throws `oauth_client_missing`, `oauth_client_paused`,
     * `not_found` for a foreign mailbox or OAuth client, `invalid_request` for a contradiction or a return URL that
     * the workspace has not entered.
     */
    async create(principal: Principal, request: NewConnectSession): Promise<IssuedSession> {
      return newSessions.issue(workspaceFor(principal, 'connect_sessions:create'), request, principal);
    },

    /** For pages of ours that make a session for whoever stands before them: the caller has no API key. */
    issue: newSessions.issue,

    ...createInvitations({ ...ports, newSessions }),

    async read(principal: Principal, id: string): Promise<ConnectSession> {
      return owned(workspaceFor(principal, 'connect_sessions:read'), id);
    },

    /** Newest first; `status` as it is now. */
    async list(
      principal: Principal,
      { status }: { status?: ConnectSessionStatus },
      page: PageRequest,
    ): Promise<Page<ConnectSession>> {
      const workspaceId = workspaceFor(principal, 'connect_sessions:read');
      return store.connectSessions.list(workspaceId, status ? { status, now: clock.now() } : null, page);
    },

    /**
     * Answers as soon as the session's status is another than `knownStatus`, or after `waitSeconds` with what it is
     * then. Who knows no status waits for another one than it has now, and misses what changed since it asked last.
     */
    async waitFor(
      principal: Principal,
      id: string,
      { waitSeconds, knownStatus }: { waitSeconds: number; knownStatus: ConnectSessionStatus | null },
      signal: AbortSignal,
    ): Promise<ConnectSession> {
      const workspaceId = workspaceFor(principal, 'connect_sessions:read');
      const end = clock.now() + waitSeconds * 1000;
      let session = await owned(workspaceId, id);
      const known = knownStatus ?? connectStatusOf(session, clock.now());
      while (true) {
        const remaining = Math.min(end, session.expiresAt) - clock.now();
        const isChanged = connectStatusOf(session, clock.now()) !== known;
        if (session.outcome || isChanged || remaining <= 0 || signal.aborted) return session;
        await sleepUntilFinished(id, Math.min(remaining, pollMilliseconds), signal);
        session = await owned(workspaceId, id);
      }
    },

    /** Throws `connect_session_over` when there is nothing left to cancel. */
    async cancel(principal: Principal, id: string): Promise<ConnectSession> {
      const workspaceId = workspaceFor(principal, 'connect_sessions:create');
      const session = await owned(workspaceId, id);
      const now = clock.now();
      const isCancelled = await store.transaction(async (rows) => {
        if (session.expiresAt <= now) return false;
        if (!(await rows.connectSessions.finish(id, { status: 'cancelled' }, now))) return false;
        const action = 'connect_session.cancelled';
        await record(ports, rows, principal, { workspaceId, action, objectId: id });
        return true;
      });
      if (!isCancelled) {
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

    /** Wakes those in this process who wait for this session. */
    announce(id: string): void {
      for (const waiter of waiters.get(id) ?? []) waiter.abort();
    },
  };

  async function sleepUntilFinished(id: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    const waiter = new AbortController();
    const own = waiters.get(id) ?? new Set();
    waiters.set(id, own.add(waiter));
    await clock.sleep(milliseconds, AbortSignal.any([signal, waiter.signal]));
    own.delete(waiter);
    if (own.size === 0) waiters.delete(id);
  }
}

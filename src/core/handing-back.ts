// Handing back what must not be kept: authorizations that were refused, or that nobody confirmed. Google's revocation
// ends everything of a person at a registration, so one other use anywhere keeps it.
import type { Authorized } from './code-exchange.ts';
import type { ConnectSession } from './connect-session.ts';
import { hasOtherUse } from './other-uses.ts';
import type { Ports } from './ports.ts';

/** A confirmation that came in the last moment has this long to be done, before what it connects is handed back. */
const confirmationGraceMilliseconds = 300_000;

type Needs = Pick<Ports, 'clock' | 'log' | 'store' | 'providers' | 'settings'>;

export type HandingBack = ReturnType<typeof createHandingBack>;

export function createHandingBack(ports: Needs) {
  const { clock, log, store, providers, settings } = ports;

  /** Hands back what we must not keep, unless that would end a connection that exists (Google revokes all). */
  async function discard(session: ConnectSession, authorized: Omit<Authorized, 'client'>): Promise<void> {
    const { tokens, identity } = authorized;
    const { revoke } = providers[session.provider];
    const client = await store.oauthClients.byId(session.oauthClientId);
    if (!revoke || !tokens.refreshToken || !client) return;
    if (await hasOtherUse(ports, session.workspaceId, client, { ...identity, sessionId: session.id })) return;
    const deadline = clock.deadline(settings.providerTimeoutSeconds * 1000);
    const attempt = await revoke(client, tokens.refreshToken, deadline);
    if (!attempt.ok)
      log.warn('a refused grant could not be revoked', { sessionId: session.id, failure: attempt.failure });
  }

  const discardQuietly = (session: ConnectSession, authorized: Omit<Authorized, 'client'>): Promise<void> =>
    discard(session, authorized).catch((error: unknown) =>
      log.error('a refused grant could not be handed back', { sessionId: session.id, error }),
    );

  async function discardHeld(sessionId: string): Promise<void> {
    const [session, held] = await Promise.all([
      store.connectSessions.byId(sessionId),
      // One that no key opens any more must not keep the others waiting.
      store.connectSessions.held(sessionId).catch((error: unknown) => {
        log.error('what a connect session held cannot be read', { sessionId, error });
        return null;
      }),
    ]);
    const isOurs = await store.connectSessions.forgetHeld(sessionId);
    if (session && held && isOurs) await discardQuietly(session, held);
  }

  return {
    /** Never throws: what could not be handed back is logged. */
    discardQuietly,

    /** Hands back what sessions held that were never confirmed; says how many there were. */
    async discardUnconfirmed(limit: number): Promise<number> {
      const before = clock.now() - confirmationGraceMilliseconds;
      const ids = await store.connectSessions.expiredHolding(before, limit);
      for (const id of ids) await discardHeld(id);
      return ids.length;
    },

    /** Before an OAuth client goes with its credentials: what its sessions hold could not be handed back afterwards. */
    async discardHeldOf(oauthClientId: string): Promise<void> {
      for (const id of await store.connectSessions.holdingOf(oauthClientId)) await discardHeld(id);
    },
  };
}

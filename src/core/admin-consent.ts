// The approval of an administrator, where people may not allow mail access alone (Microsoft Entra). The administrator
// gets a link of their own: through the link of the mailbox owner they would connect their own mailbox. What the
// provider's page answers is a hint and nothing more; the proof is the mailbox owner's next try.
import type { ConnectSessions } from './connect.ts';
import { type ConnectSession, isOpen } from './connect-session.ts';
import { linkOver } from './errors.ts';
import { raise } from './events.ts';
import type { Invitation } from './invitations.ts';
import type { Links } from './links.ts';
import { oauthClientPaused } from './oauth-client-pause.ts';
import { type Origins, redirectUriOf } from './origins.ts';
import type { AdminConsent, Ports } from './ports.ts';
import type { SessionResults } from './session-results.ts';
import { expiryAfterConsent } from './setbacks.ts';
import { type LinkPurpose, readSignedToken, signedToken } from './signed-link.ts';
import type { Workspace } from './workspaces.ts';

/** `consent` null = the answer belongs to no request of ours. `isOpen`: the mailbox owner's link works. `againUrl`: for
 * an administrator who thinks better of it. */
export type AdminArrival =
  | { consent: AdminConsent; workspace: Workspace; isOpen: boolean; againUrl: string }
  | { consent: null };

/** What tells the state of this way from that of an authorization request. */
export const adminStatePrefix = 'admin.';

/** The provider's page stands open for this long at most. */
const stateSeconds = 3600;

export type AdminConsents = ReturnType<typeof createAdminConsents>;

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'providers' | 'settings' | 'linkSigner'> & {
  connectSessions: ConnectSessions;
  results: SessionResults;
  links: Links;
  origins: Origins;
};

export function createAdminConsents(ports: Needs) {
  const { clock, store, providers, settings, connectSessions, results, links, origins } = ports;

  /** The session that a link or a state is about, also when it is over; null when forged or too old. */
  async function sessionOf(purpose: LinkPurpose, token: string): Promise<Invitation | null> {
    const [sessionId] = readSignedToken(ports, purpose, token)?.parts ?? [];
    return sessionId === undefined ? null : connectSessions.invitationOf(sessionId);
  }

  /** What a link for an administrator is about; null when forged or too old. */
  const invitation = (token: string): Promise<Invitation | null> => sessionOf('admin-consent', token);

  return {
    invitation,

    /** Whether the provider has such a page: only Microsoft has. */
    isPossible: ({ provider }: Pick<ConnectSession, 'provider'>): boolean =>
      providers[provider].adminConsentUrl !== null,

    /** The address to send to the administrator; null where the provider has no such page. */
    async urlFor(session: ConnectSession): Promise<string | null> {
      const client = await store.oauthClients.byId(session.oauthClientId);
      if (!client || client.deletedAt !== null || !this.isPossible(session)) return null;
      return links.adminConsentUrl(session.id, client);
    },

    /** The person at the link says that an administrator must approve. Throws `connect_session_over`. */
    async await(session: ConnectSession): Promise<void> {
      const mayWait = session.isRetryable && isOpen(session, clock.now()) && this.isPossible(session);
      if (!mayWait) throw linkOver();
      if (session.setback?.status === 'waiting_for_admin') return;
      const setback = { at: clock.now(), status: 'waiting_for_admin', provider: null } as const;
      if (!(await results.setBack(session, setback))) throw linkOver();
    },

    /** Where the administrator goes. Throws `not_found`, `oauth_client_paused`, `connect_session_over`. */
    async depart(token: string): Promise<{ authorizationUrl: string }> {
      const found = await invitation(token);
      const adminConsentUrl = found && providers[found.session.provider].adminConsentUrl;
      if (!found || !adminConsentUrl) throw linkOver();
      const { session, oauthClient, scopes } = found;
      if (oauthClient.status === 'paused') throw oauthClientPaused(oauthClient);
      const parts = [session.id];
      const state = signedToken(ports, 'admin-state', { parts, lifeSeconds: stateSeconds });
      const redirectUri = redirectUriOf(await origins.ofClient(oauthClient), oauthClient.id);
      const request = { redirectUri, scopes, state: `${adminStatePrefix}${state}`, entraTenant: null };
      return { authorizationUrl: adminConsentUrl(oauthClient, request) };
    },

    /** The provider sent the administrator back. Never throws for what the browser or the provider did. */
    async arrive(callback: { oauthClientId: string; parameters: URLSearchParams }): Promise<AdminArrival> {
      const state = callback.parameters.get('state') ?? '';
      const found = state.startsWith(adminStatePrefix)
        ? await sessionOf('admin-state', state.slice(adminStatePrefix.length)).catch(() => null)
        : null;
      if (!found || found.oauthClient.id !== callback.oauthClientId) return { consent: null };
      const { session, workspace } = found;
      const consent = providers[session.provider].readAdminConsent(callback.parameters);
      if (!consent) return { consent: null };
      if (consent.isGranted) await note(session);
      const againUrl = await links.adminConsentUrl(session.id, found.oauthClient);
      return { consent, workspace, isOpen: isOpen(session, clock.now()), againUrl };
    },
  };

  /** A session that waits is open for its owner again; the event tells whoever wants to send them a word. */
  async function note(session: ConnectSession): Promise<void> {
    const at = clock.now();
    await store.transaction(async (rows) => {
      await rows.lock(`connect session ${session.id}`);
      const now = await rows.connectSessions.byId(session.id);
      if (!now) return;
      // Who was turned away for want of it may have pressed cancel, or closed the window.
      const { status } = now.setback ?? { status: null };
      const isHeldUp = status === 'waiting_for_admin' || status === 'declined';
      await rows.connectSessions.update(session.id, {
        adminConsentedAt: at,
        ...(isHeldUp ? { setback: null } : {}),
        ...(session.isRetryable ? { expiresAt: expiryAfterConsent(now, settings) } : {}),
      });
      if (now.adminConsentedAt !== null) return;
      await raise(ports, rows, {
        workspaceId: session.workspaceId,
        type: 'connect_session.admin_consented',
        objectId: session.id,
        data: {},
        createdAt: at,
      });
    });
    connectSessions.announce(session.id);
  }
}

// What links invite to: the link of a connect session, and the reconnect link, which makes one when it is used. Looking
// changes nothing: link scanners open links.
import { isBranded } from './branding.ts';
import { type ConnectSession, hashOfToken, type NewConnectSession } from './connect-session.ts';
import { GatewayError, notFound } from './errors.ts';
import { countLinkUse, type LinkBound } from './link-uses.ts';
import type { Mailbox } from './mailboxes.ts';
import type { NewSessions } from './new-sessions.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { Origins } from './origins.ts';
import type { Ports, Profile } from './ports.ts';
import { createSessionClients } from './session-clients.ts';
import { readSignedToken } from './signed-link.ts';
import type { Workspace } from './workspaces.ts';

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

/** `origin`: host of the page, which is that of the client that a reconnect goes by. */
export type ReconnectInvitation = { mailbox: Mailbox; workspace: Workspace; origin: string };

/** One person, one mailbox: a few tries, and no flood of sessions. */
const reconnectBound = {
  purpose: 'reconnect',
  usesMax: 20,
  windowMilliseconds: 3_600_000,
} as const satisfies LinkBound;

type Needs = Pick<Ports, 'clock' | 'store' | 'providers' | 'linkSigner'> & {
  origins: Origins;
  newSessions: NewSessions;
};

export function createInvitations({ clock, store, providers, linkSigner, origins, newSessions }: Needs) {
  const clients = createSessionClients({ store });

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
    /** What a link invites to; null for an unknown link. */
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

    /** Turns a reconnect link into a connect session; null when it is forged or over. Throws `rate_limited`. */
    async reconnect(token: string): Promise<{ session: ConnectSession; url: string } | null> {
      const invitation = await this.reconnectInvitation(token);
      const signed = readSignedToken({ clock, linkSigner }, 'reconnect', token);
      if (!invitation || !signed) return null;
      await countLinkUse({ clock, store }, reconnectBound, [...signed.parts, signed.expiresAt]);
      const request: NewConnectSession = {
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
      };
      return newSessions.issue(invitation.mailbox.workspaceId, request, null);
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
}

/** Which name the pages show: a workspace with a brand is known by that. */
export const nameOf = ({ name, settings: { branding } }: Workspace): string =>
  (isBranded(branding) ? branding.displayName : null) ?? name;

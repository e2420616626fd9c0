// The connect page of a workspace's customer: a link that needs no API key, shows which providers the customer can
// connect with, and makes a connect session for whoever chooses one. An OAuth client of the workspace's own is offered
// when it was opened to customers; else a shared one of the same provider. A link ends with its time, or with all others
// of the workspace when it takes them back: each carries the generation that it was made in.
import { record } from './audit.ts';
import type { ConnectSessions } from './connect.ts';
import type { ConnectSession, NewConnectSession } from './connect-session.ts';
import { GatewayError, notFound } from './errors.ts';
import { countLinkUse, type LinkBound } from './link-uses.ts';
import type { OAuthClient, ProviderName } from './oauth-clients.ts';
import type { Origins } from './origins.ts';
import type { Ports, Profile } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import { readSignedToken, signedToken } from './signed-link.ts';
import type { Workspace } from './workspaces.ts';

export type CustomerPage = {
  workspace: Workspace;
  customer: string;
  profile: Profile;
  /** What can be connected, in the order of the list of providers. */
  choices: { provider: ProviderName; oauthClient: OAuthClient }[];
  /** Host of the page. */
  origin: string;
};

/** A customer may have many mailboxes; whoever found the link must not fill the database. */
const linkBound = {
  purpose: 'customer',
  usesMax: 30,
  windowMilliseconds: 3_600_000,
} as const satisfies LinkBound;

export type CustomerPages = ReturnType<typeof createCustomerPages>;

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'providers' | 'linkSigner'> & {
  connectSessions: ConnectSessions;
  origins: Origins;
};

export function createCustomerPages(ports: Needs) {
  const { store, providers, connectSessions, origins } = ports;

  async function page(token: string): Promise<CustomerPage | null> {
    const [workspaceId, encoded, profile, generation] =
      readSignedToken(ports, 'customer', token)?.parts ?? [];
    const workspace = workspaceId === undefined ? null : await store.workspaces.byId(workspaceId);
    if (!workspace || encoded === undefined || !isProfile(profile)) return null;
    if (generation !== String(workspace.settings.customerLinkGeneration)) return null;
    const names: ProviderName[] = [providers.microsoft.name, providers.google.name];
    const found = await Promise.all(
      names.map((provider) => store.oauthClients.choose(workspace.id, provider, 'customers')),
    );
    return {
      workspace,
      customer: Buffer.from(encoded, 'base64url').toString('utf8'),
      profile,
      choices: found
        .filter((client) => client !== null)
        .map((oauthClient) => ({ provider: oauthClient.provider, oauthClient })),
      origin: origins.ofWorkspace(workspace),
    };
  }

  return {
    /** `lifeSeconds`: how long the link is good. */
    async link(
      principal: Principal,
      { customer, profile, lifeSeconds }: { customer: string; profile: Profile; lifeSeconds: number },
    ): Promise<{ url: string; expiresAt: number }> {
      const workspaceId = workspaceFor(principal, 'connect_sessions:create');
      const workspace = await store.workspaces.byId(workspaceId);
      if (!workspace) throw notFound('workspace');
      const generation = String(workspace.settings.customerLinkGeneration);
      const parts = [workspaceId, Buffer.from(customer).toString('base64url'), profile, generation];
      const token = signedToken(ports, 'customer', { parts, lifeSeconds });
      const expiresAt = readSignedToken(ports, 'customer', token)?.expiresAt ?? 0;
      // Nothing else is stored of it: the link says all of itself.
      await record(ports, store, principal, {
        workspaceId,
        action: 'customer_link.created',
        objectId: null,
        data: { profile, expires_at: new Date(expiresAt).toISOString() },
      });
      return { url: `${origins.ofWorkspace(workspace)}/customers/${token}`, expiresAt };
    },

    /** Ends every link that the principal's workspace has handed out so far. */
    async revokeLinks(principal: Principal): Promise<void> {
      const id = workspaceFor(principal, 'settings:update');
      await store.transaction(async (rows) => {
        await rows.lock(`workspace ${id}`);
        const workspace = await rows.workspaces.byId(id);
        if (!workspace) throw notFound('workspace');
        const { settings } = workspace;
        const customerLinkGeneration = settings.customerLinkGeneration + 1;
        await rows.workspaces.saveSettings(id, { ...settings, customerLinkGeneration });
        await record(ports, rows, principal, {
          workspaceId: id,
          action: 'customer_links.revoked',
          objectId: null,
        });
      });
    },

    /** What the link shows; null when it is forged, over or taken back. Changes nothing. */
    page,

    /**
     * Makes the connect session of a choice. Throws `oauth_client_missing` when it is not offered (any more),
     * `rate_limited`.
     */
    async choose(token: string, provider: string): Promise<{ session: ConnectSession; url: string } | null> {
      const shown = await page(token);
      const signed = readSignedToken(ports, 'customer', token);
      if (!shown || !signed) return null;
      const choice = shown.choices.find((each) => each.provider === provider);
      if (!choice) throw new GatewayError('oauth_client_missing', 'This provider is not offered here.');
      await countLinkUse(ports, linkBound, [...signed.parts, signed.expiresAt]);
      const request: NewConnectSession = {
        provider: choice.provider,
        profile: shown.profile,
        oauthClientId: choice.oauthClient.id,
        expectedEmail: null,
        mailboxId: null,
        customer: shown.customer,
        managedAccountsOnly: false,
        exclusive: false,
        isRetryable: true,
        surface: 'customer',
      };
      return connectSessions.issue(shown.workspace.id, request, null);
    },
  };
}

const isProfile = (text: string | undefined): text is Profile =>
  text === 'full' || text === 'api' || text === 'send_only';

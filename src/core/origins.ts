// Under which host people see us. A workspace with its own host shows the pages and the callbacks of its own OAuth
// clients there; shared clients are registered with this server's host, so their pages are there. Pages and callback
// of one way are always on one host: the cookie that binds the browser belongs to it.
import type { OAuthClient } from './oauth-clients.ts';
import type { Ports } from './ports.ts';
import type { Workspace } from './workspaces.ts';

/** Where the provider sends the browser back to. One path per OAuth client (RFC 9700 section 4.4.2). */
export const redirectUriOf = (origin: string, oauthClientId: string): string =>
  `${origin}/oauth/callback/${oauthClientId}`;

export type Origins = ReturnType<typeof createOrigins>;

export function createOrigins({ store, settings }: Pick<Ports, 'store' | 'settings'>) {
  const ofWorkspace = (workspace: Workspace | null): string =>
    workspace?.settings.branding.origin ?? settings.publicUrl;

  return {
    /** Of pages about the workspace as a whole, whatever client they lead to. */
    ofWorkspace,

    /** Of the pages and the callback of one OAuth client. */
    async ofClient({ workspaceId }: Pick<OAuthClient, 'workspaceId'>): Promise<string> {
      return workspaceId === null
        ? settings.publicUrl
        : ofWorkspace(await store.workspaces.byId(workspaceId));
    },

    /** The workspace whose own host this is; null for this server's own and for an unknown one. */
    workspaceAt: (host: string): Promise<Workspace | null> => store.workspaces.byHost(host.toLowerCase()),
  };
}

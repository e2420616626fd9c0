// The names of what a list of the installation tells by id: OAuth clients, deleted ones too, and workspaces. Two
// queries, however long the lists are.
import type { ProviderName } from './oauth-clients.ts';
import type { Ports } from './ports.ts';

/** An OAuth client as an operator knows it. */
export type KnownOAuthClient = {
  name: string;
  provider: ProviderName;
  /** Null = shared by the installation. */
  workspaceId: string | null;
  workspaceName: string | null;
  deletedAt: number | null;
};

export type InstallationNames = {
  /** Null for one that is gone with its workspace. */
  oauthClient(id: string): KnownOAuthClient | null;
  workspace(id: string | null): string | null;
};

type Wanted = { oauthClientIds: readonly string[]; workspaceIds: readonly (string | null)[] };

/** As many ids as the lists are long. */
export async function readInstallationNames(
  { installation }: Ports['store'],
  { oauthClientIds, workspaceIds }: Wanted,
): Promise<InstallationNames> {
  const clients = await installation.oauthClientNames([...new Set(oauthClientIds)]);
  const owners = new Set([...workspaceIds, ...clients.map(({ workspaceId }) => workspaceId)]);
  const workspaces = await installation.workspaceNames([...owners].filter((id) => id !== null));
  const names = new Map(workspaces.map(({ id, name }) => [id, name]));
  const known = new Map(clients.map((client) => [client.id, client]));
  const workspace = (id: string | null): string | null => (id === null ? null : (names.get(id) ?? null));
  return {
    workspace,
    oauthClient: (id) => {
      const client = known.get(id);
      if (client === undefined) return null;
      const { name, provider, workspaceId, deletedAt } = client;
      return { name, provider, workspaceId, workspaceName: workspace(workspaceId), deletedAt };
    },
  };
}

// Workspaces: the isolation unit. Only a key of the installation may make or list them.
import { GatewayError, notFound } from './errors.ts';
import type { Page, PageRequest, Ports } from './ports.ts';
import { type Principal, requireScope, workspaceFor } from './principal.ts';

export type WorkspaceSettings = {
  /** Whether EmailEngine's endpoint for access tokens answers; off until somebody switches it on. */
  oauthTokensApi: boolean;
};

export type Workspace = { id: string; name: string; settings: WorkspaceSettings; createdAt: number };

export type Workspaces = ReturnType<typeof createWorkspaces>;

export function createWorkspaces({ store, clock, random }: Pick<Ports, 'store' | 'clock' | 'random'>) {
  return {
    async create(principal: Principal, { name }: { name: string }): Promise<Workspace> {
      requireScope(principal, 'workspaces:manage');
      const workspace: Workspace = {
        id: random.id(),
        name,
        settings: { oauthTokensApi: false },
        createdAt: clock.now(),
      };
      await store.workspaces.insert(workspace);
      return workspace;
    },

    async list(principal: Principal, page: PageRequest): Promise<Page<Workspace>> {
      requireScope(principal, 'workspaces:manage');
      return store.workspaces.list(page);
    },

    /** A key of a workspace sees its own; a key of the installation sees all. Throws `not_found`. */
    async read(principal: Principal, id: string): Promise<Workspace> {
      if (!principal.isInstallation && principal.workspaceId !== id) throw notFound('workspace');
      const workspace = await store.workspaces.byId(id);
      if (!workspace) throw notFound('workspace');
      return workspace;
    },

    async rename(principal: Principal, id: string, name: string): Promise<Workspace> {
      requireScope(principal, 'workspaces:manage');
      if (!(await store.workspaces.rename(id, name))) throw notFound('workspace');
      return this.read(principal, id);
    },

    /** Settings of the principal's own workspace. */
    async changeSettings(principal: Principal, changes: Partial<WorkspaceSettings>): Promise<Workspace> {
      const id = workspaceFor(principal, 'settings:update');
      const workspace = await this.read(principal, id);
      const settings = { ...workspace.settings, ...changes };
      if (!(await store.workspaces.saveSettings(id, settings))) throw notFound('workspace');
      return { ...workspace, settings };
    },

    /** The principal of an installation key, acting in the workspace that it names. */
    async actIn(principal: Principal, workspaceId: string): Promise<Principal> {
      if (!principal.isInstallation) {
        if (principal.workspaceId === workspaceId) return principal;
        throw new GatewayError('permission_denied', 'This API key belongs to another workspace.');
      }
      if (!(await store.workspaces.byId(workspaceId))) throw notFound('workspace');
      return { ...principal, workspaceId };
    },
  };
}

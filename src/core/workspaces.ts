// Workspaces: the isolation unit. Only a key of the installation may make or list them.
import { changedFields, record } from './audit.ts';
import { createBoundedMemory } from './bounded-memory.ts';
import { type Branding, checkBranding, noBranding } from './branding.ts';
import { GatewayError, invalidField, notFound } from './errors.ts';
import { raise } from './events.ts';
import type { Freshness } from './freshness.ts';
import type { Page, PageRequest, Ports } from './ports.ts';
import { type Principal, requireScope, workspaceFor } from './principal.ts';

export type WorkspaceSettings = {
  /** Whether EmailEngine's endpoint for access tokens answers; off until somebody switches it on. */
  oauthTokensApi: boolean;
  /**
   * Where browsers may be sent when a connect session is done: each an https URL without query; a return URL must be
   * one of them, or lie below one that ends with a slash.
   */
  returnUrls: string[];
  branding: Branding;
  /** Customer links of an earlier one do not work any more. */
  customerLinkGeneration: number;
};

/** As an older release may have stored them. */
export type StoredWorkspaceSettings = Partial<
  Omit<WorkspaceSettings, 'branding'> & { branding: Partial<Branding> }
>;

export type WorkspaceSettingsChanges = Omit<StoredWorkspaceSettings, 'customerLinkGeneration'>;

export const noWorkspaceSettings: WorkspaceSettings = {
  oauthTokensApi: false,
  returnUrls: [],
  branding: noBranding,
  customerLinkGeneration: 0,
};

export type Workspace = { id: string; name: string; settings: WorkspaceSettings; createdAt: number };

export type Workspaces = ReturnType<typeof createWorkspaces>;

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'settings'> & { freshness: Freshness };

/** Workspaces of which a process remembers that they are there. */
const keptMax = 10_000;

export function createWorkspaces(ports: Needs) {
  const { store, clock, random, settings: installation, freshness } = ports;
  /** By id: since when each is known to be there. */
  const known = createBoundedMemory<{ mark: number }>({
    entriesMax: keptMax,
    bytesMax: Number.POSITIVE_INFINITY,
  });

  /** The principal of an installation key, acting in the workspace that it names; null when that must be looked up. */
  function recallIn(principal: Principal, workspaceId: string): Principal | null {
    if (!principal.isInstallation) {
      if (principal.workspaceId === workspaceId) return principal;
      throw new GatewayError('permission_denied', 'This API key belongs to another workspace.');
    }
    const found = known.find(workspaceId);
    if (found === null || !freshness.isSure(found.mark, [workspaceId])) return null;
    return { ...principal, workspaceId };
  }

  return {
    async create(principal: Principal, { name }: { name: string }): Promise<Workspace> {
      requireScope(principal, 'workspaces:manage');
      const workspace: Workspace = {
        id: random.id(),
        name,
        settings: noWorkspaceSettings,
        createdAt: clock.now(),
      };
      await store.transaction(async (rows) => {
        await rows.workspaces.insert(workspace);
        const { id: objectId } = workspace;
        await record(ports, rows, principal, { workspaceId: null, action: 'workspace.created', objectId });
      });
      return workspace;
    },

    async list(principal: Principal, page: PageRequest): Promise<Page<Workspace>> {
      requireScope(principal, 'workspaces:manage');
      return store.workspaces.list(page);
    },

    /** A key of a workspace sees its own; a key of the installation sees all. Throws `not_found`. */
    async read(principal: Principal, id: string): Promise<Workspace> {
      if (!principal.isInstallation && principal.workspaceId !== id) throw notFound('workspace', null);
      const workspace = await store.workspaces.byId(id);
      if (!workspace) throw notFound('workspace', null);
      return workspace;
    },

    async rename(principal: Principal, id: string, name: string): Promise<Workspace> {
      requireScope(principal, 'workspaces:manage');
      await store.transaction(async (rows) => {
        if (!(await rows.workspaces.rename(id, name))) throw notFound('workspace', null);
        const data = changedFields({ name });
        await record(ports, rows, principal, {
          workspaceId: id,
          action: 'workspace.updated',
          objectId: id,
          data,
        });
      });
      return this.read(principal, id);
    },

    /**
     * For ever, with all that it holds: its keys and links are refused at once, its rows go in the background
     * (workspace-deletion.ts), and grants that nobody else uses are revoked where the provider can. Throws `not_found`.
     */
    async remove(principal: Principal, id: string): Promise<void> {
      requireScope(principal, 'workspaces:manage');
      await store.transaction(async (rows) => {
        const workspace = await rows.workspaces.byId(id);
        const now = clock.now();
        if (!workspace || !(await rows.workspaces.leave(id, now))) throw notFound('workspace', null);
        await raise({ random }, rows, {
          workspaceId: null,
          type: 'workspace.deleted',
          objectId: id,
          data: { name: workspace.name },
          createdAt: now,
        });
        await record(ports, rows, principal, {
          workspaceId: null,
          action: 'workspace.deleted',
          objectId: id,
        });
      });
    },

    /**
     * Settings of the principal's own workspace; members of `branding` are merged with those that are there. Only a
     * key of the installation may set the host: it takes a name and a certificate there. Throws `invalid_request`,
     * `permission_denied`, `conflict` for the host of another workspace.
     */
    async changeSettings(principal: Principal, changes: WorkspaceSettingsChanges): Promise<Workspace> {
      const id = workspaceFor(principal, 'settings:update');
      const branding = checkBranding(changes.branding ?? {}, '/branding');
      if (branding.origin !== undefined && !principal.isInstallation) {
        throw new GatewayError(
          'permission_denied',
          "Only a key of the installation may set a workspace's host.",
        );
      }
      if (branding.origin && new URL(branding.origin).host === new URL(installation.publicUrl).host) {
        throw invalidField('/branding/origin', "is this server's own");
      }
      const returnUrls = changes.returnUrls?.map((url, at) => checkReturnUrl(url, `/return_urls/${at}`));
      return store.transaction(async (rows) => {
        await rows.lock(`workspace ${id}`);
        const workspace = await rows.workspaces.byId(id);
        if (!workspace) throw notFound('workspace', null);
        const settings: WorkspaceSettings = {
          ...workspace.settings,
          ...changes,
          ...(returnUrls === undefined ? {} : { returnUrls }),
          branding: { ...workspace.settings.branding, ...branding },
        };
        if (!(await rows.workspaces.saveSettings(id, settings))) throw notFound('workspace', null);
        await record(ports, rows, principal, {
          workspaceId: id,
          action: 'settings.updated',
          objectId: id,
          data: changedFields(changes),
        });
        return { ...workspace, settings };
      });
    },

    recallIn,

    /** As `recallIn`, after looking it up. Throws `permission_denied`, `not_found`. */
    async actIn(principal: Principal, workspaceId: string): Promise<Principal> {
      const recalled = recallIn(principal, workspaceId);
      if (recalled) return recalled;
      const mark = freshness.mark();
      if (!(await store.workspaces.byId(workspaceId))) throw notFound('workspace', null);
      known.set(workspaceId, { mark }, 0);
      return { ...principal, workspaceId };
    },
  };
}

/** Plain http is for programs that are developed on the same machine. */
function checkReturnUrl(text: string, field: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLoopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
  if (url === null || !isSafe || url.search || url.hash || url.username || url.password) {
    throw invalidField(field, 'must be an https URL without query, fragment or user');
  }
  return url.href;
}

/** True when the workspace has entered this return URL, or one above it. The query is free. */
export function isAllowedReturnUrl({ returnUrls }: WorkspaceSettings, returnUrl: string): boolean {
  if (!URL.canParse(returnUrl)) return false;
  const { origin, pathname, username, password } = new URL(returnUrl);
  if (username || password) return false;
  const bare = `${origin}${pathname}`;
  return returnUrls.some(
    (allowed) => bare === allowed || (allowed.endsWith('/') && bare.startsWith(allowed)),
  );
}

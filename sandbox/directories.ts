// Entra's directories: which names mean which one, who may consent there, and what an administrator has consented to
// for everybody. Google has no directories in its paths and leaves this empty.
import type { ClientRegistry } from './clients.ts';
import type { AdminScopes } from './microsoft-scopes.ts';
import { CONSUMER_TENANT_ID, guidFor, type SandboxUser, type UserDirectory } from './users.ts';

export type DirectorySettings = {
  /** `send_only` is Microsoft's managed default since late 2025. Default `allowed`. */
  userConsent: 'allowed' | 'send_only' | 'none';
  /** Whether people can ask their administrator from the page that stops them. */
  adminConsentRequests: boolean;
};

export type ResolvedTenant =
  | { type: 'alias'; alias: 'common' | 'organizations' | 'consumers' }
  | { type: 'directory'; tenantId: string };

export type ConsentBarrier = 'admin_approval' | 'approval_request';

export type Directories = ReturnType<typeof createDirectories>;

const DEFAULTS: DirectorySettings = { userConsent: 'allowed', adminConsentRequests: false };
const SEND_ONLY = new Set(['SMTP.Send', 'Mail.Send', 'User.Read']);
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function createDirectories(deps: { users: UserDirectory; clients: ClientRegistry }) {
  const { users, clients } = deps;
  const settings = new Map<string, DirectorySettings>();
  const adminConsents = new Map<string, Set<string>>();
  const added = new Set<string>();

  /** The id of a directory named by id or domain, whether it exists or not. */
  function tenantIdOf(name: string): string {
    const lower = name.toLowerCase();
    return GUID.test(lower) ? lower : (users.tenantOfDomain(lower) ?? guidFor(`tenant ${lower}`));
  }

  function resolve(name: string): ResolvedTenant | undefined {
    const alias = name.toLowerCase();
    if (alias === 'common' || alias === 'organizations' || alias === 'consumers')
      return { type: 'alias', alias };
    const tenantId = tenantIdOf(name);
    if (tenantId === CONSUMER_TENANT_ID) return { type: 'alias', alias: 'consumers' };
    return users.hasTenant(tenantId) || added.has(tenantId) ? { type: 'directory', tenantId } : undefined;
  }

  function adminConsentOf(tenantId: string | undefined, clientId: string): Set<string> | undefined {
    return adminConsents.get(`${tenantId}\n${clientId}`);
  }

  return {
    tenantIdOf,
    resolve,
    adminConsentOf,
    set(name: string, patch: Partial<DirectorySettings>): void {
      const tenantId = tenantIdOf(name);
      added.add(tenantId);
      settings.set(tenantId, { ...(settings.get(tenantId) ?? DEFAULTS), ...patch });
    },
    /** Scopes for everybody there, and those roles the client asks for that a `.default` among them covers. */
    grantAdminConsent(name: string, clientId: string, { scopes, ownsRole }: AdminScopes): void {
      const tenantId = tenantIdOf(name);
      const { applicationPermissions, requestedApplicationPermissions } = clients.get(clientId);
      const key = `${tenantId}\n${clientId}`;
      adminConsents.set(key, new Set([...(adminConsents.get(key) ?? []), ...scopes]));
      const roles = requestedApplicationPermissions.filter(ownsRole);
      const earlier = applicationPermissions[tenantId] ?? [];
      if (roles.length > 0) applicationPermissions[tenantId] = [...new Set([...earlier, ...roles])];
    },
    /** The client's roles in a directory; undefined when it is not known there at all. */
    applicationPermissionsOf(tenantId: string, clientId: string): string[] | undefined {
      const { applicationPermissions, homeTenant } = clients.get(clientId);
      const entries = Object.entries(applicationPermissions).filter(
        ([name]) => tenantIdOf(name) === tenantId,
      );
      if (entries.length > 0) return [...new Set(entries.flatMap(([, roles]) => roles))];
      const isKnown = tenantIdOf(homeTenant) === tenantId || adminConsentOf(tenantId, clientId) !== undefined;
      return isKnown ? [] : undefined;
    },
    /** What keeps this person from consenting to these scopes without an administrator. */
    barrierFor(user: SandboxUser, scopes: string[]): ConsentBarrier | undefined {
      const { tenantId } = user;
      if (tenantId === undefined || tenantId === CONSUMER_TENANT_ID || user.isAdministrator) return undefined;
      const { userConsent, adminConsentRequests } = settings.get(tenantId) ?? DEFAULTS;
      const isStopped =
        userConsent === 'none' ? scopes.length > 0 : userConsent === 'send_only' && !scopes.every(isHarmless);
      if (!isStopped) return undefined;
      return adminConsentRequests ? 'approval_request' : 'admin_approval';
    },
  };
}

/** Scopes of OpenID Connect have no resource before their name. */
function isHarmless(scope: string): boolean {
  return !scope.includes('/') || SEND_ONLY.has(scope.slice(scope.lastIndexOf('/') + 1));
}

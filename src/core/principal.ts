// Who calls, and what the caller may do. Every use case begins here.
import type { ApiKeyScope } from './api-keys.ts';
import { GatewayError } from './errors.ts';

export type Principal = {
  keyId: string;
  /** The workspace of the key, or the one that an installation key named for this call; null = none. */
  workspaceId: string | null;
  /** True for a key of the installation. */
  isInstallation: boolean;
  scopes: ReadonlySet<ApiKeyScope>;
  /** When the key itself ends; null = never. */
  expiresAt: number | null;
  /** For the audit log. Absent = not told, on the hot path and in a test. */
  from?: RequestOrigin;
};

/** Through which door a call came in. `address`: the caller's IP address. */
export type RequestOrigin = {
  channel: 'api_key' | 'console' | 'command_line';
  requestId: string | null;
  address: string | null;
};

/** What only a key of the installation can do, whatever its scopes say. */
const installationScopes: ReadonlySet<ApiKeyScope> = new Set([
  'workspaces:manage',
  'installation:read',
  'installation:update',
]);

/** Whether a key of a workspace may hold this scope. */
export const isInstallationScope = (scope: ApiKeyScope): boolean => installationScopes.has(scope);

/** True when the key holds this scope and is of the installation where that is needed. */
export function hasScope(principal: Principal, scope: ApiKeyScope): boolean {
  if (isInstallationScope(scope) && !principal.isInstallation) return false;
  return principal.scopes.has(scope) || principal.scopes.has('all');
}

/** Throws `permission_denied` unless the key holds this scope. */
export function requireScope(principal: Principal, scope: ApiKeyScope): void {
  if (!hasScope(principal, scope)) {
    throw new GatewayError('permission_denied', `This API key lacks the scope \`${scope}\`.`);
  }
}

/** The workspace to act in, after checking the scope. Throws `permission_denied` when there is none. */
export function workspaceFor(principal: Principal, scope: ApiKeyScope): string {
  requireScope(principal, scope);
  if (principal.workspaceId === null) {
    throw new GatewayError(
      'permission_denied',
      'A key of the installation must name a workspace in the header `Mailgrant-Workspace`.',
    );
  }
  return principal.workspaceId;
}

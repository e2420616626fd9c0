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
};

/** True when the key holds this scope. Only a key of the installation can manage workspaces. */
export function hasScope(principal: Principal, scope: ApiKeyScope): boolean {
  if (scope === 'workspaces:manage' && !principal.isInstallation) return false;
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

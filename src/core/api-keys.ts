/** What an API key may do. `accounts:*` are the names under which programs written for Instantly ask. */
export const apiKeyScopes = [
  'workspaces:manage',
  'api_keys:read',
  'api_keys:create',
  'api_keys:delete',
  'oauth_clients:read',
  'oauth_clients:create',
  'oauth_clients:update',
  'oauth_clients:delete',
  'connect_sessions:read',
  'connect_sessions:create',
  'mailboxes:read',
  'mailboxes:update',
  'mailboxes:delete',
  'tokens:read',
  'accounts:read',
  'accounts:create',
  'accounts:update',
  'accounts:delete',
  'all',
] as const;

export type ApiKeyScope = (typeof apiKeyScopes)[number];

export type ApiKey = {
  id: string;
  /** Null = a key of the installation, which may act in any workspace. */
  workspaceId: string | null;
  name: string;
  /** The look-up part of the key, not secret. */
  prefix: string;
  /** SHA-256 of the whole key, hex. */
  hash: string;
  lastFour: string;
  scopes: ApiKeyScope[];
  expiresAt: number | null;
  createdAt: number;
  revokedAt: number | null;
};

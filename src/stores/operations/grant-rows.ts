// A grant as a row, and back.
import type { Grant } from '../../core/grants.ts';
import { type Secret, secret } from '../../core/secret.ts';
import { grantFailureColumn, textsColumn } from '../json-columns.ts';
import type { Keyring } from '../keyring.ts';
import { type Row, readRow, sealColumn } from '../row.ts';
import type { GrantsTable } from '../schema.ts';
import { grantStatuses, providerNames } from '../words.ts';

/** The columns of the table, for joins. */
export const grantColumns = {
  id: 1,
  workspace_id: 1,
  oauth_client_id: 1,
  provider: 1,
  issuer: 1,
  subject: 1,
  entra_tenant_id: 1,
  scope: 1,
  lost_scopes: 1,
  refresh_token: 1,
  refresh_token_expires_at: 1,
  status: 1,
  failure: 1,
  version: 1,
  lease_owner: 1,
  lease_until: 1,
  retry_at: 1,
  refreshed_at: 1,
  consented_at: 1,
  keep_alive_at: 1,
  ends_at: 1,
  end_warned_days: 1,
  created_at: 1,
  updated_at: 1,
} as const satisfies Record<keyof GrantsTable, 1>;

export const sealedRefreshToken = (
  keyring: Keyring,
  rowId: string,
  token: Secret<string> | null,
): Uint8Array => sealColumn(keyring, { table: 'grants', column: 'refresh_token', rowId }, token ?? noToken);

/** The column may not be null, from the first release on; no provider gives an empty token. */
const noToken = secret('');

export const rowFromGrant = (grant: Grant, keyring: Keyring): GrantsTable => ({
  id: grant.id,
  workspace_id: grant.workspaceId,
  oauth_client_id: grant.oauthClientId,
  provider: grant.provider,
  issuer: grant.issuer,
  subject: grant.subject,
  entra_tenant_id: grant.entraTenantId,
  scope: grant.scope,
  lost_scopes: JSON.stringify(grant.lostScopes),
  refresh_token: sealedRefreshToken(keyring, grant.id, grant.refreshToken),
  refresh_token_expires_at: grant.refreshTokenExpiresAt,
  status: grant.status,
  failure: grant.failure === null ? null : JSON.stringify(grant.failure),
  version: grant.version,
  lease_owner: grant.leaseOwner,
  lease_until: grant.leaseUntil,
  retry_at: grant.retryAt,
  refreshed_at: grant.refreshedAt,
  consented_at: grant.consentedAt,
  keep_alive_at: grant.keepAliveAt,
  ends_at: grant.endsAt,
  end_warned_days: grant.endWarnedDays,
  created_at: grant.createdAt,
  updated_at: grant.updatedAt,
});

export const grantFromRow = (row: Row, keyring: Keyring, prefix = ''): Grant => {
  const reader = readRow('grants', row, prefix);
  const { text, textOrNull, integer, integerOrNull } = reader;
  const id = text('id');
  return {
    id,
    workspaceId: text('workspace_id'),
    oauthClientId: text('oauth_client_id'),
    provider: reader.oneOf('provider', providerNames),
    issuer: text('issuer'),
    subject: text('subject'),
    entraTenantId: textOrNull('entra_tenant_id'),
    scope: text('scope'),
    lostScopes: reader.json('lost_scopes', textsColumn),
    refreshToken: reader.openedOrNull('refresh_token', keyring, id),
    refreshTokenExpiresAt: integerOrNull('refresh_token_expires_at'),
    status: reader.oneOf('status', grantStatuses),
    failure: reader.jsonOrNull('failure', grantFailureColumn),
    version: integer('version'),
    leaseOwner: textOrNull('lease_owner'),
    leaseUntil: integer('lease_until'),
    retryAt: integerOrNull('retry_at'),
    refreshedAt: integer('refreshed_at'),
    consentedAt: integerOrNull('consented_at') ?? integer('created_at'),
    keepAliveAt: integer('keep_alive_at'),
    endsAt: integerOrNull('ends_at'),
    endWarnedDays: integerOrNull('end_warned_days'),
    createdAt: integer('created_at'),
    updatedAt: integer('updated_at'),
  };
};

// Entra's directories as they stand in paths: which one a client's requests go to, and whose words a refusal is.
import type { OAuthClient } from '../core/oauth-clients.ts';
import type { ProviderFailure } from '../core/ports.ts';
import type { MicrosoftEndpoints } from './endpoints.ts';
import type { AuthorizationServer } from './oauth2.ts';

/** Names that stand for no directory in particular: whoever signs in brings one. */
const anyDirectory: ReadonlySet<string> = new Set(['common', 'organizations', 'consumers']);

export const isOneDirectory = (tenant: string): boolean => !anyDirectory.has(tenant.toLowerCase());

/** `organizations` keeps consumer accounts out already on Microsoft's own page. */
export const tenantOf = (client: OAuthClient): string => {
  const tenant = client.entraTenant ?? 'common';
  return tenant === 'common' && !client.personalAccounts ? 'organizations' : tenant;
};

/** The one directory that the registration is used in; null when it is used in any. */
export const ownDirectory = (client: OAuthClient): string | null => {
  const tenant = tenantOf(client).toLowerCase();
  return isOneDirectory(tenant) ? tenant : null;
};

export const fillTenant = (url: string, tenant: string): string =>
  url.replace('{tenant}', encodeURIComponent(tenant));

/** Entra sends no `iss` today. One that comes must be an issuer of this cloud, whatever the directory. */
export const serverOf = (
  endpoints: MicrosoftEndpoints,
  tenant: string,
  iss: string | null = null,
): AuthorizationServer => {
  const [first = ''] = endpoints.issuers;
  const fits = endpoints.issuers.some((template) => {
    const [before = '', after = ''] = template.split('{tenantid}');
    if (iss === null || !iss.startsWith(before) || !iss.endsWith(after)) return false;
    return /^[A-Za-z0-9.-]{1,253}$/.test(iss.slice(before.length, iss.length - after.length));
  });
  return {
    provider: 'microsoft',
    issuer: iss !== null && fits ? iss : first,
    tokenUrl: fillTenant(endpoints.token, tenant),
    revocationUrl: null,
  };
};

/**
 * At a directory that is not the registration's own, "unknown" and "disabled" are words of that directory's
 * administrator about that directory: they must not pause the OAuth client of everybody else. Nor do they end the
 * grant, which works again when the administrator says so.
 */
export const ofDirectory = (
  failure: ProviderFailure,
  client: OAuthClient,
  entraTenantId: string | null,
): ProviderFailure => {
  const own = ownDirectory(client);
  const isOwnDirectory = own !== null && (entraTenantId === null || entraTenantId === own);
  if (failure.kind !== 'oauth_client' || failure.reason !== 'client_unknown' || isOwnDirectory)
    return failure;
  return { ...failure, kind: 'request', reason: 'blocked_by_policy' };
};

// What a provider writes on its own page when it turns a person away. Such pages never lead back to us, so the
// session only expires: whoever sees one picks it from this table. The texts are the stable part of the page.
import type { ReasonCode } from './diagnosis.ts';
import type { ProviderName } from './oauth-clients.ts';

export type ProviderPage = { says: string; reason: ReasonCode };

export const providerPages = {
  google: [
    { says: 'Error 400: redirect_uri_mismatch', reason: 'redirect_uri_mismatch' },
    { says: 'Error 400: admin_policy_enforced', reason: 'blocked_by_policy' },
    { says: 'Error 400: policy_enforced', reason: 'blocked_by_policy' },
    { says: 'Error 403: access_denied', reason: 'unverified_app' },
    { says: "Google hasn't verified this app", reason: 'unverified_app' },
    { says: 'This app is blocked', reason: 'unverified_app' },
    { says: 'Error 403: rate_limit_exceeded', reason: 'consent_rate_limited' },
    { says: 'Error 403: org_internal', reason: 'client_internal_only' },
    { says: 'Error 403: disallowed_useragent', reason: 'embedded_browser' },
    { says: 'Error 401: invalid_client', reason: 'client_unknown' },
    { says: 'Error 401: deleted_client', reason: 'client_unknown' },
    { says: 'Error 400: invalid_request', reason: 'request_refused' },
    { says: 'Error 400: invalid_scope', reason: 'request_refused' },
  ],
  microsoft: [
    { says: 'Need admin approval', reason: 'admin_consent_required' },
    { says: 'Approval required', reason: 'admin_consent_required' },
    { says: 'use your work or school account', reason: 'account_type_refused' },
    { says: 'AADSTS50011', reason: 'redirect_uri_mismatch' },
    { says: 'AADSTS900971', reason: 'redirect_uri_mismatch' },
    { says: 'AADSTS700016', reason: 'client_unknown' },
    { says: 'AADSTS7000112', reason: 'client_unknown' },
    { says: 'AADSTS50194', reason: 'client_single_tenant' },
    { says: 'AADSTS50020', reason: 'account_not_found' },
    { says: 'AADSTS90072', reason: 'account_not_found' },
    { says: 'AADSTS50034', reason: 'account_not_found' },
    { says: 'AADSTS50105', reason: 'user_not_assigned' },
    { says: 'AADSTS50053', reason: 'account_locked' },
    { says: 'AADSTS53003', reason: 'conditional_access' },
    { says: 'AADSTS53000', reason: 'conditional_access' },
    { says: 'AADSTS65005', reason: 'permission_not_offered' },
    { says: 'AADSTS65006', reason: 'permission_not_offered' },
    { says: 'AADSTS650052', reason: 'mail_service_missing' },
    { says: 'AADSTS500011', reason: 'mail_service_missing' },
    { says: 'AADSTS90002', reason: 'tenant_unknown' },
    { says: 'AADSTS900432', reason: 'wrong_cloud' },
    { says: 'AADSTS90094', reason: 'admin_consent_required' },
  ],
} as const satisfies Record<ProviderName, readonly ProviderPage[]>;

/** The reason behind a page that somebody copied; null when no row is part of the text. */
export const reasonOfPage = (provider: ProviderName, text: string): ReasonCode | null => {
  // Numbers begin alike: 65005 is no part of 650052, and 90094 none of 900941.
  const isPart = ({ says }: ProviderPage): boolean => {
    const at = text.toLowerCase().indexOf(says.toLowerCase());
    return at >= 0 && !/^\d/.test(text.slice(at + says.length));
  };
  return providerPages[provider].find(isPart)?.reason ?? null;
};

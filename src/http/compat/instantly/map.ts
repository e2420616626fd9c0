// Between Instantly's words and the core's: scopes, the session to make, its result. Decides nothing else.
import {
  type ApiKeyScope,
  type ConnectSession,
  type Core,
  GatewayError,
  type Principal,
  type ProviderName,
  type ReasonCode,
  requireScope,
  verdictOf,
} from '../../../core/index.ts';
import type { InitReply, SessionErrorCode, StatusReply } from './schemas.ts';

export const surfaceName = 'instantly';

type NewConnectSession = Parameters<Core['connectSessions']['create']>[1];

/** Instantly's scopes, and the scopes of the core that each one stands for on this surface. */
const nativeScopes = {
  'accounts:create': ['connect_sessions:create'],
  'accounts:read': ['connect_sessions:read', 'mailboxes:read'],
  'accounts:update': ['mailboxes:read', 'mailboxes:update'],
  'accounts:delete': ['mailboxes:read', 'mailboxes:delete'],
  'api_keys:create': ['api_keys:create'],
  'api_keys:read': ['api_keys:read'],
  'api_keys:delete': ['api_keys:read', 'api_keys:delete'],
} as const satisfies Partial<Record<ApiKeyScope, readonly ApiKeyScope[]>>;

export type InstantlyScope = keyof typeof nativeScopes;

/** The single scopes of this vocabulary that something here answers to. */
export const instantlyScopes: readonly InstantlyScope[] = [
  'accounts:create',
  'accounts:read',
  'accounts:update',
  'accounts:delete',
  'api_keys:create',
  'api_keys:read',
  'api_keys:delete',
];

/**
 * The principal as the core wants it for one operation, with the workspace it acts in; null = an operation for
 * every key. Throws `permission_denied` when the key lacks Instantly's scope or names no workspace.
 */
export function principalFor(
  principal: Principal,
  scope: InstantlyScope | null,
): { principal: Principal; workspaceId: string } {
  if (scope !== null) requireScope(principal, scope);
  const native = scope === null ? [] : nativeScopes[scope];
  const translated: Principal = { ...principal, scopes: new Set([...principal.scopes, ...native]) };
  if (principal.workspaceId === null) {
    throw new GatewayError(
      'permission_denied',
      'A key of the installation must name a workspace in the header `x-as-workspace`.',
    );
  }
  return { principal: translated, workspaceId: principal.workspaceId };
}

/** Google: accounts of an organisation only. Both: a mailbox of another workspace is refused. */
export const newSession = (provider: ProviderName): NewConnectSession => ({
  provider,
  profile: 'full',
  oauthClientId: null,
  expectedEmail: null,
  mailboxId: null,
  customer: null,
  managedAccountsOnly: provider === 'google',
  exclusive: true,
  surface: surfaceName,
});

export const initReply = ({ session, url }: { session: ConnectSession; url: string }): InitReply => ({
  session_id: session.id,
  auth_url: url,
  expires_at: new Date(session.expiresAt).toISOString(),
});

export function statusReply({ outcome, expiresAt }: ConnectSession, now: number): StatusReply {
  if (outcome === null) return { status: expiresAt <= now ? 'expired' : 'pending' };
  switch (outcome.status) {
    case 'connected': {
      const { email, name } = outcome;
      return { status: 'success', email, name, account_id: email };
    }
    case 'failed':
      return {
        status: 'error',
        error: errorCodes[outcome.reason] ?? 'server_error',
        error_description: sentences[outcome.reason] ?? verdictOf(outcome.reason).sentence,
      };
    case 'cancelled':
      return {
        status: 'error',
        error: 'access_denied',
        error_description: 'The session was cancelled before the sign-in was complete.',
      };
    default:
      return outcome satisfies never;
  }
}

/**
 * `access_denied`: a person or an administrator said no. `account_not_allowed`: this account cannot be
 * connected, another one can. Everything else is `server_error`: transient, or for the operator to repair.
 */
const errorCodes: Partial<Record<ReasonCode, SessionErrorCode>> = {
  mailbox_in_other_workspace: 'account_exists',

  access_denied: 'access_denied',
  scope_missing: 'access_denied',
  consent_required: 'access_denied',
  sign_in_required: 'access_denied',
  session_control: 'access_denied',
  admin_consent_required: 'access_denied',
  blocked_by_policy: 'access_denied',
  conditional_access: 'access_denied',
  security_defaults: 'access_denied',
  sign_in_frequency: 'access_denied',
  password_expired: 'access_denied',
  sign_in_interrupted: 'access_denied',
  embedded_browser: 'access_denied',

  managed_account_required: 'account_not_allowed',
  personal_account_refused: 'account_not_allowed',
  account_disabled: 'account_not_allowed',
  account_locked: 'account_not_allowed',
  account_at_risk: 'account_not_allowed',
  account_type_refused: 'account_not_allowed',
  user_not_assigned: 'account_not_allowed',
  mail_service_missing: 'account_not_allowed',
  account_not_found: 'account_not_allowed',
  address_missing: 'account_not_allowed',
  mailbox_not_found: 'account_not_allowed',
  wrong_mailbox: 'account_not_allowed',
};

/** Where programs and support pages know a sentence by heart; elsewhere the verdict's sentence serves. */
const sentences: Partial<Record<ReasonCode, string>> = {
  mailbox_in_other_workspace: 'Account already exists in another workspace',
  managed_account_required: 'Non GSuite accounts are not allowed',
};

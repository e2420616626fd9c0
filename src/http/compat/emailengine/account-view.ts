// A mailbox in EmailEngine's words: its id, type, state, last error, and the settings that were given with it.
// Tokens are behind asterisks, whichever they are.
import { type GrantType, type MailboxWithGrant, statusOf, verdictOf } from '../../../core/index.ts';
import type { accountStates } from './account-schemas.ts';
import { typeOf } from './find-app.ts';
import { surfaceName } from './map.ts';

export type AccountState = (typeof accountStates)[number];

/** EmailEngine's masks. */
export const masked = '******';

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

export const accountIdOf = ({ mailbox }: Pick<MailboxWithGrant, 'mailbox'>): string =>
  mailbox.externalId ?? mailbox.id;

/** What EmailEngine knows as one state. A mailbox that is not proved yet is `connecting`. */
export function stateOf(joined: MailboxWithGrant): AccountState {
  const status = statusOf(joined);
  switch (status.status) {
    case 'verifying':
      return 'connecting';
    case 'connected':
      return 'connected';
    case 'disabled':
      return 'paused';
    case 'needs_reauthorization':
      return 'authenticationError';
    case 'degraded':
      return status.reason === 'authentication_refused' || status.reason === 'scope_missing'
        ? 'authenticationError'
        : 'connectError';
    default:
      return status satisfies never;
  }
}

/** One element of a list. */
export function presentAccount(joined: MailboxWithGrant): Record<string, unknown> {
  const { mailbox, oauthClient } = joined;
  const error = lastErrorOf(joined);
  const kept = mailbox.settings.dialects[surfaceName] ?? {};
  return {
    account: accountIdOf(joined),
    type: typeOf(oauthClient),
    app: oauthClient.id,
    state: stateOf(joined),
    name: mailbox.name,
    email: mailbox.email,
    ...(kept.webhooks === undefined ? {} : { webhooks: kept.webhooks }),
    syncTime: mailbox.verification && iso(mailbox.verification.verifiedAt),
    lastError: error,
  };
}

/** The whole record. */
export function presentAccountInFull(joined: MailboxWithGrant): Record<string, unknown> {
  const { mailbox, grant, oauthClient } = joined;
  const smtp = mailbox.verification?.results.find(({ transport }) => transport === 'smtp');
  return {
    ...(mailbox.settings.dialects[surfaceName] ?? {}),
    ...presentAccount(joined),
    baseScopes: grant.scope.includes('mail.google.com') || /imap/i.test(grant.scope) ? 'imap' : 'api',
    quota: false,
    oauth2: {
      provider: oauthClient.id,
      auth:
        mailbox.delegateEmail === null
          ? { user: mailbox.email }
          : { user: mailbox.delegateEmail, delegatedUser: mailbox.email },
      accessToken: masked,
      ...(grant.refreshToken === null ? {} : { refreshToken: masked }),
      scope: grant.scope.split(' '),
      generated: iso(grant.refreshedAt),
      tokenType: 'Bearer',
    },
    ...(smtp
      ? { smtpStatus: { status: smtp.ok ? 'ok' : 'error', description: verdictOf(smtp.reason).sentence } }
      : {}),
  };
}

/** Null while everything works. */
function lastErrorOf(joined: MailboxWithGrant): Record<string, unknown> | null {
  const { reason } = statusOf(joined);
  if (reason === null) return null;
  const { sentence, remedy } = verdictOf(reason);
  const isGrant = joined.grant.status !== 'active';
  return {
    response: sentence,
    description: remedy,
    serverResponseCode: isGrant ? 'OauthRenewError' : reason,
    ...(isGrant ? { tokenRequest: tokenRequestOf(joined) } : {}),
  };
}

/** The provider's refusal as EmailEngine shows it: what was asked for, and the answer without secrets. */
export function tokenRequestOf({ grant, oauthClient }: MailboxWithGrant): Record<string, unknown> {
  const words = grant.failure?.provider;
  return {
    grant: grantNames[oauthClient.grantType],
    provider: typeOf(oauthClient),
    ...(words?.httpStatus == null ? {} : { status: words.httpStatus }),
    scopes: grant.scope.split(' '),
    ...(words ? { response: { error: words.error, error_description: words.description } } : {}),
  };
}

/** As a token request spells them (RFC 6749, RFC 7523). */
const grantNames = {
  authorization_code: 'refresh_token',
  jwt_bearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  client_credentials: 'client_credentials',
} as const satisfies Record<GrantType, string>;

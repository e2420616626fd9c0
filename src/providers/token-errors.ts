// Tells refusals of an authorization server apart, once: by HTTP status, OAuth `error` (RFC 6749 sections
// 4.1.2.1 and 5.2), `suberror`, in that order. Numbers of Entra refine the reason; see aadsts.ts for the few
// that decide. Pure: no I/O, no library.
import type { ReasonCode } from '../core/diagnosis.ts';
import type { ProviderName } from '../core/oauth-clients.ts';
import { EgressError, nothingSaid, type ProviderFailure, type ProviderWords } from '../core/ports.ts';
import { aadstsMeaning, aadstsNumbers } from './aadsts.ts';
import { retryAfterSeconds, type SentSecrets, wordsOf } from './provider-words.ts';

export type ErrorAnswer = {
  provider: ProviderName;
  httpStatus: number;
  /** The `Retry-After` header as received. */
  retryAfter: string | null;
  body: string;
  /** What the request held and no record may repeat. */
  sent: SentSecrets;
  /** Milliseconds since the epoch, for the date form of `Retry-After`. */
  now: number;
};

type Kind = ProviderFailure['kind'];
type Judgement = {
  kind: Kind;
  reason: ReasonCode;
  isDoubtful?: true;
  isOfGrant?: true;
  waitsAtLeast?: number;
};

/** Classifies every answer of a token or revocation endpoint that is not a success. */
export const classifyErrorAnswer = (answer: ErrorAnswer): ProviderFailure => {
  const words = wordsOf(answer.body, answer.httpStatus, answer.sent);
  const { waitsAtLeast, ...judged } = judge(answer.provider, answer.httpStatus, words);
  const said = retryAfterSeconds(answer.retryAfter, answer.now);
  return {
    ...judged,
    retryAfterSeconds: waitsAtLeast === undefined ? said : Math.max(said ?? 0, waitsAtLeast),
    provider: words,
  };
};

const judge = (provider: ProviderName, status: number, words: ProviderWords): Judgement =>
  judgeStatus(status) ?? judgeError(provider, status, words);

/** Statuses that say more than any body. */
const judgeStatus = (status: number): Judgement | null => {
  if (status === 429) return { kind: 'transient', reason: 'provider_rate_limited' };
  if (status === 408 || status >= 500) return { kind: 'transient', reason: 'provider_unavailable' };
  return null;
};

const judgeError = (provider: ProviderName, status: number, words: ProviderWords): Judgement => {
  if (words.error === null) {
    // A page, an empty body, a redirect: some proxy or sign-in wall answered, not the authorization server.
    return { kind: 'transient', reason: 'provider_answer_unreadable' };
  }
  const known = judgementOf(errorTable, words.error);
  const base: Judgement = known ?? unknownError(status);
  if (base.kind === 'transient') return base;
  return provider === 'google' ? refineGoogle(base, words) : refineEntra(base, words, known !== null);
};

/** An error that no table knows: a 403 without more is a limit at both providers, the rest is our request. */
const unknownError = (status: number): Judgement =>
  status === 403
    ? { kind: 'transient', reason: 'provider_rate_limited' }
    : { kind: 'request', reason: 'request_refused' };

const errorTable: Readonly<Record<string, Judgement>> = {
  invalid_grant: { kind: 'grant', reason: 'grant_revoked' },
  bad_token: { kind: 'grant', reason: 'grant_revoked' },
  interaction_required: { kind: 'grant', reason: 'sign_in_required' },
  login_required: { kind: 'grant', reason: 'sign_in_required' },
  account_selection_required: { kind: 'grant', reason: 'sign_in_required' },
  consent_required: { kind: 'grant', reason: 'consent_required' },
  access_denied: { kind: 'grant', reason: 'access_denied' },
  admin_policy_enforced: { kind: 'grant', reason: 'blocked_by_policy' },
  policy_enforced: { kind: 'grant', reason: 'blocked_by_policy' },
  org_internal: { kind: 'request', reason: 'client_internal_only' },
  invalid_rapt: { kind: 'grant', reason: 'session_control' },
  rapt_required: { kind: 'grant', reason: 'session_control' },

  invalid_client: { kind: 'oauth_client', reason: 'client_secret_wrong' },
  unauthorized_client: { kind: 'oauth_client', reason: 'client_misconfigured' },
  deleted_client: { kind: 'oauth_client', reason: 'client_unknown' },
  disabled_client: { kind: 'oauth_client', reason: 'client_unknown' },

  server_error: { kind: 'transient', reason: 'provider_unavailable' },
  temporarily_unavailable: { kind: 'transient', reason: 'provider_unavailable' },
  internal_failure: { kind: 'transient', reason: 'provider_unavailable' },
  slow_down: { kind: 'transient', reason: 'provider_rate_limited' },
  rate_limit_exceeded: { kind: 'transient', reason: 'provider_rate_limited' },
  quota_exceeded: { kind: 'transient', reason: 'provider_rate_limited' },

  /** A refresh does not use the redirect URI, so this must not pause the whole OAuth client. */
  redirect_uri_mismatch: { kind: 'request', reason: 'redirect_uri_mismatch' },
  invalid_request: { kind: 'request', reason: 'request_refused' },
  invalid_scope: { kind: 'request', reason: 'request_refused' },
  invalid_target: { kind: 'request', reason: 'request_refused' },
  invalid_resource: { kind: 'request', reason: 'request_refused' },
  unsupported_grant_type: { kind: 'request', reason: 'request_refused' },
  unsupported_response_type: { kind: 'request', reason: 'request_refused' },
};

const suberrorTable: Readonly<Record<string, ReasonCode>> = {
  // Google's `error_subtype`
  invalid_rapt: 'session_control',
  rapt_required: 'session_control',
  // Entra's `suberror`
  consent_required: 'consent_required',
  basic_action: 'sign_in_required',
  additional_action: 'sign_in_required',
  message_only: 'sign_in_required',
  user_password_expired: 'password_expired',
  bad_token: 'grant_revoked',
  token_expired: 'grant_idle',
  protection_policy_required: 'blocked_by_policy',
};

const judgementOf = <T>(table: Readonly<Record<string, T>>, key: string | null): T | null =>
  key !== null && Object.hasOwn(table, key) ? (table[key] ?? null) : null;

/**
 * Google gives one `error` to unlike things and no number: only the description tells them apart. Each row is a
 * stable part of the sentence; what none fits keeps the judgement of its `error`.
 */
const googleRows: readonly { error: string; says: RegExp; judgement: Judgement }[] = [
  {
    error: 'invalid_client',
    says: /client was not found/i,
    judgement: { kind: 'oauth_client', reason: 'client_unknown' },
  },
  // The rest is about service accounts (RFC 7523). One organisation's delegation says nothing of the others.
  {
    error: 'unauthorized_client',
    says: /using this method/i,
    judgement: { kind: 'request', reason: 'delegation_missing' },
  },
  {
    error: 'invalid_request',
    says: /invalid principal/i,
    judgement: { kind: 'oauth_client', reason: 'service_account_unknown' },
  },
  {
    error: 'invalid_grant',
    says: /invalid jwt/i,
    judgement: { kind: 'oauth_client', reason: 'service_account_unknown' },
  },
];

const refineGoogle = (base: Judgement, words: ProviderWords): Judgement => {
  const row = googleRows.find(
    ({ error, says }) => error === words.error && says.test(words.description ?? ''),
  );
  if (row !== undefined) return row.judgement;
  const reason = base.kind === 'grant' ? judgementOf(suberrorTable, words.suberror) : null;
  return reason === null ? base : { kind: base.kind, reason };
};

const refineEntra = (base: Judgement, words: ProviderWords, errorIsKnown: boolean): Judgement => {
  const meaning = aadstsMeaning(words.errorCodes);
  if (meaning?.decides !== undefined) {
    const { decides: kind, reason, waitsAtLeast, isOfGrant } = meaning;
    return {
      kind,
      reason,
      ...(waitsAtLeast === undefined ? {} : { waitsAtLeast }),
      ...(isOfGrant ? { isOfGrant } : {}),
    };
  }
  const suberrorReason = base.kind === 'grant' ? judgementOf(suberrorTable, words.suberror) : null;
  // The number says more than a suberror of the general kind, such as `bad_token`.
  const reason = meaning?.reason ?? suberrorReason;
  if (reason === null) return base;
  // Without a known `error` the number is all there is, and it must not end a grant by itself.
  const kind = errorIsKnown ? base.kind : 'request';
  const isDoubtful =
    kind === 'grant' && meaning?.isDoubtful === true && doubtfulSuberrors.has(words.suberror);
  return { kind, reason, ...(isDoubtful ? { isDoubtful } : {}) };
};

/** Any other suberror says what the person has to do, and is no passing trouble. */
const doubtfulSuberrors: ReadonlySet<string | null> = new Set([null, 'bad_token']);

/** Classifies `error` and `error_description` of a callback (RFC 6749 section 4.1.2.1). */
export const classifyCallbackError = (
  provider: ProviderName,
  callback: { error: string; description: string | null; suberror: string | null; sent: SentSecrets },
): ProviderFailure => {
  const body = JSON.stringify({
    error: callback.error,
    error_description: callback.description,
    suberror: callback.suberror,
    error_codes: aadstsNumbers(callback.description),
  });
  const words = { ...wordsOf(body, null, callback.sent), httpStatus: null };
  const judged = judgeError(provider, 400, words);
  // Nothing is stored yet and anybody can type a callback, so it can neither end a grant nor pause a client.
  const kind = judged.kind === 'oauth_client' ? 'request' : judged.kind;
  return { kind, reason: judged.reason, retryAfterSeconds: null, provider: words };
};

/** Classifies a call that got no answer at all. Anything but an `EgressError` is thrown on. */
export const classifyNoAnswer = (error: unknown): ProviderFailure => {
  if (!(error instanceof EgressError)) throw error;
  return ownFailure('transient', noAnswerReasons[error.code]);
};

const noAnswerReasons = {
  timeout: 'provider_timeout',
  aborted: 'provider_timeout',
  unreachable: 'provider_unavailable',
  too_large: 'provider_answer_unreadable',
  forbidden: 'provider_unavailable',
} as const satisfies Record<EgressError['code'], ReasonCode>;

/** A failure that the provider said nothing about. */
export const ownFailure = (
  kind: Kind,
  reason: ReasonCode,
  httpStatus: number | null = null,
): ProviderFailure => ({
  kind,
  reason,
  retryAfterSeconds: null,
  provider: { ...nothingSaid, httpStatus },
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReasonCode, type ReasonCode } from '../../src/core/diagnosis.ts';
import type { ProviderName } from '../../src/core/oauth-clients.ts';
import { EgressError, type EgressErrorCode, type ProviderFailure } from '../../src/core/ports.ts';
import { aadstsNumbers, aadstsTable } from '../../src/providers/aadsts.ts';
import { mask, retryAfterSeconds } from '../../src/providers/provider-words.ts';
import {
  classifyCallbackError,
  classifyErrorAnswer,
  classifyNoAnswer,
} from '../../src/providers/token-errors.ts';

const now = Date.UTC(2026, 10, 22);

const classify = (
  provider: ProviderName,
  httpStatus: number,
  body: unknown,
  retryAfter: string | null = null,
) =>
  classifyErrorAnswer({
    provider,
    httpStatus,
    retryAfter,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    sent: ['1//refresh-token', 'the-client-secret'],
    now,
  });

const entra = (error: string, code: number, suberror?: string) =>
  classify('microsoft', error === 'invalid_client' ? 401 : 400, {
    error,
    suberror,
    error_description: `AADSTS${code}: words`,
    error_codes: [code],
  });

type Row = [what: string, failure: ProviderFailure, kind: ProviderFailure['kind'], reason: ReasonCode];

const rows: Row[] = [
  ['google: revoked', classify('google', 400, { error: 'invalid_grant' }), 'grant', 'grant_revoked'],
  [
    'google: session control',
    classify('google', 400, { error: 'invalid_grant', error_subtype: 'invalid_rapt' }),
    'grant',
    'session_control',
  ],
  [
    'google: admin policy',
    classify('google', 400, { error: 'admin_policy_enforced' }),
    'grant',
    'blocked_by_policy',
  ],
  [
    'google: client deleted',
    classify('google', 401, { error: 'deleted_client' }),
    'oauth_client',
    'client_unknown',
  ],
  [
    'google: wrong secret',
    classify('google', 401, { error: 'invalid_client' }),
    'oauth_client',
    'client_secret_wrong',
  ],
  [
    'google: client not found',
    classify('google', 401, {
      error: 'invalid_client',
      error_description: 'The OAuth client was not found.',
    }),
    'oauth_client',
    'client_unknown',
  ],
  [
    'google: not allowed',
    classify('google', 401, { error: 'unauthorized_client' }),
    'oauth_client',
    'client_misconfigured',
  ],
  [
    'google: redirect URI',
    classify('google', 400, { error: 'redirect_uri_mismatch' }),
    'request',
    'redirect_uri_mismatch',
  ],
  [
    '429 with words',
    classify('google', 429, { error: 'invalid_grant' }),
    'transient',
    'provider_rate_limited',
  ],
  ['429 without', classify('google', 429, ''), 'transient', 'provider_rate_limited'],
  [
    '403 rate limit',
    classify('google', 403, { error: 'rate_limit_exceeded' }),
    'transient',
    'provider_rate_limited',
  ],
  ['403 of an unknown kind', classify('google', 403, { error: 'x' }), 'transient', 'provider_rate_limited'],
  [
    '500 with words',
    classify('google', 500, { error: 'invalid_grant' }),
    'transient',
    'provider_unavailable',
  ],
  ['503 page', classify('google', 503, '<html>'), 'transient', 'provider_unavailable'],
  ['408', classify('google', 408, ''), 'transient', 'provider_unavailable'],
  ['400 page', classify('google', 400, '<html>no</html>'), 'transient', 'provider_answer_unreadable'],
  ['200 page', classify('google', 200, '<html>ok</html>'), 'transient', 'provider_answer_unreadable'],
  ['302', classify('google', 302, ''), 'transient', 'provider_answer_unreadable'],
  ['a list', classify('google', 400, ['invalid_grant']), 'transient', 'provider_answer_unreadable'],
  [
    'an error object',
    classify('google', 400, { error: { code: 400 } }),
    'transient',
    'provider_answer_unreadable',
  ],
  ['server_error', classify('google', 400, { error: 'server_error' }), 'transient', 'provider_unavailable'],
  [
    'temporarily_unavailable',
    classify('microsoft', 400, { error: 'temporarily_unavailable' }),
    'transient',
    'provider_unavailable',
  ],
  ['invalid_request', classify('google', 400, { error: 'invalid_request' }), 'request', 'request_refused'],
  ['an unknown error', classify('google', 400, { error: 'constructor' }), 'request', 'request_refused'],

  ['entra: idle', entra('invalid_grant', 700082, 'bad_token'), 'grant', 'grant_idle'],
  ['entra: revoked', entra('invalid_grant', 50173, 'bad_token'), 'grant', 'grant_revoked'],
  ['entra: 70000', entra('invalid_grant', 70000), 'grant', 'grant_revoked'],
  ['entra: second factor', entra('invalid_grant', 50076, 'basic_action'), 'grant', 'sign_in_required'],
  ['entra: suberror alone', entra('invalid_grant', 1, 'consent_required'), 'grant', 'consent_required'],
  ['entra: nothing known', entra('invalid_grant', 1, 'x'), 'grant', 'grant_revoked'],
  ['entra: policy', entra('interaction_required', 53003), 'grant', 'conditional_access'],
  ['entra: frequency', entra('invalid_grant', 70043), 'grant', 'sign_in_frequency'],
  ['entra: single-page app', entra('invalid_grant', 700084), 'grant', 'client_registered_as_spa'],
  ['entra: loop is throttling', entra('invalid_grant', 50196), 'transient', 'provider_rate_limited'],
  ['entra: tenant throttled', entra('invalid_request', 90055), 'transient', 'provider_rate_limited'],
  ['entra: passing trouble', entra('invalid_grant', 90033), 'transient', 'provider_unavailable'],
  ['entra: wrong secret', entra('invalid_client', 7000215), 'oauth_client', 'client_secret_wrong'],
  ['entra: secret expired', entra('invalid_client', 7000222), 'oauth_client', 'client_secret_expired'],
  ['entra: app not found', entra('unauthorized_client', 700016), 'oauth_client', 'client_unknown'],
  ['entra: app disabled', entra('unauthorized_client', 7000112), 'oauth_client', 'client_unknown'],
  ['entra: secret as grant error', entra('invalid_grant', 7000222), 'oauth_client', 'client_secret_expired'],
  ['entra: single tenant', entra('invalid_request', 50194), 'request', 'client_single_tenant'],
  ['entra: single tenant as client error', entra('invalid_client', 50194), 'request', 'client_single_tenant'],
  ['entra: other directory', entra('invalid_grant', 7000012), 'request', 'request_refused'],
  ['entra: certificate', entra('invalid_client', 700027), 'oauth_client', 'client_assertion_refused'],
  ['entra: mixed resources', entra('invalid_scope', 70011), 'request', 'request_refused'],
  ['entra: a number cannot end a grant alone', entra('brand_new', 50173), 'request', 'grant_revoked'],
];

for (const [what, failure, kind, reason] of rows) {
  test(`a refusal is told apart: ${what}`, () => {
    assert.deepEqual({ kind: failure.kind, reason: failure.reason }, { kind, reason });
  });
}

test('every number of Entra has a verdict, and none ends a grant that the error spares', () => {
  for (const [code, meaning] of aadstsTable) {
    assert.ok(isReasonCode(meaning.reason), String(code));
    assert.notEqual(entra('invalid_request', code).kind, 'grant', String(code));
    const underGrant = entra('invalid_grant', code).kind;
    assert.equal(underGrant, meaning.decides ?? 'grant', String(code));
  }
  assert.ok(aadstsTable.size >= 123);
});

test('what the provider said is kept, without what we sent, and cut', () => {
  const failure = classify('microsoft', 400, {
    error: 'invalid_grant',
    suberror: 'bad_token',
    error_description: `AADSTS70000: 1//refresh-token the-client-secret eyJhbGciOiJSUzI1NiJ9.eyJh.c2ln ${'x'.repeat(600)}`,
    error_codes: [70000, 'x', 7.5],
    trace_id: 't-1',
    correlation_id: 'c-1',
  });
  const { description, ...others } = failure.provider;
  assert.deepEqual(others, {
    httpStatus: 400,
    error: 'invalid_grant',
    suberror: 'bad_token',
    errorCodes: [70000],
    traceId: 't-1',
    correlationId: 'c-1',
  });
  assert.equal(description?.length, 500);
  assert.ok(description?.startsWith('AADSTS70000: [redacted] [redacted] [redacted] xxx'));
});

test('percent-encoded secrets and foreign tokens are masked too', () => {
  assert.equal(mask('a=p%2Fq%2Br', ['p/q+r']), 'a=[redacted]');
  assert.equal(mask('ya29.a0AfH6SMBx_abcdefgh 1//0gabcdefghijklmnop', []), '[redacted] [redacted]');
});

test('Retry-After is read in both forms, and bounded', () => {
  assert.equal(retryAfterSeconds('30', now), 30);
  assert.equal(retryAfterSeconds('Sun, 22 Nov 2026 00:02:00 GMT', now), 120);
  assert.equal(retryAfterSeconds('Sat, 21 Nov 2026 00:00:00 GMT', now), 0);
  assert.equal(retryAfterSeconds('9999999', now), 86_400);
  for (const value of [null, '', 'soon', '-5x', '1e99y']) assert.equal(retryAfterSeconds(value, now), null);
  assert.equal(classify('google', 503, '', '7').retryAfterSeconds, 7);
});

test('a call without an answer is transient', () => {
  const reasons: Record<EgressErrorCode, ReasonCode> = {
    timeout: 'provider_timeout',
    aborted: 'provider_timeout',
    unreachable: 'provider_unavailable',
    too_large: 'provider_answer_unreadable',
    forbidden: 'provider_unavailable',
  };
  for (const code of ['timeout', 'aborted', 'unreachable', 'too_large', 'forbidden'] as const) {
    const failure = classifyNoAnswer(new EgressError(code, 'x'));
    assert.deepEqual([failure.kind, failure.reason], ['transient', reasons[code]]);
  }
  assert.throws(() => classifyNoAnswer(new TypeError('ours')), TypeError);
});

test('a refusal that is known to pass at times says so, and no other one does', () => {
  const isDoubtful = (code: number, suberror?: string): boolean | undefined =>
    entra('invalid_grant', code, suberror).isDoubtful;
  for (const suberror of [undefined, 'bad_token']) {
    assert.equal(isDoubtful(70000, suberror), true);
    assert.equal(isDoubtful(50173, suberror), undefined);
    assert.equal(isDoubtful(700082, suberror), undefined);
  }
  assert.equal(isDoubtful(70000, 'consent_required'), undefined);
  assert.equal(entra('brand_new', 70000).isDoubtful, undefined);
  assert.equal(classify('google', 400, { error: 'invalid_grant' }).isDoubtful, undefined);
});

test('a client in a loop leaves the provider alone for five minutes at least', () => {
  assert.equal(entra('invalid_grant', 50196).retryAfterSeconds, 300);
  const body = { error: 'invalid_grant', error_codes: [50196] };
  assert.equal(classify('microsoft', 400, body, '30').retryAfterSeconds, 300);
  assert.equal(classify('microsoft', 400, body, '900').retryAfterSeconds, 900);
  assert.equal(entra('invalid_request', 90055).retryAfterSeconds, null);
});

const callback = (provider: ProviderName, error: string, description: string | null = null) =>
  classifyCallbackError(provider, { error, description, suberror: null, sent: ['the-state'] });

const callbackRows: Row[] = [
  ['cancelled', callback('google', 'access_denied'), 'grant', 'access_denied'],
  [
    'consent declined',
    callback('microsoft', 'access_denied', 'AADSTS65004: User declined'),
    'grant',
    'access_denied',
  ],
  ['consent', callback('microsoft', 'consent_required', 'AADSTS65001: x'), 'grant', 'consent_required'],
  [
    'admin consent',
    callback('microsoft', 'access_denied', 'AADSTS90094: x'),
    'grant',
    'admin_consent_required',
  ],
  [
    'request form',
    callback('microsoft', 'access_denied', 'AADSTS90095: x'),
    'grant',
    'admin_consent_required',
  ],
  ['interaction', callback('microsoft', 'interaction_required'), 'grant', 'sign_in_required'],
  ['login', callback('google', 'login_required'), 'grant', 'sign_in_required'],
  [
    'server_error',
    callback('microsoft', 'server_error', 'AADSTS90033: x'),
    'transient',
    'provider_unavailable',
  ],
  ['unavailable', callback('google', 'temporarily_unavailable'), 'transient', 'provider_unavailable'],
  [
    'app disabled',
    callback('microsoft', 'unauthorized_client', 'AADSTS700016: x'),
    'request',
    'client_unknown',
  ],
  ['invalid scope', callback('google', 'invalid_scope'), 'request', 'request_refused'],
  ['policy', callback('google', 'admin_policy_enforced'), 'grant', 'blocked_by_policy'],
];

for (const [what, failure, kind, reason] of callbackRows) {
  test(`an error in the callback is told apart: ${what}`, () => {
    assert.deepEqual({ kind: failure.kind, reason: failure.reason }, { kind, reason });
    assert.equal(failure.provider.httpStatus, null);
  });
}

test('a typed callback can neither pause a client nor leak the state', () => {
  const failure = callback('google', 'invalid_client', 'about the-state');
  assert.equal(failure.kind, 'request');
  assert.equal(failure.provider.description, 'about [redacted]');
});

test('the number is read from the start of a description only', () => {
  assert.deepEqual(aadstsNumbers('AADSTS65004: x'), [65004]);
  assert.deepEqual(aadstsNumbers('see AADSTS65004'), []);
  assert.deepEqual(aadstsNumbers(null), []);
});

// Refusals of minted tokens: whose fault they are. No answer ends a grant, because there is none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asMintFailure } from '../../src/providers/mint-errors.ts';
import { classifyErrorAnswer } from '../../src/providers/token-errors.ts';

const judge = (grantType: 'jwt_bearer' | 'client_credentials', body: object, httpStatus = 400): string[] => {
  const provider = grantType === 'jwt_bearer' ? 'google' : 'microsoft';
  const failure = classifyErrorAnswer({
    provider,
    httpStatus,
    retryAfter: null,
    body: JSON.stringify(body),
    sent: [],
    now: 0,
  });
  const minted = asMintFailure(grantType, failure);
  assert.notEqual(minted.kind, 'grant');
  assert.ok(!('isDoubtful' in minted));
  return [minted.kind, minted.reason];
};

const google: [string, string, string, string][] = [
  [
    'unauthorized_client',
    'Client is unauthorized to retrieve access tokens using this method.',
    'request',
    'delegation_missing',
  ],
  ['unauthorized_client', '', 'request', 'delegation_missing'],
  ['access_denied', 'Requested client not authorized.', 'request', 'delegation_missing'],
  ['invalid_grant', 'Invalid email or User ID', 'request', 'mailbox_not_found'],
  ['invalid_grant', 'Invalid JWT Signature.', 'oauth_client', 'service_account_unknown'],
  ['invalid_grant', 'Invalid grant: account not found', 'oauth_client', 'service_account_unknown'],
  ['invalid_grant', 'Invalid JWT: Token must be a short-lived token', 'request', 'request_refused'],
  ['invalid_grant', 'Invalid JWT: Failed audience check.', 'request', 'request_refused'],
  ['invalid_grant', 'Bad Request', 'request', 'request_refused'],
  ['invalid_request', 'Invalid principal', 'oauth_client', 'service_account_unknown'],
  ['invalid_client', 'The OAuth client was not found.', 'oauth_client', 'service_account_unknown'],
  ['admin_policy_enforced', '', 'request', 'blocked_by_policy'],
  ['invalid_scope', 'Empty or missing scope not allowed.', 'request', 'request_refused'],
  ['temporarily_unavailable', '', 'transient', 'provider_unavailable'],
];

for (const [error, error_description, kind, reason] of google) {
  test(`Google: ${error} "${error_description}" is ${kind}, ${reason}`, () => {
    assert.deepEqual(judge('jwt_bearer', { error, error_description }), [kind, reason]);
  });
}

const entra: [string, number, string, string][] = [
  ['unauthorized_client', 700016, 'oauth_client', 'client_unknown'],
  ['unauthorized_client', 7000229, 'request', 'admin_consent_required'],
  ['invalid_client', 7000222, 'oauth_client', 'client_secret_expired'],
  ['invalid_client', 700027, 'oauth_client', 'client_assertion_refused'],
  ['invalid_grant', 53003, 'request', 'conditional_access'],
  ['invalid_grant', 70000, 'request', 'request_refused'],
  ['invalid_request', 90002, 'request', 'tenant_unknown'],
  ['invalid_resource', 500011, 'request', 'mail_service_missing'],
];

for (const [error, code, kind, reason] of entra) {
  test(`Entra: ${error} ${code} is ${kind}, ${reason}`, () => {
    assert.deepEqual(judge('client_credentials', { error, error_codes: [code] }), [kind, reason]);
  });
}

test('an outage waits, whatever was asked', () => {
  assert.deepEqual(judge('jwt_bearer', {}, 503), ['transient', 'provider_unavailable']);
  assert.deepEqual(judge('client_credentials', {}, 429), ['transient', 'provider_rate_limited']);
});

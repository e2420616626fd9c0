// Google's domain-wide delegation: a service account gets tokens for the mailboxes of a domain, and is told exactly
// why when it does not.
import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type JWTPayload, SignJWT } from 'jose';
import type { ServiceAccountKeyFile } from '../../sandbox/index.ts';
import { clientOf, GMAIL, getWithToken, postForm, sandboxFor } from './harness.ts';
import { inboxCount, submit } from './mail-clients.ts';

const SEND = 'https://www.googleapis.com/auth/gmail.send';

async function delegated(t: TestContext, mail: 'npm' | 'none' = 'none') {
  const sandbox = await sandboxFor(t, { mail });
  const file = sandbox.google.createServiceAccount({
    delegations: { 'corp.test': [GMAIL, 'email', 'openid'] },
  });
  return { sandbox, file, ask: (change?: Change) => ask(file, change) };
}

type Change = { claims?: JWTPayload & { scope?: string }; kid?: string; key?: KeyObject; without?: string };

async function ask(file: ServiceAccountKeyFile, change: Change = {}) {
  const now = Math.floor(Date.now() / 1000);
  const claims: Record<string, unknown> = {
    iss: file.client_email,
    sub: 'bob@corp.test',
    scope: GMAIL,
    aud: file.token_uri,
    iat: now,
    exp: now + 3600,
    ...change.claims,
  };
  if (change.without !== undefined) delete claims[change.without];
  const assertion = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: change.kid ?? file.private_key_id })
    .sign(change.key ?? createPrivateKey(file.private_key));
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  return postForm(file.token_uri, { grant_type, assertion });
}

test('a delegated scope gives a token for the mailbox and no refresh token', async (t) => {
  const { sandbox, file, ask } = await delegated(t);
  const { status, body } = await ask();
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body).sort(), ['access_token', 'expires_in', 'token_type']);
  assert.equal(body.expires_in, 3599);
  const told = await clientOf(sandbox, 'google').introspect(body.access_token);
  assert.equal(told.email, 'bob@corp.test');
  assert.equal(told.client_id, file.client_id);
  assert.equal(told.scope, GMAIL);
});

test('the numeric id and the published audience do as well', async (t) => {
  const { file, ask } = await delegated(t);
  assert.equal((await ask({ claims: { iss: file.client_id } })).status, 200);
  assert.equal((await ask({ claims: { aud: 'https://oauth2.googleapis.com/token' } })).status, 200);
});

test('the token opens IMAP, SMTP, the Gmail API and userinfo of that mailbox', async (t) => {
  const { sandbox, ask } = await delegated(t, 'npm');
  const { body } = await ask({ claims: { scope: `openid ${GMAIL}` } });
  const token = String(body.access_token);
  await submit(sandbox, 'google', 'bob@corp.test', token, 'bob@corp.test');
  assert.equal(await inboxCount(sandbox, 'google', 'bob@corp.test', token), 1);
  const { origin } = sandbox.google;
  const profile = await getWithToken(`${origin}/gmail/v1/users/me/profile`, token);
  assert.equal(profile.body.emailAddress, 'bob@corp.test');
  const userinfo = await getWithToken(`${origin}/v1/userinfo`, token);
  assert.equal(userinfo.body.hd, 'corp.test');
});

test('every mistake has its own answer', async (t) => {
  const { sandbox, file, ask } = await delegated(t);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const now = Math.floor(Date.now() / 1000);
  const cases: [Change, number, string, RegExp][] = [
    [{ claims: { sub: 'nobody@corp.test' } }, 400, 'invalid_grant', /^Invalid email or User ID$/],
    [
      { claims: { sub: 'alice@gmail.test' } },
      401,
      'unauthorized_client',
      /^Client is unauthorized to retrieve/,
    ],
    [{ claims: { scope: SEND } }, 401, 'unauthorized_client', /^Client is unauthorized to retrieve/],
    [{ claims: { scope: `${GMAIL} ${SEND}` } }, 401, 'unauthorized_client', /^Client is unauthorized/],
    [{ key: stranger }, 400, 'invalid_grant', /^Invalid JWT Signature\.$/],
    [{ kid: 'another' }, 400, 'invalid_grant', /^Invalid JWT Signature\.$/],
    [{ claims: { iss: 'nobody@sandbox.iam.example.test' } }, 400, 'invalid_request', /^Invalid principal$/],
    [{ claims: { iat: now, exp: now + 3601 } }, 400, 'invalid_grant', /short-lived token/],
    [{ claims: { iat: now - 7200, exp: now - 3600 } }, 400, 'invalid_grant', /short-lived token/],
    [{ claims: { aud: 'https://accounts.elsewhere.test/token' } }, 400, 'invalid_grant', /audience/],
    [{ without: 'scope' }, 400, 'invalid_scope', /^Empty or missing scope/],
    [{ claims: { scope: 'https://example.test/unknown' } }, 400, 'invalid_scope', /^Invalid OAuth scope/],
  ];
  for (const [change, status, error, text] of cases) {
    const answer = await ask(change);
    assert.deepEqual([answer.status, answer.body.error], [status, error], JSON.stringify(answer.body));
    assert.match(String(answer.body.error_description), text);
  }
  sandbox.google.removeClient(file.client_id);
  assert.equal((await ask()).body.error_description, 'Invalid principal');
});

test('without a mailbox the token proves the key and opens nothing', async (t) => {
  const { sandbox, ask } = await delegated(t);
  const { status, body } = await ask({ without: 'sub' });
  assert.equal(status, 200);
  const profile = `${sandbox.google.origin}/gmail/v1/users/me/profile`;
  assert.equal((await getWithToken(profile, body.access_token)).status, 401);
});

test('a service account is no OAuth client, and its key counts as a secret', async (t) => {
  const { sandbox, file } = await delegated(t);
  const form = {
    grant_type: 'refresh_token',
    refresh_token: 'x',
    client_id: file.client_id,
    client_secret: 'x',
  };
  const answer = await postForm(file.token_uri, form);
  assert.equal(answer.body.error_description, 'The OAuth client was not found.');
  assert.ok(sandbox.mintedSecrets().includes(file.private_key));
});

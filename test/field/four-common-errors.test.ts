// The four errors that guides for connecting Outlook mailboxes name first, each with the remedy that people find here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { playFieldCase } from '../../sandbox/field-cases/index.ts';
import { verdictOf } from '../../src/core/diagnosis.ts';
import { reasonOfPage } from '../../src/core/provider-pages.ts';
import { secret } from '../../src/core/secret.ts';
import { authorizationUrl, type FieldWorld, signal, startFieldWorld } from './world.ts';

let world: FieldWorld;
before(async () => {
  world = await startFieldWorld();
});
after(() => world?.close());

test('invalid redirect URI: the remedy is the exact URI, in the platform Web', () => {
  const reason = reasonOfPage(
    'microsoft',
    'AADSTS50011: The redirect URI specified in the request does not match',
  );
  assert.equal(reason, 'redirect_uri_mismatch');
  const { remedy, actor } = verdictOf('redirect_uri_mismatch');
  assert.match(remedy, /set-up list.*platform Web/);
  assert.equal(actor, 'workspace');
});

test('invalid client secret: wrong and expired are told apart, and neither ends a grant', async () => {
  const request = { refreshToken: secret('a-refresh-token'), scopes: [], entraTenantId: null };
  for (const [id, reason, remedy] of [
    ['M12/refresh', 'client_secret_wrong', /value \(not its id\)/],
    ['M11/refresh', 'client_secret_expired', /the mailboxes stay connected/],
  ] as const) {
    playFieldCase(world.sandbox, id);
    const answer = await world.providers.microsoft.refresh(world.client('microsoft'), request, signal);
    assert.ok(!answer.ok);
    assert.deepEqual([answer.failure.kind, answer.failure.reason], ['oauth_client', reason]);
    assert.match(verdictOf(reason).remedy, remedy);
  }
});

test('repeated consent prompts: the administrator approves once, for everybody', () => {
  assert.equal(reasonOfPage('microsoft', 'Need admin approval'), 'admin_consent_required');
  const { remedy, actor } = verdictOf('admin_consent_required');
  assert.match(remedy, /Grant admin consent/);
  assert.equal(actor, 'mail_administrator');
});

test('prompt=consent: it is never sent to Microsoft, and always to Google, which gives no refresh token without', () => {
  const promptAt = (name: 'google' | 'microsoft') =>
    new URL(authorizationUrl(world, name)).searchParams.get('prompt')?.split(' ') ?? [];
  assert.ok(!promptAt('microsoft').includes('consent'));
  assert.ok(promptAt('google').includes('consent'));
});

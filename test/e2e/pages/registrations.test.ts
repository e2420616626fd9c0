// Registrations of other kinds, in a real browser: a certificate in place of a secret, a service account that needs
// nobody to sign in; and the page that looks into a mailbox.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createClientCertificate } from '../../providers/credential-files.ts';
import { arrivesAt, mainText, openStage, pick, press, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage.close());

test('a person connects through an OAuth client that signs with a certificate', async () => {
  const { pem, certificatePem } = await createClientCertificate();
  const clientId = randomUUID();
  const { body, text } = await stage.call('POST', '/v1/oauth-clients', {
    provider: 'microsoft',
    name: 'With a certificate',
    client_id: clientId,
    credential: { kind: 'certificate', value: pem },
  });
  const redirectUri = String(body.redirect_uri);
  stage.sandbox.microsoft.addClient({
    clientId,
    redirectUris: [redirectUri],
    certificates: [{ certificatePem }],
  });
  const { id, url } = await stage.invite({ provider: 'microsoft', oauth_client_id: body.id });
  const page = await stage.person();
  await page.goto(url);
  await press(page, 'Continue to Microsoft');
  await pick(page, 'erin@contoso.test');
  await press(page, 'Allow');
  await page.getByRole('heading', { name: 'Your mailbox is connected' }).waitFor();
  assert.equal((await stage.sessionOf(id)).status, 'connected', text);
});

test('where an administrator has delegated the access, one button connects the mailbox and nobody signs in', async () => {
  const file = stage.sandbox.google.createServiceAccount({
    delegations: { 'corp.test': ['https://mail.google.com/', 'openid', 'email'] },
  });
  const { body, text } = await stage.call('POST', '/v1/oauth-clients', {
    provider: 'google',
    name: 'Service account',
    grant_type: 'jwt_bearer',
    credential: { kind: 'service_account_key', value: JSON.stringify(file) },
  });
  assert.equal(typeof body.id, 'string', text);
  const invitation = { provider: 'google', oauth_client_id: body.id };
  const { id, url } = await stage.invite({ ...invitation, expected_email: 'gina@corp.test' });
  const page = await stage.person();
  await page.goto(url);
  await arrivesAt(page, 'Connect your mailbox', 'invitation-no-sign-in');
  assert.match(await mainText(page), /nothing that you have to sign in to/);
  await press(page, 'Connect gina@corp.test');
  await arrivesAt(page, 'Your mailbox is connected', 'connected-no-sign-in');
  assert.equal((await stage.sessionOf(id)).status, 'connected');

  const outside = await stage.invite({ ...invitation, expected_email: 'alice@gmail.test' });
  await page.goto(outside.url);
  await press(page, 'Connect alice@gmail.test');
  await arrivesAt(page, 'Your mailbox was not connected', 'failed-no-sign-in');
  assert.equal((await stage.sessionOf(outside.id)).status, 'failed');
});

test('the link of a diagnosis examines nothing until its button is pressed, and then shows each step', async () => {
  const { session } = await stage.connect('google', { login: 'bob@corp.test' });
  const made = await stage.call('POST', `/v1/mailboxes/${String(session.mailbox_id)}/diagnose`);
  assert.equal(made.status, 200, made.text);
  const url = String(made.body.url);
  await stage.sandbox.google.revokeUser('bob@corp.test');
  const refreshes = stage.sandbox.google.stats().refreshes;
  const page = await stage.person();
  await page.goto(url);
  await arrivesAt(page, 'Look into a mailbox', 'diagnosis-before');
  assert.equal(stage.sandbox.google.stats().refreshes, refreshes);
  await press(page, 'Run the diagnosis');
  await arrivesAt(page, 'Something keeps the mailbox from working', 'diagnosis');
  const shown = await mainText(page);
  assert.match(shown, /grant_revoked|authentication_refused/);
  assert.match(shown, /Ask whoever sent you this link for a reconnect link/);
  assert.doesNotMatch(await page.content(), /\/reconnect\//, 'a diagnosis link leads to nothing more');
  for (const secret of stage.sandbox.mintedSecrets()) assert.ok(!shown.includes(secret));
  // The bound counts by the minutes of the clock: around the turn of one, one more run is let through.
  const runAgain = () => Promise.all([page.waitForEvent('load'), press(page, 'Run it again')]);
  await runAgain();
  const isTurned = (await page.getByRole('heading', { level: 1 }).textContent()) !== 'Please wait a minute';
  if (isTurned) await runAgain();
  await arrivesAt(page, 'Please wait a minute', 'diagnosis-too-often');
});

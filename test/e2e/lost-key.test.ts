// A key of the keyring that is lost: the OAuth clients whose credentials it sealed are named, in the log once and by
// the doctor, and an operator mends them by entering the credential anew.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadConfig } from '../../src/config.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { generateKey } from '../../src/stores/keyring.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Call, type Installation, memberOf, startInstallation } from '../support/installation.ts';

const lost = generateKey();
const kept = generateKey();
const lines: string[] = [];
let installation: Installation;
let gateway: Gateway;
let clientId: string;
let mailboxId: string;
let call: Call;

const note = (level: string) => (message: string, fields?: object) => {
  lines.push(`${level} ${message} ${String(memberOf(fields, 'error') ?? '')}`);
};
const log = { debug: () => {}, info: () => {}, warn: note('warn'), error: note('error') };

const reopened = async (keyring: string): Promise<Gateway> => {
  const opened = await createGateway(
    loadConfig({ ...installation.environment, MAILGRANT_KEYRING: keyring }),
    { log },
  );
  await opened.start();
  return opened;
};

before(async () => {
  installation = await startInstallation({ environment: { MAILGRANT_KEYRING: lost } });
  const { google } = installation.sandbox;
  const { clientId: id, clientSecret } = google.clients.confidential;
  const soon = new Date(Date.now() + 20 * 86_400_000).toISOString();
  const made = await installation.call('POST', '/v1/oauth-clients', {
    provider: 'google',
    name: 'Our Gmail',
    client_id: id,
    client_secret: clientSecret,
    client_secret_expires_at: soon,
  });
  assert.equal(made.status, 201, made.text);
  clientId = String(made.body.id);
  mailboxId = await importMailbox(installation, 'google', 'bob@corp.test', { oauthClientId: clientId });
  call = installation.callAs(installation.apiKey);
  await installation.gateway.close();
  // The other key has sealed here as well; else nothing would start without the first.
  await (await reopened(`${kept},${lost}`)).close();
  lines.splice(0);
  gateway = await reopened(kept);
});
after(async () => {
  await gateway?.close();
  await installation.sandbox.close();
});

const told = (): string[] => lines.filter((line) => line.includes('OAuth client'));

test('the loop that warns of ends names an OAuth client whose key is lost, once, and warns of its end', async () => {
  for (let turn = 0; turn < 3; turn += 1) await gateway.core.maintenance.warnOfExpiring();
  assert.equal(told().length, 1, told().join('\n'));
  assert.match(told()[0] ?? '', new RegExp(`^error .*cannot be opened.*${clientId}`));
  const { body } = await call('GET', '/v1/events?limit=50');
  assert.match(JSON.stringify(body.items), /oauth_client\.credential_expiring/);
});

test('the doctor says so of the OAuth client, and of a mailbox by the name of its client', async () => {
  const examined = await call('POST', `/v1/oauth-clients/${clientId}/examine`);
  assert.equal(examined.status, 200, examined.text);
  assert.match(examined.text, /credential_unavailable/);
  const diagnosed = await call('POST', `/v1/mailboxes/${mailboxId}/diagnose`);
  assert.equal(diagnosed.status, 200, diagnosed.text);
  assert.equal(memberOf(diagnosed.body.summary, 'code'), 'credential_unavailable');
  const steps: unknown[] = Array.isArray(diagnosed.body.steps) ? diagnosed.body.steps : [];
  const failed = steps.find((step) => memberOf(step, 'result') === 'failed');
  assert.equal(memberOf(failed, 'title'), 'The OAuth client Our Gmail');
  assert.match(
    String(memberOf(failed, 'detail')),
    new RegExp(`sealed under a key that is not here.*${clientId}`),
  );
  assert.equal(told().length, 1, 'the log was told before');
});

test('entering the credential anew mends it', async () => {
  const { clientSecret } = installation.sandbox.google.clients.confidential;
  const changed = await call('PATCH', `/v1/oauth-clients/${clientId}`, { client_secret: clientSecret });
  assert.equal(changed.status, 200, changed.text);
  const { text } = await call('POST', `/v1/oauth-clients/${clientId}/examine`);
  assert.doesNotMatch(text, /credential_unavailable/);
});

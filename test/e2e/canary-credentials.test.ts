// The same search as canary.test.ts for what OAuth clients authenticate with, and for what a session holds until it is
// confirmed: entered, used, refused, rotated, examined and shown, and nowhere to be found.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { generate } from 'selfsigned';
import { approve } from '../../sandbox/end-user.ts';
import { type Answer, type Call, type Installation, startInstallation } from '../support/installation.ts';

const referenced = 'a-referenced-secret-that-nobody-may-see';
const folder = mkdtempSync(join(tmpdir(), 'mailgrant-canary-'));
let installation: Installation;
before(async () => {
  const file = join(folder, 'secret');
  writeFileSync(file, `${referenced}\n`);
  installation = await startInstallation({ environment: { MAILGRANT_CLIENT_SECRET_CANARY_FILE: file } });
});
after(async () => {
  await installation.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Private keys are found by their lines: a PEM is folded in other ways where it is quoted. */
const linesOf = (pem: string): string[] =>
  pem.split(/\r?\n|\\n/).filter((line) => line.length >= 40 && !line.startsWith('-----'));

async function certificatePem(): Promise<{ privateKey: string; both: string; certificate: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const made = await generate([{ name: 'commonName', value: 'canary' }], {
    keyPair: { privateKey, publicKey },
    algorithm: 'sha256',
  });
  return { privateKey: made.private, certificate: made.cert, both: `${made.private}\n${made.cert}` };
}

test('no credential of an OAuth client, and nothing that a session holds, is in logs, answers, pages or the database', async () => {
  const { sandbox, call, callAs, issueKey, workspaceId } = installation;
  const shown: string[] = [];
  const noted = (inner: Call): Call => {
    return async (...request) => {
      const answer: Answer = await inner(...request);
      shown.push(answer.text);
      return answer;
    };
  };
  const own = noted(call);
  const operatorKey = await issueKey(['all', 'workspaces:manage'], null);
  const operator = noted((method, path, body) =>
    callAs(operatorKey)(method, path, body, { 'mailgrant-workspace': workspaceId }),
  );

  const certificate = await certificatePem();
  const keyFile = sandbox.google.createServiceAccount({
    delegations: { 'corp.test': ['https://mail.google.com/'] },
  });
  const next = 'a-next-secret-that-nobody-may-see';
  const made = [
    await own('POST', '/v1/oauth-clients', {
      provider: 'microsoft',
      name: 'By certificate',
      client_id: '12121212-3434-4565-8787-909090909090',
      credential: { kind: 'certificate', value: certificate.both },
    }),
    await own('POST', '/v1/oauth-clients', {
      provider: 'google',
      grant_type: 'jwt_bearer',
      name: 'Service account',
      credential: { kind: 'service_account_key', value: JSON.stringify(keyFile) },
    }),
    await operator('POST', '/v1/oauth-clients', {
      provider: 'google',
      name: 'By reference',
      client_id: 'referenced.apps.example.test',
      credential: { reference: 'canary' },
    }),
    await own('POST', '/v1/oauth-clients', {
      provider: 'google',
      name: 'Two at once',
      client_id: 'two.apps.example.test',
      client_secret: 'a-first-secret-that-nobody-may-see',
    }),
  ];
  for (const { status, text } of made) assert.equal(status, 201, text);
  const two = made[3]?.body.id;
  await own('PATCH', `/v1/oauth-clients/${two}`, { next_credential: { value: next } });
  for (const { body } of made) {
    await own('POST', `/v1/oauth-clients/${body.id}/examine`, {});
    await own('GET', `/v1/oauth-clients/${body.id}/set-up`);
  }
  const mailbox = await own('POST', '/v1/mailboxes', {
    oauth_client_id: made[1]?.body.id,
    email: 'bob@corp.test',
  });
  assert.equal(mailbox.status, 201, mailbox.text);
  const diagnosis = await own('POST', `/v1/mailboxes/${mailbox.body.id}/diagnose`);
  const page = await fetch(String(diagnosis.body.url), { method: 'POST' });
  shown.push(await page.text());

  await own('PATCH', '/v1/settings', { return_urls: ['http://127.0.0.1:9/'] });
  // By name: the newest own client, which the provider does not know, would be chosen otherwise.
  const shared = await own('GET', '/v1/oauth-clients');
  assert.ok(Array.isArray(shared.body.items));
  const { id } = shared.body.items.find(({ is_shared, provider }) => is_shared && provider === 'google');
  const invitation = await own('POST', '/v1/connect-sessions', {
    provider: 'google',
    oauth_client_id: id,
    completion: 'confirm',
    return_url: 'http://127.0.0.1:9/done',
  });
  const way = await approve(String(invitation.body.url), {
    login: 'gina@corp.test',
    stopBeforeCallback: true,
  });
  const cookie = way.cookies.header(new URL(way.callbackUrl));
  await fetch(way.callbackUrl, { redirect: 'manual', headers: { cookie } });
  const held = await own('GET', `/v1/connect-sessions/${invitation.body.id}`);
  assert.equal(held.body.status, 'waiting_for_confirmation', held.text);
  await own('DELETE', `/v1/oauth-clients/${two}`);
  for (const path of ['/v1/oauth-clients', '/v1/mailboxes', '/v1/events?limit=100']) await own('GET', path);

  const secrets = [
    ...sandbox.mintedSecrets().flatMap((text) => (text.includes('-----BEGIN') ? linesOf(text) : [text])),
    ...linesOf(certificate.privateKey),
    ...linesOf(keyFile.private_key),
    referenced,
    next,
    'a-first-secret-that-nobody-may-see',
  ].filter((text) => text.length >= 8);
  assert.ok(secrets.length > 60, 'enough to make the search worth something');
  const files = readdirSync(installation.dataDir)
    .filter((name) => name.startsWith('mailgrant.db') && !name.endsWith('.lock') && !name.endsWith('-shm'))
    .map((name): [string, string] => [name, readFileSync(join(installation.dataDir, name), 'latin1')]);
  const places: [string, string][] = [
    ['log', installation.logged()],
    ['answers and pages', shown.join('\n')],
    ...files,
  ];
  assert.ok(files.length > 0);
  for (const [place, content] of places) {
    assert.ok(content.length > 0, `${place} is empty`);
    for (const secret of secrets) assert.ok(!content.includes(secret), `${place} holds a secret`);
  }
});

// How clients prove themselves at the token endpoint: several secrets, certificates, home directories, and that
// nothing else is looked at before.
import assert from 'node:assert/strict';
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  X509Certificate,
} from 'node:crypto';
import { test } from 'node:test';
import { type JWTPayload, SignJWT } from 'jose';
import { generate } from 'selfsigned';
import type { Sandbox, SandboxProvider } from '../../sandbox/index.ts';
import { clientOf, postForm, REDIRECT_URI, sandboxFor } from './harness.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const CLIENT_ID = '11111111-2222-4333-8444-555555555555';

/** What a program sends that has no person at hand: a code it made up. */
function proof(sandbox: Sandbox, provider: SandboxProvider, form: Record<string, string>, tenant = 'common') {
  const path = provider === 'google' ? '/token' : `/${tenant}/oauth2/v2.0/token`;
  return postForm(sandbox[provider].origin + path, {
    grant_type: 'authorization_code',
    code: 'made-up',
    redirect_uri: REDIRECT_URI,
    code_verifier: 'v'.repeat(43),
    ...form,
  });
}

test('Entra: a made-up code proves id and secret, and every wrong credential has its own answer', async (t) => {
  const sandbox = await sandboxFor(t);
  const past = Date.now() - 1000;
  sandbox.microsoft.addClient({
    clientId: CLIENT_ID,
    redirectUris: [REDIRECT_URI],
    secrets: [
      { value: 'first' },
      { value: 'second', expiresAt: Date.now() + 60_000 },
      { value: 'old', expiresAt: past },
    ],
  });
  const ask = async (secret?: string, client_id = CLIENT_ID) => {
    const credentials = secret === undefined ? {} : { client_secret: secret };
    const { status, body } = await proof(sandbox, 'microsoft', { client_id, ...credentials });
    return [status, body.error, Object(body.error_codes)[0]];
  };
  const proven = [400, 'invalid_grant', 70000];
  assert.deepEqual(await ask('first'), proven);
  assert.deepEqual(await ask('second'), proven);
  assert.deepEqual(await ask('old'), [401, 'invalid_client', 7000222]);
  assert.deepEqual(await ask('wrong'), [401, 'invalid_client', 7000215]);
  assert.deepEqual(await ask(), [401, 'invalid_client', 7000218]);
  assert.deepEqual(await ask('first', randomUUID()), [400, 'unauthorized_client', 700016]);

  sandbox.microsoft.expireSecret('second');
  assert.deepEqual(await ask('second'), [401, 'invalid_client', 7000222]);
  sandbox.microsoft.setSecrets(CLIENT_ID, [{ value: 'third' }]);
  assert.deepEqual(await ask('third'), proven);
  assert.deepEqual(await ask('first'), [401, 'invalid_client', 7000215]);
  sandbox.microsoft.removeClient(CLIENT_ID);
  assert.deepEqual(await ask('third'), [400, 'unauthorized_client', 700016]);
  for (const secret of ['first', 'second', 'old', 'third'])
    assert.ok(sandbox.mintedSecrets().includes(secret));
});

test('Google: a made-up code proves id and secret, and every wrong credential has its own answer', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.google.addClient({ clientId: 'web', clientSecret: 'right', redirectUris: [REDIRECT_URI] });
  const ask = async (client_secret: string, client_id = 'web') => {
    const { status, body } = await proof(sandbox, 'google', { client_id, client_secret });
    return [status, body.error, body.error_description];
  };
  assert.deepEqual(await ask('right'), [400, 'invalid_grant', 'Malformed auth code.']);
  assert.deepEqual(await ask('wrong'), [401, 'invalid_client', 'Unauthorized']);
  assert.deepEqual(await ask('right', 'other'), [401, 'invalid_client', 'The OAuth client was not found.']);
  sandbox.google.removeClient('web');
  assert.deepEqual(await ask('right'), [401, 'deleted_client', 'The OAuth client was deleted.']);
});

for (const provider of ['google', 'microsoft'] as const) {
  test(`${provider}: a code that was used before is told from one that was made up`, async (t) => {
    const client = clientOf(await sandboxFor(t), provider);
    const { query } = await client.authorize();
    const code = query.get('code');
    await client.exchange(code);
    await client.exchange(code);
    const again = await client.exchange(code);
    const unknown = await client.exchange('made-up');
    const facts = ({ body }: typeof again) => body.error_codes ?? body.error_description;
    assert.notDeepEqual(facts(again), facts(unknown));
  });

  test(`${provider}: with wrong credentials a good refresh token is not looked at`, async (t) => {
    const client = clientOf(await sandboxFor(t), provider);
    const { body } = await client.connect();
    for (const refreshToken of [body.refresh_token, 'nonsense']) {
      const refused = await client.refresh(refreshToken, { client_secret: 'wrong' });
      assert.equal(refused.body.error, 'invalid_client');
    }
    assert.equal((await client.refresh(body.refresh_token)).status, 200);
  });

  test(`${provider}: the second of two secrets connects and refreshes like the first`, async (t) => {
    const sandbox = await sandboxFor(t);
    const client = clientOf(sandbox, provider);
    const { clientId, clientSecret } = sandbox[provider].clients.confidential;
    sandbox[provider].setSecrets(clientId, [{ value: clientSecret }, { value: 'another' }]);
    const { query } = await client.authorize();
    const { status, body } = await client.exchange(query.get('code'), { client_secret: 'another' });
    assert.equal(status, 200);
    assert.equal((await client.refresh(body.refresh_token, { client_secret: 'another' })).status, 200);
    assert.equal((await client.refresh(body.refresh_token)).status, 200);
  });
}

type Change = { claims?: JWTPayload; header?: Record<string, unknown>; alg?: string; key?: KeyObject };

/** A program with a certificate and what it signs; `change` spoils one thing. */
function signer(key: KeyObject, thumbprint: Record<string, string>, audience: string) {
  return (change: Change = {}) =>
    new SignJWT({
      iss: CLIENT_ID,
      sub: CLIENT_ID,
      aud: audience,
      exp: Math.floor(Date.now() / 1000) + 300,
      jti: randomUUID(),
      ...change.claims,
    })
      .setProtectedHeader({ typ: 'JWT', ...(change.header ?? thumbprint), alg: change.alg ?? 'PS256' })
      .sign(change.key ?? key);
}

async function certified(sandbox: Sandbox) {
  const { cert, private: keyPem } = await generate([{ name: 'commonName', value: 'Mailgrant' }], {
    keySize: 2048,
  });
  const { raw } = new X509Certificate(cert);
  const hash = (algorithm: string) => createHash(algorithm).update(raw).digest('base64url');
  sandbox.microsoft.addClient({
    clientId: CLIENT_ID,
    redirectUris: [REDIRECT_URI],
    certificates: [{ certificatePem: cert }],
  });
  const audience = `${sandbox.microsoft.origin}/contoso.test/oauth2/v2.0/token`;
  const sign = signer(createPrivateKey(keyPem), { 'x5t#S256': hash('sha256') }, audience);
  const ask = async (assertion: string) => {
    const form = { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion, client_id: CLIENT_ID };
    const { body } = await proof(sandbox, 'microsoft', form);
    return Object(body.error_codes)[0];
  };
  return { sign, ask, hash };
}

test('Entra: a certificate authenticates by PS256 or RS256, for any tenant path of the token endpoint', async (t) => {
  const sandbox = await sandboxFor(t);
  const { sign, ask, hash } = await certified(sandbox);
  assert.equal(await ask(await sign()), 70000);
  assert.equal(await ask(await sign({ alg: 'RS256', header: { x5t: hash('sha1') } })), 70000);
  const common = `${sandbox.microsoft.origin}/common/oauth2/v2.0/token`;
  assert.equal(await ask(await sign({ claims: { aud: common } })), 70000);
});

test('Entra: an assertion works once', async (t) => {
  const { sign, ask } = await certified(await sandboxFor(t));
  const assertion = await sign();
  assert.equal(await ask(assertion), 70000);
  assert.equal(await ask(assertion), 700027);
});

test('Entra: an assertion that is wrong in any one thing is refused', async (t) => {
  const sandbox = await sandboxFor(t);
  const { sign, ask, hash } = await certified(sandbox);
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const spoilt: Change[] = [
    { claims: { aud: sandbox.microsoft.origin } },
    { claims: { aud: 'https://login.elsewhere.test/common/oauth2/v2.0/token' } },
    { claims: { iss: 'somebody-else' } },
    { claims: { sub: 'somebody-else' } },
    { claims: { exp: Math.floor(Date.now() / 1000) - 1 } },
    { claims: { jti: '' } },
    { header: {} },
    { header: { 'x5t#S256': hash('sha1') } },
    { alg: 'PS512' },
    { key: stranger },
  ];
  for (const change of spoilt) assert.equal(await ask(await sign(change)), 700027, JSON.stringify(change));
  assert.equal(await ask('garbage'), 700027);
});

test('Entra: a client with a certificate connects a mailbox and refreshes it', async (t) => {
  const sandbox = await sandboxFor(t);
  const { sign } = await certified(sandbox);
  const client = clientOf(sandbox, 'microsoft');
  const credentials = async () => ({
    client_id: CLIENT_ID,
    client_secret: '',
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await sign(),
  });
  const { query } = await client.authorize({}, { client_id: CLIENT_ID });
  const first = await client.exchange(query.get('code'), await credentials());
  assert.equal(first.status, 200);
  assert.equal((await client.refresh(first.body.refresh_token, await credentials())).status, 200);
});

test('Entra: a bare public key is enough to register', async (t) => {
  const sandbox = await sandboxFor(t);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  sandbox.microsoft.addClient({ clientId: CLIENT_ID, redirectUris: [], certificates: [{ publicKeyPem }] });
  const sign = signer(privateKey, { x5t: 'thumb' }, `${sandbox.microsoft.origin}/common/oauth2/v2.0/token`);
  const form = { client_assertion_type: ASSERTION_TYPE, client_assertion: await sign() };
  const { body } = await proof(sandbox, 'microsoft', form);
  assert.deepEqual(body.error_codes, [70000]);
});

test('Entra: a client of one directory works there and nowhere else', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.microsoft.addClient({
    clientId: CLIENT_ID,
    clientSecret: 's',
    redirectUris: [REDIRECT_URI],
    isMultiTenant: false,
    homeTenant: 'contoso.test',
  });
  sandbox.microsoft.setDirectory('fabrikam.test', {});
  const ask = async (tenant: string) => {
    const { body } = await proof(sandbox, 'microsoft', { client_id: CLIENT_ID, client_secret: 's' }, tenant);
    return Object(body.error_codes)[0];
  };
  assert.equal(await ask('contoso.test'), 70000);
  assert.equal(await ask('common'), 50194);
  assert.equal(await ask('organizations'), 50194);
  assert.equal(await ask('fabrikam.test'), 700016);
  assert.equal(await ask('nowhere.test'), 90002);
});

test('Entra: a public client must not send a secret', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.microsoft.addClient({ clientId: CLIENT_ID, redirectUris: [REDIRECT_URI], kind: 'public' });
  const ask = async (form: Record<string, string>) => {
    const { body } = await proof(sandbox, 'microsoft', { client_id: CLIENT_ID, ...form });
    return Object(body.error_codes)[0];
  };
  assert.equal(await ask({ client_secret: 'any' }), 700025);
  assert.equal(await ask({}), 70000);
});

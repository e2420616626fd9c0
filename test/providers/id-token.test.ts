import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import type { Clock } from '../../src/core/ports.ts';
import { secret } from '../../src/core/secret.ts';
import { createEgress } from '../../src/egress.ts';
import { createIdTokenVerifier } from '../../src/providers/id-token.ts';
import { consumerTenantId, entraIdentity, googleIdentity } from '../../src/providers/identity.ts';
import {
  createSigner,
  hanging,
  html,
  json,
  nowSeconds,
  startServer,
  systemClock,
  type TestServer,
} from './helpers.ts';

const egress = createEgress();
const signal = new AbortController().signal;
const signer = await createSigner();
let keys: TestServer;
before(async () => {
  keys = await startServer(json(200, signer.keySet));
});
after(async () => {
  await keys.close();
  await egress.close();
});

const goodClaims = (): JWTPayload => ({
  iss: 'https://accounts.google.com',
  sub: '1',
  aud: 'client-1',
  iat: nowSeconds(),
  exp: nowSeconds() + 300,
  nonce: 'n-1',
});

const verify = (
  idToken: string,
  options: { keysUrl?: string; clock?: Pick<Clock, 'now'>; signal?: AbortSignal } = {},
) =>
  createIdTokenVerifier({ egressFetch: egress.fetch, clock: options.clock ?? systemClock })(
    { idToken: secret(idToken), keysUrl: options.keysUrl ?? keys.origin, audience: 'client-1', nonce: 'n-1' },
    options.signal ?? signal,
  );

const reasonOf = async (idToken: string, options?: Parameters<typeof verify>[1]) => {
  const result = await verify(idToken, options);
  return result.ok ? 'ok' : `${result.failure.kind}:${result.failure.reason}`;
};

test('a token with the right signature, audience, times and nonce is accepted', async () => {
  const result = await verify(await signer.sign(goodClaims()));
  assert.ok(result.ok);
  assert.equal(result.value.sub, '1');
});

const bad: [string, Partial<Record<string, unknown>>][] = [
  ['another audience', { aud: 'client-2' }],
  ['another nonce', { nonce: 'n-2' }],
  ['no nonce', { nonce: undefined }],
  ['no subject', { sub: undefined }],
  ['expired', { exp: nowSeconds() - 61 }],
  ['not valid yet', { nbf: nowSeconds() + 120 }],
  ['several audiences without an authorized party', { aud: ['client-1', 'client-2'] }],
  ['another authorized party', { azp: 'client-2' }],
];
for (const [what, changes] of bad) {
  test(`a token is refused: ${what}`, async () => {
    const token = await signer.sign({ ...goodClaims(), ...changes });
    assert.equal(await reasonOf(token), 'request:identity_invalid');
  });
}

test('two clocks may differ by a minute', async () => {
  assert.equal(await reasonOf(await signer.sign({ ...goodClaims(), exp: nowSeconds() - 30 })), 'ok');
});

test("times are judged by the gateway's own clock", async () => {
  const clock = { now: () => Date.now() + 3_600_000 };
  assert.equal(await reasonOf(await signer.sign(goodClaims()), { clock }), 'request:identity_invalid');
});

test('alg none, a shared-secret algorithm and a foreign key are refused', async () => {
  assert.equal(await reasonOf(new UnsecuredJWT(goodClaims()).encode()), 'request:identity_invalid');
  const shared = await new SignJWT(goodClaims())
    .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
    .sign(new TextEncoder().encode(JSON.stringify(signer.keySet)));
  assert.equal(await reasonOf(shared), 'request:identity_invalid');
  const stranger = await createSigner();
  assert.equal(await reasonOf(await stranger.sign(goodClaims())), 'request:identity_invalid');
  for (const text of ['', 'a.b.c', 'nonsense'])
    assert.equal(await reasonOf(text), 'request:identity_invalid');
});

test('a key that is not published yet is a passing trouble', async () => {
  const token = await signer.sign(goodClaims(), { kid: 'k2' });
  assert.equal(await reasonOf(token), 'transient:provider_answer_unreadable');
});

test('keys are fetched once, and not again for an unknown key during the cool-down', async (t) => {
  const server = await startServer(json(200, signer.keySet));
  t.after(() => server.close());
  const verifier = createIdTokenVerifier({ egressFetch: egress.fetch, clock: systemClock });
  const check = async (kid: string) =>
    verifier(
      {
        idToken: secret(await signer.sign(goodClaims(), { kid })),
        keysUrl: server.origin,
        audience: 'client-1',
        nonce: 'n-1',
      },
      signal,
    );
  for (const kid of ['k1', 'k1', 'k9', 'k9']) await check(kid);
  assert.equal(server.requests.length, 1);
});

test('a key endpoint that answers with something else is a passing trouble', async (t) => {
  const token = await signer.sign(goodClaims());
  for (const respond of [html(200), html(502), json(200, { keys: 'x' })]) {
    const server = await startServer(respond);
    t.after(() => server.close());
    assert.equal(await reasonOf(token, { keysUrl: server.origin }), 'transient:provider_answer_unreadable');
  }
  const gone = await startServer(hanging);
  await gone.close();
  assert.equal(await reasonOf(token, { keysUrl: gone.origin }), 'transient:provider_unavailable');
});

test('an abort ends the wait for the keys at once', async (t) => {
  const controller = new AbortController();
  const server = await startServer(() => controller.abort());
  t.after(() => server.close());
  const token = await signer.sign(goodClaims());
  const reason = await reasonOf(token, { keysUrl: server.origin, signal: controller.signal });
  assert.equal(reason, 'transient:provider_timeout');
});

// ---------------------------------------------------------------------------------------------------------

const issuers = ['https://accounts.google.com'];

test('both spellings of Google’s issuer are one identity', () => {
  for (const iss of ['https://accounts.google.com', 'accounts.google.com']) {
    const identity = googleIdentity(
      { iss, sub: '7', email: 'Ann@Corp.test', hd: 'corp.test', name: 'Ann' },
      issuers,
    );
    assert.deepEqual(identity, {
      ok: true,
      value: {
        issuer: 'https://accounts.google.com',
        subject: '7',
        email: 'ann@corp.test',
        name: 'Ann',
        entraTenantId: null,
        isManaged: true,
      },
    });
  }
});

test('another issuer than Google’s is refused', () => {
  for (const iss of ['https://accounts.google.com.evil.test', 'http://accounts.google.com', '', undefined]) {
    assert.equal(googleIdentity({ iss, sub: '7' }, issuers).ok, false, String(iss));
  }
});

test('an address that Google does not vouch for is no address, and a missing name is empty', () => {
  for (const claims of [{ email: 'a@b.test', email_verified: false }, { email: 'not an address' }, {}]) {
    const identity = googleIdentity({ iss: issuers[0], sub: '7', ...claims }, issuers);
    assert.ok(identity.ok);
    assert.equal(identity.value.email, null);
    assert.equal(identity.value.name, '');
    assert.equal(identity.value.isManaged, false);
  }
});

const tid = '11111111-2222-3333-4444-555555555555';
const template = ['https://login.microsoftonline.com/{tenantid}/v2.0'];
const entraClaims = { iss: `https://login.microsoftonline.com/${tid}/v2.0`, tid, oid: 'o-1', sub: 's-1' };
const entra = (claims: Record<string, unknown>, entraTenant = 'common') =>
  entraIdentity({ ...entraClaims, ...claims }, { issuers: template, entraTenant });

test('an Entra identity is directory and object, and keeps the concrete issuer', () => {
  const identity = entra({ preferred_username: 'Erin@Contoso.test' });
  assert.deepEqual(identity, {
    ok: true,
    value: {
      issuer: entraClaims.iss,
      subject: 'o-1',
      email: 'erin@contoso.test',
      name: '',
      entraTenantId: tid,
      isManaged: true,
    },
  });
});

test('the sign-in name goes before the email claim, which a directory may fill with any address', () => {
  const both = entra({ email: 'somebody@else.test', preferred_username: 'c@d.test' });
  assert.ok(both.ok);
  assert.equal(both.value.email, 'c@d.test');
  const phone = entra({ email: 'a@b.test', preferred_username: '+4917012345' });
  assert.ok(phone.ok);
  assert.equal(phone.value.email, null);
});

test('a user name that is no address is none', () => {
  const none = entra({ preferred_username: '+4917012345' });
  assert.ok(none.ok);
  assert.equal(none.value.email, null);
});

test('an issuer that does not carry the token’s own directory is refused', () => {
  const other = '99999999-2222-3333-4444-555555555555';
  const bad: Record<string, unknown>[] = [
    { tid: other },
    { tid: 'contoso.com', iss: 'https://login.microsoftonline.com/contoso.com/v2.0' },
    { tid: undefined },
    { iss: 'https://login.microsoftonline.com/{tenantid}/v2.0', tid: '{tenantid}' },
    { iss: `https://login.microsoftonline.us/${tid}/v2.0` },
    { oid: undefined },
    { oid: '' },
  ];
  for (const claims of bad) {
    const identity = entra(claims);
    assert.ok(!identity.ok, JSON.stringify(claims));
    assert.equal(identity.failure.reason, 'identity_invalid');
  }
});

test('a client of one directory takes nobody from another', () => {
  assert.ok(entra({}, tid).ok);
  assert.ok(entra({}, tid.toUpperCase()).ok);
  const refused = entra({}, '99999999-2222-3333-4444-555555555555');
  assert.ok(!refused.ok);
  assert.equal(refused.failure.reason, 'account_not_found');
  assert.equal(entra({}, 'consumers').ok, false);
});

test('an account of the consumer directory is not managed', () => {
  const identity = entra({
    tid: consumerTenantId,
    iss: `https://login.microsoftonline.com/${consumerTenantId}/v2.0`,
  });
  assert.ok(identity.ok);
  assert.equal(identity.value.isManaged, false);
});

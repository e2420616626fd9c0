// What is told of a credential when somebody enters it.
import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { before, test } from 'node:test';
import type { CredentialKind } from '../../src/core/client-credentials.ts';
import { secret } from '../../src/core/secret.ts';
import { createCredentialParser } from '../../src/providers/credentials.ts';
import { builtInEndpoints } from '../../src/providers/endpoints.ts';
import { createProviders } from '../../src/providers/index.ts';
import { type ClientCertificate, createClientCertificate, keyFile, rsaPem } from './credential-files.ts';
import { systemClock } from './helpers.ts';

const { google, microsoft } = createProviders({
  endpoints: builtInEndpoints,
  egressFetch: () => Promise.reject(new Error('nothing is called here')),
  egressPost: () => Promise.reject(new Error('nothing is called here')),
  clock: systemClock,
});

let own: ClientCertificate;
let other: ClientCertificate;
before(async () => {
  [own, other] = await Promise.all([createClientCertificate(), createClientCertificate()]);
});

const objectionTo = (kind: CredentialKind, text: string, provider = microsoft): string => {
  const facts = provider.readCredential(kind, secret(text));
  assert.ok(!facts.ok, `a ${kind} was accepted that should not be`);
  return facts.objection;
};

test('each grant type takes the kinds of credential that its provider knows', () => {
  assert.deepEqual(google.registrations, {
    authorization_code: ['secret'],
    jwt_bearer: ['service_account_key'],
  });
  assert.deepEqual(microsoft.registrations, {
    authorization_code: ['secret', 'certificate'],
    client_credentials: ['secret', 'certificate'],
  });
});

test('a secret is any text without control characters, up to a length', () => {
  const facts = { ok: true, expiresAt: null, clientId: null };
  assert.deepEqual(google.readCredential('secret', secret('GOCSPX-a b~é')), facts);
  assert.deepEqual(google.readCredential('secret', secret('x'.repeat(4096))), facts);
  assert.match(objectionTo('secret', ' '), /blank/);
  assert.match(objectionTo('secret', 'one\ntwo'), /line breaks/);
  assert.match(objectionTo('secret', 'x'.repeat(4097)), /4096/);
});

test('the id of a secret is not taken for its value at Microsoft', () => {
  const id = '0b7f6f0e-2f7c-4d6c-9f5e-0d4f7a1b2c3d';
  assert.match(objectionTo('secret', id), /id of a secret/);
  assert.ok(google.readCredential('secret', secret(id)).ok);
});

test('a certificate is read with its key, in either order and either form, and tells when it ends', () => {
  const facts = { ok: true, expiresAt: own.notAfter.getTime(), clientId: null };
  const pkcs1 = createPrivateKey(own.keyPem).export({ type: 'pkcs1', format: 'pem' }).toString();
  for (const pem of [own.pem, `${own.certificatePem}\n${own.keyPem}`, pkcs1 + own.certificatePem]) {
    assert.deepEqual(microsoft.readCredential('certificate', secret(pem)), facts);
  }
});

test('a certificate that cannot sign for its client is refused, with the reason and without the key', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const encrypted = createPrivateKey(own.keyPem);
  const locked = { cipher: 'aes-256-cbc', passphrase: 'open sesame', format: 'pem' } as const;
  const cases: [string, RegExp][] = [
    ['', /exactly one private key/],
    [own.certificatePem, /exactly one private key/],
    [own.keyPem, /exactly one certificate/],
    [own.pem + other.keyPem, /exactly one private key/],
    [own.pem + other.certificatePem, /exactly one certificate/],
    [own.keyPem + other.certificatePem, /another private key/],
    [ec.export({ type: 'pkcs8', format: 'pem' }).toString() + own.certificatePem, /RSA/],
    [rsaPem('pkcs8', 1024) + own.certificatePem, /2048 bits/],
    [encrypted.export({ type: 'pkcs8', ...locked }).toString() + own.certificatePem, /encrypted/],
    [encrypted.export({ type: 'pkcs1', ...locked }).toString() + own.certificatePem, /encrypted/],
    [own.keyPem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA') + own.certificatePem, /private key that cannot/],
    [
      own.keyPem + own.certificatePem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
      /certificate that cannot be read/,
    ],
    ['-'.repeat(70_000), /too long/],
  ];
  const inside = own.keyPem.split('\n')[3] ?? '';
  for (const [pem, reason] of cases) {
    const objection = objectionTo('certificate', pem);
    assert.match(objection, reason);
    assert.ok(!objection.includes(inside));
  }
});

test('many beginnings of a PEM block cost no time', () => {
  const started = performance.now();
  objectionTo('certificate', '-----BEGIN A-----\n- -'.repeat(3000));
  assert.ok(performance.now() - started < 10_000);
});

test('a key file names its numeric client id', () => {
  assert.deepEqual(google.readCredential('service_account_key', secret(keyFile())), {
    ok: true,
    expiresAt: null,
    clientId: '100200300',
  });
});

test('a key file that is none is refused, with the member that is wrong', () => {
  const cases: [string, RegExp][] = [
    ['not json', /JSON/],
    ['[]', /JSON/],
    [keyFile({ type: 'authorized_user' }), /service_account/],
    [keyFile({ client_email: 'nobody' }), /client_email/],
    [keyFile({ client_id: 'x.apps.example.test' }), /client_id/],
    [keyFile({ client_id: 100 }), /client_id/],
    [keyFile({ private_key_id: '' }), /private_key_id/],
    [keyFile({ private_key: undefined }), /private_key/],
    [keyFile({ private_key: 'secret words' }), /cannot be read/],
    [keyFile({ padding: 'x'.repeat(70_000) }), /too long/],
  ];
  for (const [file, reason] of cases) {
    const objection = objectionTo('service_account_key', file, google);
    assert.match(objection, reason);
    assert.ok(!objection.includes('secret words'));
  }
});

test('a text is read once, and another text never gives its key', () => {
  const parse = createCredentialParser();
  const first = parse('certificate', secret(own.pem));
  assert.equal(parse('certificate', secret(own.pem)), first);
  assert.notEqual(parse('certificate', secret(other.pem)), first);
  assert.ok(!parse('service_account_key', secret(own.pem)).ok);
});

// That the search of the canary tests finds what it looks for: what it cannot find it would call safe.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { findSecrets, takenOut } from './canary-search.ts';

const value = 'canary-+/"secret" of 1';
const secrets = [{ name: 'planted', value }];
const found = (content: string) => findSecrets([{ name: 'place', content }], secrets).map(({ form }) => form);

test('a secret is found as it is, in JSON, in a URL, in base64 and in hexadecimal', () => {
  assert.deepEqual(found(`before ${value} after`), ['as it is']);
  assert.deepEqual(found(JSON.stringify({ a: [value] })), ['in JSON']);
  assert.deepEqual(found(`https://x.example/?q=${encodeURIComponent(value)}`), ['in a URL']);
  assert.deepEqual(found(new URLSearchParams({ a: value }).toString()), ['in a form']);
  assert.deepEqual(found(`Basic ${Buffer.from(value).toString('base64')}`), ['in base64']);
  const hex = Buffer.from(value).toString('hex');
  assert.deepEqual(found(hex), ['in hexadecimal']);
  assert.deepEqual(found(hex.toUpperCase()), ['in hexadecimal capitals']);
  assert.deepEqual(found(`\x00\xff${value}\x00`), ['as it is']);
  assert.deepEqual(found(value.slice(1)), []);
});

test('a private key is found by any of its lines', () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const line = privateKey.split('\n')[3] ?? '';
  const findings = findSecrets(
    [{ name: 'place', content: `cut off: ${line}` }],
    [{ name: 'key', value: privateKey }],
  );
  assert.deepEqual(findings, [{ secret: 'key', place: 'place', form: 'a line of it' }]);
});

test('a link is excused in the pages of its holder and nowhere else', () => {
  const link = [{ name: 'link', value: 'token-of-a-link', isLink: true }];
  const places = ['pages', 'log'].map((name) => ({
    name,
    content: 'token-of-a-link',
    isShownToHolder: name === 'pages',
  }));
  assert.deepEqual(
    findSecrets(places, link).map(({ place }) => place),
    ['log'],
  );
});

test('what an answer hands out is taken out of its own member alone', () => {
  const handed: string[] = [];
  const text = JSON.stringify({ list: [{ secret: 'one' }], other: 'one', secret: null });
  const rest = takenOut(text, ['secret'], (_, value) => handed.push(value));
  assert.deepEqual(handed, ['one']);
  assert.deepEqual(JSON.parse(rest), { list: [{ secret: '[handed]' }], other: 'one', secret: null });
  assert.equal(takenOut('<p>no JSON</p>', ['secret'], assert.fail), '<p>no JSON</p>');
});

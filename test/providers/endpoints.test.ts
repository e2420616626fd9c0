import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayError } from '../../src/core/errors.ts';
import { builtInEndpoints, describeReplacements, parseEndpointFile } from '../../src/providers/endpoints.ts';

const mistakesOf = (document: unknown): string[] => {
  try {
    parseEndpointFile(document);
  } catch (error) {
    assert.ok(error instanceof GatewayError);
    assert.equal(error.code, 'invalid_request');
    const fields = error.extras.fields ?? [];
    for (const { field } of fields) assert.ok(error.message.includes(field));
    return fields.map(({ field }) => field);
  }
  return [];
};

test('without replacements the built-in table stands and nothing is announced', () => {
  const table = parseEndpointFile({});
  assert.deepEqual(table.google, builtInEndpoints.google);
  assert.deepEqual(Object.keys(table.microsoft), ['global', 'us-gov-l4', 'us-gov-dod', 'china']);
  assert.deepEqual(describeReplacements(table), []);
});

test('the built-in table obeys the rules for an operator’s file', () => {
  const { google, microsoft } = builtInEndpoints;
  assert.deepEqual(mistakesOf({ google, microsoft }), []);
});

test('a partial entry is merged over the built-in one and announced by name', () => {
  const table = parseEndpointFile({
    caFile: '/etc/ca.pem',
    google: { default: { token: 'http://127.0.0.1:7000/token/' } },
    microsoft: { global: { imap: { host: 'localhost', port: 1993, tls: 'implicit' } } },
  });
  assert.equal(table.google.default?.token, 'http://127.0.0.1:7000/token');
  assert.equal(table.google.default?.keys, builtInEndpoints.google.default?.keys);
  assert.equal(table.microsoft.global?.imap.port, 1993);
  assert.equal(builtInEndpoints.google.default?.token, 'https://oauth2.googleapis.com/token');
  assert.deepEqual(describeReplacements(table), [
    'endpoint google.default.token is replaced: http://127.0.0.1:7000/token',
    'endpoint microsoft.global.imap is replaced: {"host":"localhost","port":1993,"tls":"implicit"}',
    'mail servers may also be certified by /etc/ca.pem',
  ]);
});

test('a new cloud is taken when complete and refused with every gap otherwise', () => {
  const complete = builtInEndpoints.microsoft.global;
  const table = parseEndpointFile({ microsoft: { lab: complete } });
  assert.deepEqual(table.microsoft.lab, complete);
  const gaps = mistakesOf({ google: { lab: { issuers: ['https://lab.test'] } } });
  assert.equal(gaps.length, 8);
  assert.ok(gaps.includes('/google/lab/gmailApi'));
});

test('all mistakes are told at once', () => {
  assert.deepEqual(
    mistakesOf({
      caFile: 'ca.pem',
      yahoo: {},
      google: {
        'Bad Name': {},
        default: {
          issuers: [],
          token: 'http://oauth.example.com/token',
          keys: 'https://user:word@a.test/keys',
          revocation: 'https://a.test/revoke?x=1',
          userinfo: 7,
          colour: 'red',
          imap: { host: 'a b', port: 70_000, tls: 'none', extra: 1 },
          gmailApi: 'https://a.test:0/gmail',
          authorization: 'https://a.test:99999/auth',
        },
      },
      microsoft: {
        global: {
          token: 'https://a.test/token',
          issuers: ['https://a.test/{tenant}'],
          graph: 'https://a.test/{x}',
          adminConsent: 'https://a.test/adminconsent',
        },
      },
    }).sort(),
    [
      '/caFile',
      '/google/Bad Name',
      '/google/default/authorization',
      '/google/default/colour',
      '/google/default/gmailApi',
      '/google/default/imap/extra',
      '/google/default/imap/host',
      '/google/default/imap/port',
      '/google/default/imap/tls',
      '/google/default/issuers',
      '/google/default/keys',
      '/google/default/revocation',
      '/google/default/token',
      '/google/default/userinfo',
      '/microsoft/global/adminConsent',
      '/microsoft/global/graph',
      '/microsoft/global/issuers/0',
      '/microsoft/global/token',
      '/yahoo',
    ],
  );
});

test('a document that is no object is refused', () => {
  for (const document of [null, [], 'text', 7]) assert.deepEqual(mistakesOf(document), ['']);
  assert.deepEqual(mistakesOf({ google: [], microsoft: { global: null } }), ['/google', '/microsoft/global']);
});

test('names from the prototype are no clouds and no members', () => {
  const document: unknown = JSON.parse('{"google":{"__proto__":{}},"constructor":{}}');
  assert.deepEqual(mistakesOf(document), ['/constructor', '/google/__proto__']);
});

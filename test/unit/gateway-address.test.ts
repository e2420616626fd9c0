// The address that `mailgrant doctor --url` is given.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseUrlOf } from '../../src/cli/place.ts';

test('the path of an address stays in front of the paths of the API', () => {
  for (const [given, base] of [
    ['https://mail.example.com', 'https://mail.example.com'],
    ['https://mail.example.com/', 'https://mail.example.com'],
    ['https://example.com/mailgrant', 'https://example.com/mailgrant'],
    ['https://example.com/a/mailgrant//', 'https://example.com/a/mailgrant'],
    ['http://127.0.0.1:8025', 'http://127.0.0.1:8025'],
    ['http://localhost:8025/', 'http://localhost:8025'],
    ['http://[::1]:8025', 'http://[::1]:8025'],
  ] as const) {
    assert.equal(baseUrlOf(given), base);
  }
});

test('an API key crosses no network in clear', () => {
  for (const given of [
    'http://mail.example.com',
    'http://10.0.0.7:8025',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
  ]) {
    assert.throws(() => baseUrlOf(given), /must be https/, given);
  }
});

test('what is no address of a gateway is refused', () => {
  for (const given of ['', 'mail.example.com', 'ftp://127.0.0.1', 'https://a.example.com/?x=1']) {
    assert.throws(() => baseUrlOf(given), /must be the address of the gateway/, given);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { secret } from '../../src/core/secret.ts';
import { createLog } from '../../src/log.ts';

function logged(fields: Record<string, unknown>): string {
  const lines: string[] = [];
  createLog('info', (line) => lines.push(line)).info('something', fields);
  return lines.join('');
}

test('a secret prints as [redacted], however it is printed', () => {
  const value = secret('the-secret-text');
  for (const text of [
    `${value}`,
    JSON.stringify({ value }),
    inspect(value),
    inspect({ a: [value] }),
    logged({ value }),
  ]) {
    assert.ok(text.includes('[redacted]'), text);
    assert.ok(!text.includes('the-secret-text'), text);
  }
});

test('the names under which providers send secrets are redacted also as plain text, two levels deep', () => {
  for (const name of ['access_token', 'refresh_token', 'client_secret', 'authorization', 'code_verifier']) {
    assert.ok(!logged({ [name]: 'plain-text' }).includes('plain-text'), name);
    assert.ok(!logged({ answer: { body: { [name]: 'plain-text' } } }).includes('plain-text'), name);
  }
});

test('what says which error it was stays readable', () => {
  assert.match(logged({ code: 'provider_unavailable' }), /provider_unavailable/);
});

test('an error is logged with its cause', () => {
  const text = logged({ error: new Error('outer', { cause: new Error('inner') }) });
  assert.match(text, /outer/);
  assert.match(text, /inner/);
});

// What an endpoint says again of what it was sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutEchoes } from '../../src/core/webhooks/echoes.ts';
import { credentialsOf, emptyVendorKey, sealVendorKey } from '../../src/core/webhooks/formats/vendor-key.ts';

test('a word is taken out as it is, and as JSON, PHP, HTML and a query write it', () => {
  const word = 'a"b/c&d<e>';
  const forms = [
    word,
    JSON.stringify({ word }),
    JSON.stringify({ word }).replaceAll('/', '\\/'),
    'a&quot;b/c&amp;d&lt;e&gt;',
    `?q=${encodeURIComponent(word)}`,
  ];
  for (const form of forms) {
    const kept = withoutEchoes(`before ${form} after`, [word]);
    assert.match(kept, /^before .*\[redacted\].* after$/, form);
    for (const part of ['b/c', 'd<e', 'd&lt;e', 'b%2Fc', 'b\\/c']) assert.ok(!kept.includes(part), kept);
  }
});

test('where the answer was cut off within a word, its beginning goes too', () => {
  assert.equal(withoutEchoes('you sent 0123456', ['0123456789']), 'you sent [redacted]');
  assert.equal(withoutEchoes('you sent 0123', ['0123456789']), 'you sent 0123');
});

test('other answers stay as they are, also beside short words and none', () => {
  assert.equal(withoutEchoes('no such hook: 1', ['1', '']), 'no such hook: 1');
  assert.equal(withoutEchoes('', ['0123456789']), '');
});

test('of headers the value, what stands behind its scheme, and the password of Basic are such words', () => {
  const basic = Buffer.from('hook:a:long:password').toString('base64');
  const key = sealVendorKey({
    ...emptyVendorKey,
    headers: [{ key: 'X-Token', value: 'Token a-long-value' }],
    authorization: `Basic ${basic}`,
  });
  const words = credentialsOf(key);
  for (const word of ['Token a-long-value', 'a-long-value', basic, 'a:long:password']) {
    assert.ok(words.includes(word), word);
  }
  assert.equal(withoutEchoes('refused: a-long-value', words), 'refused: [redacted]');
});

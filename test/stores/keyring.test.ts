import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createKeyring, generateKey, KeyringError, parseKeyring } from '../../src/stores/keyring.ts';

const keyOf = (id: string, fill: number) => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
const keyring = (...keys: string[]) => createKeyring(parseKeyring(keys.join('\n')));
const failsWith = (code: KeyringError['code']) => (error: unknown) =>
  error instanceof KeyringError && error.code === code;

describe('sealing', () => {
  it('what was sealed opens in its place, and no two sealed values are alike', () => {
    const ring = keyring(generateKey());
    for (const text of ['', 'token', 'ünïcode ✓', 'x'.repeat(10_000)]) {
      const [one, two] = [ring.seal('t|c|1', text), ring.seal('t|c|1', text)];
      assert.notDeepEqual(one, two);
      assert.equal(ring.open('t|c|1', one), text);
      assert.equal(ring.open('t|c|1', two), text);
    }
  });

  it('an unknown key, a moved value, an altered one and garbage are told apart', () => {
    const ring = keyring(keyOf('a', 1));
    const sealed = ring.seal('grants|refresh_token|1', 'token');
    assert.throws(
      () => keyring(keyOf('b', 1)).open('grants|refresh_token|1', sealed),
      failsWith('key_unknown'),
    );
    assert.throws(() => keyring(keyOf('a', 2)).open('grants|refresh_token|1', sealed), failsWith('altered'));
    assert.throws(() => ring.open('grants|refresh_token|2', sealed), failsWith('moved'));
    assert.throws(() => ring.open('grants|access_token|1', sealed), failsWith('moved'));
    for (const garbage of [new Uint8Array(), Uint8Array.of(1), new Uint8Array(60), sealed.subarray(0, 30)]) {
      assert.throws(() => ring.open('grants|refresh_token|1', garbage), failsWith('unreadable'));
    }
  });

  it('no single changed byte goes unnoticed', () => {
    const ring = keyring(keyOf('a', 1));
    const place = 'grants|refresh_token|1';
    const sealed = ring.seal(place, 'token');
    const placeOfDigest = { from: 3, to: 11 };
    for (let index = 0; index < sealed.length; index += 1) {
      const altered = Uint8Array.from(sealed, (byte, at) => (at === index ? byte ^ 1 : byte));
      // The digest of the place only explains failures.
      if (index >= placeOfDigest.from && index < placeOfDigest.to) {
        assert.equal(ring.open(place, altered), 'token');
      } else {
        assert.throws(() => ring.open(place, altered), KeyringError, `byte ${index}`);
      }
    }
  });

  it('the first key seals and every key opens', () => {
    const [before, after] = [keyring(keyOf('a', 1)), keyring(keyOf('b', 2), keyOf('a', 1))];
    assert.equal(after.currentKeyId, 'b');
    assert.equal(after.open('p', before.seal('p', 'token')), 'token');
    assert.throws(() => before.open('p', after.seal('p', 'token')), failsWith('key_unknown'));
  });
});

describe('signing', () => {
  it('a signature holds for its purpose and text only, and outlives a rotation', () => {
    const [before, after] = [keyring(keyOf('a', 1)), keyring(keyOf('b', 2), keyOf('a', 1))];
    const signature = before.sign('reconnect', 'mailbox 1');
    assert.match(signature, /^[0-9a-f]{64}$/);
    assert.equal(before.verify('reconnect', 'mailbox 1', signature), true);
    assert.equal(after.verify('reconnect', 'mailbox 1', signature), true);
    assert.equal(before.verify('reconnect', 'mailbox 2', signature), false);
    assert.equal(before.verify('another', 'mailbox 1', signature), false);
    assert.equal(before.verify('reconnect', 'mailbox 1', after.sign('reconnect', 'mailbox 1')), false);
    for (const bad of ['', 'zz', signature.slice(2), `${signature}00`, signature.toUpperCase()]) {
      assert.equal(before.verify('reconnect', 'mailbox 1', bad), false);
    }
  });
});

describe('reading a keyring', () => {
  it('keys are separated by lines or commas, in standard or URL base64', () => {
    const bytes = Buffer.alloc(32, 0xfb);
    const text = `\n a:${bytes.toString('base64')} ,b:${bytes.toString('base64url')}\r\n${generateKey()}\n`;
    assert.deepEqual(
      parseKeyring(text)
        .slice(0, 2)
        .map(({ id, key }) => [id, key.export().equals(bytes)]),
      [
        ['a', true],
        ['b', true],
      ],
    );
    assert.equal(parseKeyring(text).length, 3);
  });

  it('a mistake is named by position, and key material is never printed', () => {
    const material = Buffer.alloc(31, 7).toString('base64');
    const mistakes: [string, RegExp][] = [
      ['', /empty/],
      [' ,\n', /empty/],
      [material, /Key 1 .* not of the form/],
      [`:${material}`, /Key 1 .* not of the form/],
      [`a b:${material}`, /id of key 1/],
      [`${keyOf('x', 1)},short:${material}`, /Key 2 .*"short".* 32 bytes/],
      [`long:${Buffer.alloc(33, 7).toString('base64')}`, /Key 1/],
      [`odd:${Buffer.alloc(32, 7).toString('base64').slice(0, 20)}!!${material}`, /Key 1/],
      [`${keyOf('x', 1)},${keyOf('x', 2)}`, /twice/],
    ];
    for (const [text, expected] of mistakes) {
      assert.throws(
        () => parseKeyring(text),
        (error: Error) => expected.test(error.message) && !error.message.includes(material.slice(0, 12)),
        text,
      );
    }
  });
});

// Which of two documents about a person is believed in what.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinedClaims } from '../../src/providers/openid-sign-in.ts';

const typed = 'boss@ops.example';
const own = 'eve@elsewhere.example';

test('an address is verified only by the document that names it', () => {
  const sub = 'eve';
  const withTyped = joinedClaims({ sub, email: typed }, { sub, email: own, email_verified: true });
  assert.deepEqual(withTyped, { sub, email: typed });
  const loose = joinedClaims({ sub, email_verified: true }, { sub, email: typed });
  assert.deepEqual(loose, { sub, email: typed });
});

test('both documents about one address are one, and the ID token goes first', () => {
  const sub = 'ada';
  const info = { sub, email: own, email_verified: true, groups: ['a'], name: 'Ada L.' };
  assert.deepEqual(joinedClaims({ sub, email: own, name: 'Ada' }, info), { ...info, name: 'Ada' });
  assert.deepEqual(joinedClaims({ sub }, info), info);
  const denied = joinedClaims({ sub, email: own, email_verified: false }, info);
  assert.equal(denied.email_verified, false);
});

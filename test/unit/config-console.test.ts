// The settings of signing in to the console: all of them or none, and each mistake told by its name.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, loadConfig } from '../../src/config.ts';

const base = {
  MAILGRANT_KEYRING: `k:${Buffer.alloc(32, 1).toString('base64')}`,
  MAILGRANT_DATA_DIR: '/nowhere',
};
const sound = {
  MAILGRANT_CONSOLE_OIDC_ISSUER: 'https://id.example.com/realms/ops',
  MAILGRANT_CONSOLE_OIDC_CLIENT_ID: 'mailgrant',
  MAILGRANT_CONSOLE_OIDC_CLIENT_SECRET: 'shh-canary',
  MAILGRANT_CONSOLE_OIDC_ALLOWED:
    'Ada@example.com, @ops.example, groups=a=b, https://claims.example/roles=admin',
};

const mistakesOf = (settings: Record<string, string>): string[] => {
  try {
    loadConfig({ ...base, ...settings });
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.mistakes;
  }
};

describe('the settings of OpenID Connect', () => {
  it('are absent unless an issuer is named', () => {
    assert.equal(loadConfig(base).consoleOidc, null);
  });

  it('name who is let in, by address, domain or claim, and what they may do', () => {
    const oidc = loadConfig({ ...base, ...sound }).consoleOidc;
    assert.deepEqual(oidc?.allowed, [
      { kind: 'address', address: 'Ada@example.com' },
      { kind: 'domain', domain: 'ops.example' },
      { kind: 'claim', claim: 'groups', value: 'a=b' },
      { kind: 'claim', claim: 'https://claims.example/roles', value: 'admin' },
    ]);
    assert.deepEqual(oidc?.keyScopes, [
      'all',
      'workspaces:manage',
      'installation:read',
      'installation:update',
    ]);
    assert.deepEqual([oidc?.scope, oidc?.label], ['openid email profile', 'Single sign-on']);
    assert.ok(!JSON.stringify(oidc).includes('canary'), 'the secret prints nowhere');
    const { MAILGRANT_CONSOLE_OIDC_CLIENT_SECRET: _, ...ofPublicClient } = sound;
    assert.equal(loadConfig({ ...base, ...ofPublicClient }).consoleOidc?.clientSecret, null);
  });

  for (const [what, settings, mistake] of [
    [
      'an issuer over plain http',
      { MAILGRANT_CONSOLE_OIDC_ISSUER: 'http://id.example.com' },
      /ISSUER must be an https URL/,
    ],
    ['nobody who is let in', { MAILGRANT_CONSOLE_OIDC_ALLOWED: '' }, /ALLOWED is missing/],
    ['a rule that is none', { MAILGRANT_CONSOLE_OIDC_ALLOWED: 'admins' }, /admins is neither an address/],
    ['no registration', { MAILGRANT_CONSOLE_OIDC_CLIENT_ID: '' }, /CLIENT_ID is missing/],
    ['a scope that no key has', { MAILGRANT_CONSOLE_OIDC_SCOPES: 'all,root' }, /root is no scope/],
    ['a request without openid', { MAILGRANT_CONSOLE_OIDC_REQUEST: 'email' }, /must hold `openid`/],
    ['no issuer beside the rest', { MAILGRANT_CONSOLE_OIDC_ISSUER: '' }, /ISSUER is missing/],
  ] as const) {
    it(`are refused with ${what}`, () => {
      const mistakes = mistakesOf({ ...sound, ...settings });
      assert.equal(mistakes.length, 1, mistakes.join('\n'));
      assert.match(mistakes[0] ?? '', mistake);
    });
  }
});

// A token as it is put together from texts is what the serialization of the same answer gives, whatever is in it.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type KeptToken, secret } from '../../src/core/index.ts';
import { presentToken } from '../../src/http/native/token-answer.ts';
import { tokenText } from '../../src/http/native/token-text.ts';

const now = 1_790_000_000_000;
const mailServer = (transport: 'imap' | 'smtp') => ({
  transport,
  server: { host: `${transport}.example.com`, port: 993, tls: 'implicit' as const },
});
const api = (transport: 'gmail_api' | 'graph') => ({ transport, baseUrl: 'https://api.example.com/v1.0' });

const kinds: KeptToken['kind'][] = [
  {
    provider: 'google',
    names: 'own',
    resource: 'https://mail.google.com/',
    scope: 'openid https://mail.google.com/',
    targets: [mailServer('imap'), mailServer('smtp'), api('gmail_api')],
  },
  {
    provider: 'microsoft',
    names: 'other',
    resource: 'https://graph.microsoft.com',
    scope: 'https://graph.microsoft.com/.default "quoted" \\ é 漢',
    targets: [api('graph'), api('gmail_api')],
  },
  { provider: 'microsoft', names: 'own', resource: 'r', scope: '', targets: [] },
];
const emails = [
  'ada@example.com',
  "o'neil+tag@example.com",
  '"quoted\\ local"@example.com',
  'jürgen@münchen.example',
  '漢字@example.com',
  '😀@example.com',
  '$&$1@example.com',
  'a%EE%80%83@example.com',
];
const tokens = ['ya29.a0-_~+/=', 'x'.repeat(1_800), 'with "quotes" and \\', '$& $1 é 😀'];

it('whatever email, token and kind it is', () => {
  for (const kind of kinds) {
    for (const email of emails) {
      for (const token of tokens) {
        const answer = {
          mailboxId: '019b00b0-0000-7000-8000-000000000001',
          email,
          accessToken: secret(token),
          expiresAt: now + 3_599_999,
        };
        const of = { grantId: 'g', resource: kind.resource, obtainedAt: now, expiresAt: answer.expiresAt };
        const expected = presentToken({ ...kind, ...answer, refreshed: false }, now);
        assert.equal(tokenText({ kind, ...answer, of }, now), JSON.stringify(expected));
      }
    }
  }
});

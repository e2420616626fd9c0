import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { ReasonCode } from '../../src/core/diagnosis.ts';
import type { MailServer, ProbeLogin } from '../../src/core/ports.ts';
import { createImapProbe } from '../../src/mail/imap.ts';
import { createTrust } from '../../src/mail/probe.ts';
import {
  type Certificate,
  clock,
  createCertificate,
  type Line,
  login,
  type Script,
  soon,
  startMailServer,
  token,
} from './helpers.ts';

let certificate: Certificate;
let probe: ReturnType<typeof createImapProbe>;
before(async () => {
  certificate = await createCertificate();
  probe = createImapProbe({ clock, trust: createTrust(certificate.cert) });
});

/** A sound server with replies exchanged by command. */
type Replies = {
  authenticate?: string[];
  examine?: string[];
  namespace?: string[];
  greeting?: string;
  tls?: Script['tls'];
  capabilities?: string;
};

const script = (replies: Replies = {}): Script => {
  let challenged: string | null = null;
  const capabilities = replies.capabilities ?? 'IMAP4rev1 NAMESPACE AUTH=XOAUTH2';
  return {
    greeting: replies.greeting ?? '* OK ready',
    tls: replies.tls ?? 'implicit',
    onLine: ({ line, word: tag, send, upgrade, close }: Line) => {
      const finish = (answers: string[], of: string): void =>
        send(...answers.map((one) => one.replace('TAG', of)));
      if (challenged !== null) {
        const of = challenged;
        challenged = null;
        return finish((replies.authenticate ?? []).slice(1), of);
      }
      const command = line.split(' ')[1]?.toUpperCase() ?? '';
      switch (command) {
        case 'CAPABILITY':
          return send(`* CAPABILITY ${capabilities}`, `${tag} OK done`);
        case 'STARTTLS':
          return upgrade(`${tag} OK go ahead`);
        case 'AUTHENTICATE': {
          const [first = 'TAG OK welcome'] = replies.authenticate ?? [];
          if (first.startsWith('+')) challenged = tag;
          return finish([first], tag);
        }
        case 'NAMESPACE':
          return finish(replies.namespace ?? ['* NAMESPACE (("" "/")) NIL NIL', 'TAG OK done'], tag);
        case 'LIST':
          return send('* LIST (\\HasNoChildren) "/" "INBOX"', `${tag} OK done`);
        case 'EXAMINE':
          return finish(
            replies.examine ?? ['* 3 EXISTS', '* OK [UIDVALIDITY 1] ok', 'TAG OK [READ-ONLY] done'],
            tag,
          );
        case 'LOGOUT':
          send('* BYE bye', `${tag} OK done`);
          return close();
        default:
          return send(`${tag} OK done`);
      }
    },
  };
};

const run = async (
  replies: Replies,
  context: { after(run: () => Promise<void>): void },
  signal = soon(),
  changes: Partial<ProbeLogin> = {},
) => {
  const server = await startMailServer(script(replies), certificate);
  context.after(() => server.close());
  const target: MailServer = {
    host: '127.0.0.1',
    port: server.port,
    tls: replies.tls === 'implicit' || replies.tls === undefined ? 'implicit' : 'starttls',
  };
  const result = await probe({ transport: 'imap', server: target }, { ...login, ...changes }, signal);
  return { result, server };
};

test('a token that opens the inbox is proved, and the server is told goodbye', async (t) => {
  const { result, server } = await run({}, t);
  assert.deepEqual(
    { ...result, durationMilliseconds: 0 },
    {
      transport: 'imap',
      ok: true,
      reason: 'ok',
      detail: null,
      durationMilliseconds: 0,
    },
  );
  assert.ok(server.lines.some((line) => /EXAMINE "?INBOX"?$/.test(line)));
  assert.ok(!server.lines.some((line) => / SELECT /.test(line)));
  assert.ok(server.lines.some((line) => / LOGOUT$/.test(line)));
  await server.drained();
});

test('STARTTLS comes before the token, and nothing goes on without it', async (t) => {
  const upgraded = await run({ tls: 'starttls', capabilities: 'IMAP4rev1 STARTTLS AUTH=XOAUTH2' }, t);
  assert.equal(upgraded.result.reason, 'ok');
  const { lines } = upgraded.server;
  const at = (command: RegExp): number => lines.findIndex((line) => command.test(line));
  assert.ok(at(/STARTTLS/) < at(/AUTHENTICATE/));
  const stripped = await run({ tls: 'none' }, t);
  assert.equal(stripped.result.reason, 'tls_failed');
  assert.ok(!stripped.server.lines.some((line) => line.includes('AUTHENTICATE')));
});

const challenge = `+ ${Buffer.from('{"status":"400","schemes":"Bearer"}').toString('base64')}`;

const rows: [what: string, replies: Replies, reason: ReasonCode, words: RegExp][] = [
  [
    'Gmail refuses the token',
    { authenticate: [challenge, 'TAG NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)'] },
    'authentication_refused',
    /Invalid credentials.*"status":"400"/,
  ],
  [
    'Exchange refuses the token',
    { authenticate: ['TAG NO AUTHENTICATE failed.'] },
    'authentication_refused',
    /failed/,
  ],
  [
    'the authorization server is down',
    { authenticate: ['TAG NO [UNAVAILABLE] Temporary authentication failure'] },
    'server_busy',
    /Temporary/,
  ],
  [
    'too many connections',
    { authenticate: ['TAG NO [ALERT] Too many simultaneous connections. (Failure)'] },
    'too_many_connections',
    /simultaneous/,
  ],
  ['a limit of RFC 5530', { authenticate: ['TAG NO [LIMIT] Slow down'] }, 'too_many_connections', /Slow/],
  [
    'over quota',
    { examine: ['TAG NO [OVERQUOTA] Account exceeded command or bandwidth limits.'] },
    'quota_exceeded',
    /exceeded/,
  ],
  [
    'IMAP off at Gmail',
    { authenticate: ['TAG NO [ALERT] Your account is not enabled for IMAP use.'] },
    'imap_disabled',
    /enabled/,
  ],
  [
    'Exchange lets in and keeps the mailbox closed',
    { namespace: ['TAG BAD User is authenticated but not connected.'] },
    'imap_disabled',
    /not connected/,
  ],
  [
    'the same, noticed at the inbox',
    { examine: ['TAG BAD User is authenticated but not connected.'] },
    'imap_disabled',
    /not connected/,
  ],
  ['no inbox', { examine: ['TAG NO [NONEXISTENT] Unknown mailbox'] }, 'inbox_unavailable', /Unknown mailbox/],
  ['inbox refused without a code', { examine: ['TAG NO cannot open'] }, 'inbox_unavailable', /cannot open/],
  ['the server is busy from the start', { greeting: '* BYE too busy' }, 'server_busy', /too busy/],
];
for (const [what, replies, reason, words] of rows) {
  test(`a refusal is told apart: ${what}`, async (t) => {
    const { result, server } = await run(replies, t);
    assert.equal(result.ok, false);
    assert.equal(result.reason, reason);
    assert.match(result.detail ?? '', words);
    await server.drained();
  });
}

test('an inbox opened without a count proves nothing', async (t) => {
  const { result } = await run({ examine: ['TAG OK done'] }, t);
  assert.equal(result.reason, 'server_answer_unreadable');
});

test('a server that lets anyone in proves nothing', async (t) => {
  const { result, server } = await run({ greeting: '* PREAUTH welcome' }, t);
  assert.equal(result.reason, 'server_answer_unreadable');
  await server.drained();
});

test('a server without a mechanism for tokens is not a refusal of the token', async (t) => {
  const { result } = await run({ capabilities: 'IMAP4rev1 AUTH=PLAIN' }, t);
  assert.equal(result.reason, 'server_answer_unreadable');
});

test('words never hold the token', async (t) => {
  const encoded = Buffer.from(`user=${login.email}\u0001auth=Bearer ${token}\u0001\u0001`).toString('base64');
  const { result } = await run(
    { authenticate: [`TAG NO bad ${token} and ${encoded} ${'x'.repeat(900)}`] },
    t,
  );
  assert.match(result.detail ?? '', /bad \[redacted\] and \[redacted\] xxx/);
  assert.equal(result.detail?.length, 500);
});

test('a silent server ends with the time limit and leaves no connection behind', async (t) => {
  const server = await startMailServer({ greeting: null, tls: 'implicit', onLine: () => {} }, certificate);
  t.after(() => server.close());
  const target = { host: '127.0.0.1', port: server.port, tls: 'implicit' } as const;
  const result = await probe({ transport: 'imap', server: target }, login, AbortSignal.timeout(100));
  assert.equal(result.reason, 'server_timeout');
  await server.drained();
});

test('a server that falls silent at the inbox ends with the time limit', async (t) => {
  const { result, server } = await run({ examine: [] }, t, AbortSignal.timeout(300));
  assert.equal(result.reason, 'server_timeout');
  await server.drained();
});

test('something that speaks another protocol is not an IMAP server', async (t) => {
  const server = await startMailServer(
    { greeting: 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n', tls: 'implicit', onLine: () => {} },
    certificate,
  );
  t.after(() => server.close());
  const target = { host: '127.0.0.1', port: server.port, tls: 'implicit' } as const;
  const result = await probe({ transport: 'imap', server: target }, login, AbortSignal.timeout(300));
  assert.equal(result.reason, 'server_answer_unreadable');
});

test('a closed port is unreachable', async () => {
  const server = await startMailServer(script(), certificate);
  await server.close();
  const target = { host: '127.0.0.1', port: server.port, tls: 'implicit' } as const;
  const result = await probe({ transport: 'imap', server: target }, login, soon());
  assert.equal(result.reason, 'server_unreachable');
});

test('a certificate of an unknown authority is refused before the token is sent', async (t) => {
  const server = await startMailServer(script(), certificate);
  t.after(() => server.close());
  const distrusting = createImapProbe({ clock, trust: createTrust(null) });
  const target = { host: '127.0.0.1', port: server.port, tls: 'implicit' } as const;
  const result = await distrusting({ transport: 'imap', server: target }, login, soon());
  assert.equal(result.reason, 'tls_failed');
  assert.deepEqual(server.lines, []);
});

test('a plain server behind an implicit-TLS port fails as TLS', async (t) => {
  const server = await startMailServer({ ...script(), tls: 'none' }, certificate);
  t.after(() => server.close());
  const target = { host: '127.0.0.1', port: server.port, tls: 'implicit' } as const;
  const result = await probe({ transport: 'imap', server: target }, login, soon());
  assert.equal(result.reason, 'tls_failed');
});

test('a refusal names who gives the right when the token is not the mailbox’s own', async (t) => {
  const closed = { authenticate: ['TAG NO AUTHENTICATE failed.'] };
  const reasonWith = async (changes: Partial<ProbeLogin>) =>
    (await run(closed, t, soon(), changes)).result.reason;
  assert.equal(await reasonWith({}), 'authentication_refused');
  assert.equal(await reasonWith({ names: 'other' }), 'shared_mailbox_refused');
  assert.equal(await reasonWith({ names: 'other', isAppOnly: true }), 'app_only_not_allowed');
});

test('the owner of a personal mailbox has the switch for IMAP, other owners ask their administrator', async (t) => {
  const off = { examine: ['TAG BAD User is authenticated but not connected.'] };
  const reasonWith = async (email: string) => (await run(off, t, soon(), { email })).result.reason;
  assert.equal(await reasonWith('ann@corp.test'), 'imap_disabled');
  assert.equal(await reasonWith('ann@outlook.com'), 'imap_switched_off_personal');
  assert.equal(await reasonWith('ann@hotmail.co.uk'), 'imap_switched_off_personal');
  assert.equal(await reasonWith('ann@my-outlook.com'), 'imap_disabled');
});

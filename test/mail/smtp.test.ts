import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { ReasonCode } from '../../src/core/diagnosis.ts';
import type { MailServer } from '../../src/core/ports.ts';
import { createTrust } from '../../src/mail/probe.ts';
import { createSmtpProbe } from '../../src/mail/smtp.ts';
import {
  type Certificate,
  clock,
  createCertificate,
  login,
  type Script,
  soon,
  startMailServer,
  token,
} from './helpers.ts';

let certificate: Certificate;
let probe: ReturnType<typeof createSmtpProbe>;
before(async () => {
  certificate = await createCertificate();
  probe = createSmtpProbe({ clock, trust: createTrust(certificate.cert), name: 'gateway.test' });
});

/** Answers to AUTH in order; a 334 asks for one more line. */
type Replies = { auth?: string[]; greeting?: string; tls?: Script['tls']; startTls?: boolean };

const script = (replies: Replies = {}): Script => {
  const tls = replies.tls ?? 'starttls';
  let isSecure = tls === 'implicit';
  let answers: string[] = [];
  return {
    greeting: replies.greeting ?? '220 ready',
    tls,
    onLine: ({ word, send, upgrade, close }) => {
      if (answers.length > 0) return send(...answers.splice(0, 1));
      switch (word.toUpperCase()) {
        case 'EHLO':
          if (isSecure) return send('250-hello', '250 AUTH XOAUTH2 LOGIN');
          return send('250-hello', replies.startTls === false ? '250 SIZE 1000' : '250 STARTTLS');
        case 'STARTTLS':
          if (replies.startTls === false) return send('502 no such command');
          isSecure = true;
          return upgrade('220 go ahead');
        case 'AUTH':
          answers = [...(replies.auth ?? ['235 welcome'])];
          return send(...answers.splice(0, 1));
        case 'QUIT':
          send('221 bye');
          return close();
        default:
          return send('500 what');
      }
    },
  };
};

const run = async (replies: Replies, context: { after(run: () => Promise<void>): void }, signal = soon()) => {
  const server = await startMailServer(script(replies), certificate);
  context.after(() => server.close());
  const tls = replies.tls === 'implicit' ? 'implicit' : 'starttls';
  const target: MailServer = { host: '127.0.0.1', port: server.port, tls };
  const result = await probe({ transport: 'smtp', server: target }, login, signal);
  return { result, server };
};

test('a token that SMTP takes is proved over STARTTLS, and no message is begun', async (t) => {
  const { result, server } = await run({}, t);
  assert.deepEqual(
    { ...result, durationMilliseconds: 0 },
    {
      transport: 'smtp',
      ok: true,
      reason: 'ok',
      detail: null,
      durationMilliseconds: 0,
    },
  );
  await server.drained();
  const verbs = server.lines.map((line) => line.split(' ')[0]);
  assert.deepEqual(verbs, ['EHLO', 'STARTTLS', 'EHLO', 'AUTH', 'QUIT']);
  assert.equal(server.lines[0], 'EHLO gateway.test');
});

test('a token that SMTP takes is proved over TLS from the first byte', async (t) => {
  const { result } = await run({ tls: 'implicit' }, t);
  assert.equal(result.reason, 'ok');
});

test('without STARTTLS the token is not sent', async (t) => {
  const { result, server } = await run({ startTls: false }, t);
  assert.equal(result.reason, 'tls_failed');
  assert.ok(!server.lines.some((line) => line.startsWith('AUTH')));
  await server.drained();
});

const challenge = `334 ${Buffer.from('{"status":"400","schemes":"Bearer"}').toString('base64')}`;

const rows: [what: string, replies: Replies, reason: ReasonCode, words: RegExp][] = [
  [
    'Gmail refuses the token',
    { auth: [challenge, '535-5.7.8 Username and Password not accepted.\r\n535 5.7.8 See the help page'] },
    'authentication_refused',
    /535-5\.7\.8 Username.*"status":"400"/,
  ],
  [
    'Exchange refuses the token',
    { auth: ['535 5.7.3 Authentication unsuccessful'] },
    'authentication_refused',
    /5\.7\.3/,
  ],
  [
    'SMTP AUTH is off',
    {
      auth: [
        '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit x',
      ],
    },
    'smtp_auth_disabled',
    /for the Tenant/,
  ],
  [
    'security defaults',
    { auth: ['535 5.7.139 Authentication unsuccessful, user is locked by security defaults policy'] },
    'security_defaults',
    /security defaults/,
  ],
  [
    'no basic authentication',
    { auth: ['550 5.7.30 Basic authentication is not supported'] },
    'basic_auth_refused',
    /5\.7\.30/,
  ],
  ['too many logins', { auth: ['454 4.7.0 Too many login attempts'] }, 'server_busy', /454/],
  ['a passing problem', { auth: ['421 4.3.0 Temporary System Problem'] }, 'server_busy', /421/],
  [
    'too many threads',
    { auth: ['432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded'] },
    'too_many_connections',
    /432/,
  ],
  ['daily limit', { auth: ['550 5.4.5 Daily user sending limit exceeded'] }, 'quota_exceeded', /5\.4\.5/],
  [
    'submission quota',
    { auth: ['554 5.2.0 SubmissionQuotaExceededException'] },
    'quota_exceeded',
    /Submission/,
  ],
  ['web login', { auth: ['534 5.7.9 Please log in with your web browser'] }, 'sign_in_required', /browser/],
  [
    'no such mechanism',
    { auth: ['504 5.7.4 Unrecognized authentication type'] },
    'smtp_auth_disabled',
    /504/,
  ],
  ['busy from the start', { greeting: '421 4.7.0 try again later' }, 'server_busy', /421/],
  ['no service', { greeting: '554 no SMTP service here' }, 'server_answer_unreadable', /554/],
  ['another protocol', { greeting: 'HTTP/1.1 400 Bad Request' }, 'server_answer_unreadable', /HTTP/],
];
for (const [what, replies, reason, words] of rows) {
  test(`a refusal is told apart: ${what}`, async (t) => {
    const { result, server } = await run(replies, t);
    assert.equal(result.ok, false);
    assert.equal(result.reason, reason);
    assert.match(result.detail ?? '', words);
    await server.drained();
    assert.ok(server.lines.filter((line) => line.startsWith('AUTH')).length <= 1, 'one AUTH at most');
  });
}

test('words never hold the token', async (t) => {
  const encoded = Buffer.from(`user=${login.email}\u0001auth=Bearer ${token}\u0001\u0001`).toString('base64');
  const { result } = await run({ auth: [`535 5.7.8 bad ${token} ${encoded}`] }, t);
  assert.equal(result.detail, '535 5.7.8 bad [redacted] [redacted]');
});

test('a silent server ends with the time limit and leaves no connection behind', async (t) => {
  for (const tls of ['starttls', 'implicit'] as const) {
    const server = await startMailServer({ greeting: null, tls, onLine: () => {} }, certificate);
    t.after(() => server.close());
    const target = { host: '127.0.0.1', port: server.port, tls };
    const result = await probe({ transport: 'smtp', server: target }, login, AbortSignal.timeout(100));
    assert.equal(result.reason, 'server_timeout');
    await server.drained();
  }
});

test('a signal that was aborted before opens no connection', async (t) => {
  const { result, server } = await run({}, t, AbortSignal.abort());
  assert.equal(result.reason, 'server_timeout');
  assert.deepEqual(server.lines, []);
});

test('a server that hangs up is unreachable, and so is a closed port', async (t) => {
  const rude: Script = { greeting: '220 ready', tls: 'starttls', onLine: ({ close }) => close() };
  const server = await startMailServer(rude, certificate);
  t.after(() => server.close());
  const target = { host: '127.0.0.1', port: server.port, tls: 'starttls' } as const;
  assert.equal(
    (await probe({ transport: 'smtp', server: target }, login, soon())).reason,
    'server_unreachable',
  );
  await server.close();
  assert.equal(
    (await probe({ transport: 'smtp', server: target }, login, soon())).reason,
    'server_unreachable',
  );
});

test('a certificate of an unknown authority is refused before the token is sent', async (t) => {
  for (const tls of ['starttls', 'implicit'] as const) {
    const server = await startMailServer(script({ tls }), certificate);
    t.after(() => server.close());
    const distrusting = createSmtpProbe({ clock, trust: createTrust(null), name: 'gateway.test' });
    const target = { host: '127.0.0.1', port: server.port, tls };
    const result = await distrusting({ transport: 'smtp', server: target }, login, soon());
    assert.equal(result.reason, 'tls_failed');
    assert.ok(!server.lines.some((line) => line.startsWith('AUTH')));
  }
});

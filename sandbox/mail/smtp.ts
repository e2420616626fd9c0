// Submission over STARTTLS with XOAUTH2 on the smtp-server package. Accepted mail goes to local inboxes only; nothing
// can leave the machine.
import type { Duplex } from 'node:stream';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerSession } from 'smtp-server';
import { listen, trackSockets } from '../http.ts';
import {
  GOOGLE_SASL_FAILURE,
  loginFault,
  type MailServerDeps,
  type RunningMailServer,
  recordLogin,
  replyOf,
} from './mail-deps.ts';

const MESSAGE_BYTES_MAX = 5 * 1024 * 1024;
const SMTP_AUTH_DISABLED =
  '5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. ' +
  'Visit https://aka.ms/smtp_auth_disabled for more information.';

type AuthResult = { user: string } | { data: Record<string, string> } | { replies: string[] };

export async function startSmtpServer(deps: MailServerDeps, port = 0): Promise<RunningMailServer> {
  const gone = new AbortController();
  const sockets = new Map<string, Duplex>();
  const smtp = new SMTPServer({
    cert: deps.certificate.certPem,
    key: deps.certificate.keyPem,
    authMethods: ['XOAUTH2'],
    name: `smtp.${deps.provider}.sandbox.test`,
    banner: deps.provider === 'google' ? 'gsmtp' : 'Microsoft ESMTP MAIL Service ready',
    size: MESSAGE_BYTES_MAX,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 1,
    onSecure: (socket, session, callback) => {
      sockets.set(session.id, socket);
      callback();
    },
    onClose: ({ id }) => void sockets.delete(id),
    onAuth: (auth, session, callback) => {
      authenticate(auth, deps, gone.signal).then(
        (result) => {
          if (!('replies' in result)) return callback(null, result);
          // Never called back, so the server stays silent and the script has the connection for itself.
          recite(result.replies, sockets.get(session.id));
        },
        (error: Error) => callback(error),
      );
    },
    onRcptTo: (address, _session, callback) => {
      const known = deps.users.byLogin(address.address) !== undefined;
      callback(known ? null : reply(550, '5.1.1 The email account that you tried to reach does not exist'));
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const error = deliver(Buffer.concat(chunks).toString('utf8'), session, deps);
        callback(error ?? null, error === undefined ? '2.0.0 OK' : undefined);
      });
    },
  });
  smtp.on('error', () => undefined);
  const tracked = trackSockets(smtp.server);
  return {
    port: await listen(smtp.server, port),
    close: () =>
      new Promise((resolve) => {
        gone.abort();
        smtp.close(() => resolve());
        tracked.destroyAll();
      }),
  };
}

async function authenticate(
  { username = '', accessToken = '' }: SMTPServerAuthentication,
  deps: MailServerDeps,
  left: AbortSignal,
): Promise<AuthResult> {
  const login = username.toLowerCase();
  const fault = await loginFault(deps, 'smtp', left);
  if (fault.type === 'drop') {
    recordLogin(deps, 'smtp', login, 'dropped');
    throw reply(421, '4.7.0 Closing the connection');
  }
  if (fault.type === 'reply') {
    recordLogin(deps, 'smtp', login, 'refused');
    const [code = '535', ...words] = fault.line.split(' ');
    throw reply(Number(code), words.join(' '));
  }
  if (fault.type === 'dialogue') {
    recordLogin(deps, 'smtp', login, 'refused');
    return { replies: fault.replies };
  }
  const verdict = await deps.checkToken({ user: username, accessToken });
  recordLogin(deps, 'smtp', login, verdict);
  switch (verdict) {
    case 'unavailable':
      throw reply(454, '4.7.0 Temporary authentication failure');
    case 'refused':
      if (deps.provider === 'google') return { data: GOOGLE_SASL_FAILURE };
      throw reply(535, '5.7.3 Authentication unsuccessful');
    case 'accepted':
      if (deps.users.byLogin(login)?.smtpAuthDisabled === true) throw reply(535, SMTP_AUTH_DISABLED);
      return { user: login };
    default:
      return verdict satisfies never;
  }
}

/** A scripted conversation, byte for byte: the socket is taken from the server's own parser. */
function recite(replies: readonly string[], socket: Duplex | undefined): void {
  if (socket === undefined) throw new Error('a dialogue needs a connection with TLS');
  let index = 0;
  const say = (): void => {
    const { reply, ends } = replyOf(replies, index);
    index += 1;
    socket.write(`${reply}\r\n`);
    if (ends) socket.end();
  };
  socket.unpipe();
  socket.on('data', (chunk: Buffer) => {
    const text = chunk.toString('utf8');
    if (/^QUIT\r\n/im.test(text)) socket.end('221 2.0.0 closing\r\n');
    else say();
  });
  // Taken from its pipe, a stream stands still.
  socket.resume();
  say();
}

function deliver(raw: string, session: SMTPServerSession, deps: MailServerDeps): Error | undefined {
  const { mailFrom, rcptTo } = session.envelope;
  const from = mailFrom === false ? '' : mailFrom.address.toLowerCase();
  if (deps.provider === 'microsoft' && from !== session.user) {
    return reply(554, '5.2.252 SendAsDenied; the sender is not allowed to send as this address');
  }
  for (const { address } of rcptTo) {
    deps.mailboxes.deliver(address.toLowerCase(), { from, raw, receivedAt: new Date().toISOString() });
  }
  return undefined;
}

function reply(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

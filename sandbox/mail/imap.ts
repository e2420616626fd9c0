// A very small IMAP4rev1 server over implicit TLS: OAuth login, one INBOX per person, read-only. Enough to prove a
// login and a SELECT; Dovecot stays the authority for the rest.
import { createServer, type TLSSocket } from 'node:tls';
import { listen, trackSockets } from '../http.ts';
import { parseSaslMessage } from './check-token.ts';
import {
  GOOGLE_SASL_FAILURE,
  loginFault,
  type MailServerDeps,
  type RunningMailServer,
  recordLogin,
  replyOf,
} from './mail-deps.ts';

const LINE_BYTES_MAX = 64 * 1024;
const MECHANISMS = { google: ['XOAUTH2', 'OAUTHBEARER'], microsoft: ['XOAUTH2'] } as const;

type Session = {
  write(line: string): void;
  end(): void;
  login: string | undefined;
  selected: boolean;
  /** Takes the next line instead of the command parser. */
  expecting: ((line: string) => Promise<void> | void) | undefined;
  left: AbortSignal;
};
type Command = { tag: string; name: string; rest: string };

export async function startImapServer(deps: MailServerDeps, port = 0): Promise<RunningMailServer> {
  const { certPem, keyPem } = deps.certificate;
  const server = createServer({ cert: certPem, key: keyPem }, (socket) => serve(socket, deps));
  const sockets = trackSockets(server);
  server.on('tlsClientError', () => undefined);
  return {
    port: await listen(server, port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.destroyAll();
      }),
  };
}

function serve(socket: TLSSocket, deps: MailServerDeps): void {
  const gone = new AbortController();
  const session: Session = {
    write: (line) => void (socket.writable && socket.write(`${line}\r\n`)),
    end: () => void socket.end(),
    login: undefined,
    selected: false,
    expecting: undefined,
    left: gone.signal,
  };
  let buffered = '';
  let work = Promise.resolve();
  socket.setEncoding('utf8');
  socket.on('error', () => undefined);
  socket.on('close', () => gone.abort());
  socket.on('data', (chunk: string) => {
    buffered += chunk;
    if (buffered.length > LINE_BYTES_MAX) return void socket.destroy();
    const lines = buffered.split(/\r?\n/);
    buffered = lines.pop() ?? '';
    for (const line of lines) {
      work = work.then(() => receiveLine(line, session, deps)).catch(() => void socket.destroy());
    }
  });
  session.write(
    deps.provider === 'google' ? '* OK Gimap ready for requests' : '* OK The IMAP4 service is ready.',
  );
}

async function receiveLine(line: string, session: Session, deps: MailServerDeps): Promise<void> {
  if (session.expecting !== undefined) {
    const handler = session.expecting;
    session.expecting = undefined;
    return handler(line);
  }
  const parsed = /^(\S+) (\S+)(?: (.*))?$/.exec(line);
  if (parsed === null) return session.write('* BAD Cannot parse the command');
  const command = { tag: parsed[1] ?? '', name: (parsed[2] ?? '').toUpperCase(), rest: parsed[3] ?? '' };
  if (command.name === 'AUTHENTICATE') return authenticate(command, session, deps);
  answer(command, session, deps);
}

async function authenticate({ tag, rest }: Command, session: Session, deps: MailServerDeps): Promise<void> {
  const [mechanism = '', initial] = rest.split(' ');
  if (!MECHANISMS[deps.provider].some((name) => name === mechanism.toUpperCase())) {
    return session.write(`${tag} NO [CANNOT] Unsupported authentication mechanism`);
  }
  if (initial !== undefined) return decide(tag, initial, session, deps);
  session.expecting = (line) => decide(tag, line, session, deps);
  session.write('+ ');
}

async function decide(tag: string, message: string, session: Session, deps: MailServerDeps): Promise<void> {
  const credentials = parseSaslMessage(message);
  if (credentials === undefined) return session.write(`${tag} BAD Invalid SASL argument`);
  const login = credentials.user.toLowerCase();
  const fault = await loginFault(deps, 'imap', session.left);
  if (fault.type === 'drop') {
    recordLogin(deps, 'imap', login, 'dropped');
    return session.end();
  }
  if (fault.type === 'reply') {
    recordLogin(deps, 'imap', login, 'refused');
    return session.write(`${tag} ${fault.line}`);
  }
  if (fault.type === 'dialogue') {
    recordLogin(deps, 'imap', login, 'refused');
    return recite(fault.replies, { tag, session, deps });
  }
  const verdict = await deps.checkToken(credentials);
  recordLogin(deps, 'imap', login, verdict);
  switch (verdict) {
    case 'accepted':
      // Gmail says so at the login; Exchange only afterwards (see `answer`).
      if (deps.provider === 'google' && !imapUsable(login, deps)) {
        return session.write(`${tag} NO [ALERT] Your account is not enabled for IMAP use. (Failure)`);
      }
      session.login = login;
      return session.write(
        `${tag} OK ${deps.provider === 'google' ? `${login} authenticated (Success)` : 'AUTHENTICATE completed.'}`,
      );
    case 'unavailable':
      return session.write(`${tag} NO [UNAVAILABLE] Temporary authentication failure`);
    case 'refused':
      if (deps.provider === 'microsoft') return session.write(`${tag} NO AUTHENTICATE failed.`);
      session.expecting = () =>
        session.write(`${tag} NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)`);
      return session.write(`+ ${Buffer.from(JSON.stringify(GOOGLE_SASL_FAILURE)).toString('base64')}`);
    default:
      return verdict satisfies never;
  }
}

/** A scripted conversation; what any state allows is answered as usual after the login. */
function recite(
  replies: readonly string[],
  { tag, session, deps, index = 0 }: { tag: string; session: Session; deps: MailServerDeps; index?: number },
): void {
  const { reply, ends } = replyOf(replies, index);
  for (const line of reply.split('\r\n')) session.write(/^[+*] /.test(line) ? line : `${tag} ${line}`);
  if (ends) {
    session.end();
    return;
  }
  const isChallenge = reply.startsWith('+ ');
  session.expecting = function next(line) {
    const [nextTag = '', name = ''] = line.split(' ');
    const command = { tag: nextTag, name: name.toUpperCase(), rest: '' };
    if (!isChallenge && anyStateCommand(command, session, deps)) session.expecting = next;
    else recite(replies, { tag: isChallenge ? tag : nextTag, session, deps, index: index + 1 });
  };
}

/** Those that any state allows; false for another command. */
function anyStateCommand({ tag, name }: Command, session: Session, { provider }: MailServerDeps): boolean {
  const auth = MECHANISMS[provider].map((mechanism) => `AUTH=${mechanism}`);
  const answers: Record<string, string> = {
    CAPABILITY: `* CAPABILITY IMAP4rev1 ${auth.join(' ')} SASL-IR ID NAMESPACE UNSELECT CHILDREN`,
    ID: '* ID ("name" "sandbox")',
    LOGOUT: '* BYE Logging out',
  };
  const answer = answers[name];
  if (answer === undefined) return false;
  session.write(answer);
  session.write(`${tag} OK ${name} completed`);
  if (name === 'LOGOUT') session.end();
  return true;
}

function answer({ tag, name, rest }: Command, session: Session, deps: MailServerDeps) {
  if (anyStateCommand({ tag, name, rest }, session, deps)) return;
  if (session.login === undefined) return session.write(`${tag} BAD Command received in invalid state.`);
  // Exchange lets such a login through and then refuses the first thing it is asked.
  if (!imapUsable(session.login, deps)) {
    return session.write(`${tag} BAD User is authenticated but not connected.`);
  }
  mailboxCommand({ tag, name, rest }, session, deps.mailboxes.inbox(session.login).length);
}

function imapUsable(login: string, { users }: MailServerDeps): boolean {
  const user = users.byLogin(login);
  return user !== undefined && !user.imapDisabled && user.mailbox === 'ready';
}

function mailboxCommand({ tag, name, rest }: Command, session: Session, exists: number) {
  const done = (code = '') => session.write(`${tag} OK ${code}${name} completed`);
  switch (name) {
    case 'NOOP':
    case 'CHECK':
    case 'SUBSCRIBE':
      return done();
    case 'NAMESPACE':
      session.write('* NAMESPACE (("" "/")) NIL NIL');
      return done();
    case 'LIST':
    case 'LSUB':
      session.write(
        / ""$/.test(rest) ? `* ${name} (\\Noselect) "/" ""` : `* ${name} (\\HasNoChildren) "/" "INBOX"`,
      );
      return done();
    case 'SELECT':
    case 'EXAMINE':
      if (!/^"?INBOX"?\b/i.test(rest)) return session.write(`${tag} NO [NONEXISTENT] Unknown Mailbox`);
      session.selected = true;
      session.write('* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)');
      session.write(`* ${exists} EXISTS`);
      session.write('* 0 RECENT');
      session.write('* OK [PERMANENTFLAGS ()] No permanent flags');
      session.write('* OK [UIDVALIDITY 1] UIDs valid');
      session.write(`* OK [UIDNEXT ${exists + 1}] Predicted next UID`);
      return done(name === 'EXAMINE' ? '[READ-ONLY] ' : '[READ-WRITE] ');
    case 'STATUS':
      session.write(
        `* STATUS "INBOX" (MESSAGES ${exists} UIDNEXT ${exists + 1} UIDVALIDITY 1 UNSEEN ${exists})`,
      );
      return done();
    case 'CLOSE':
    case 'UNSELECT':
      session.selected = false;
      return done();
    default:
      session.write(`${tag} BAD Unknown command`);
  }
}

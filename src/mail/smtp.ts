// Proves SMTP submission: EHLO, TLS, AUTH XOAUTH2, QUIT; sends no message. The one door to the SMTP library; what
// replies mean is in mail-errors.ts. A 535 may also mean that the server could not ask the authorization
// server, so the raw reply goes into `detail` and the core checks again before it judges.
import type { SecureContext } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Clock, MailServer, Probe } from '../core/ports.ts';
import { classifyConnectionError, classifySmtpReply, type SmtpPhase } from './mail-errors.ts';
import { createProbe, type Finding, textMember, works, xoauth2 } from './probe.ts';

/** Our handler's name inside the library; under `XOAUTH2` it would pick a password mechanism instead. */
const authMethod = 'ACCESS-TOKEN';

export const createSmtpProbe = (deps: {
  clock: Pick<Clock, 'now'>;
  trust: SecureContext;
  name: string;
}): Probe =>
  createProbe('smtp', deps.clock, async (target, login, signal) => {
    if (target.transport !== 'smtp') throw new TypeError('The SMTP probe needs an SMTP server.');
    if (signal.aborted) return { reason: 'server_timeout', detail: null };
    const response = xoauth2(login.email, login.accessToken.reveal());
    const connection = new SMTPConnection(connectionOptions(target.server, deps, response));
    const { promise: finding, resolve } = Promise.withResolvers<Finding>();
    let phase: SmtpPhase = 'connect';
    const stop = (): void => resolve({ reason: 'server_timeout', detail: null });
    signal.addEventListener('abort', stop, { once: true });
    connection.on('error', (error) => resolve(judge(error, phase)));
    connection.on('end', () => resolve(judgeEnd(connection.lastServerResponse, phase)));
    connection.connect((refused) => {
      if (refused) return resolve(judge(refused, phase));
      phase = 'authenticate';
      connection.login({ method: authMethod, user: login.email }, (error) => {
        resolve(error ? judge(error, phase) : works);
      });
    });
    try {
      const found = await finding;
      if (found.reason === 'ok') connection.quit();
      return found;
    } finally {
      signal.removeEventListener('abort', stop);
      connection.close();
    }
  });

const connectionOptions = (
  server: MailServer,
  deps: { trust: SecureContext; name: string },
  response: string,
) => ({
  host: server.host,
  port: server.port,
  secure: server.tls === 'implicit',
  requireTLS: server.tls === 'starttls',
  tls: { secureContext: deps.trust },
  name: deps.name,
  logger: false,
  connectionTimeout: 15_000,
  greetingTimeout: 15_000,
  socketTimeout: 30_000,
  dnsTimeout: 10_000,
  socketCloseTimeout: 1_000,
  maxResponseSize: 64 * 1024,
  // Our own exchange: the library's tries a refused token twice and drops the server's explanation.
  customAuth: { [authMethod]: (session: Session) => authenticate(session, response) },
});

type Reply = { status: number; response: string };
type Session = {
  sendCommand(command: string): Promise<Reply>;
  resolve(): unknown;
  reject(error: Error): unknown;
};

/** AUTH with an initial response; a 334 is a refusal with an explanation, answered by an empty line. */
const authenticate = async (session: Session, response: string): Promise<void> => {
  const first = await session.sendCommand(`AUTH XOAUTH2 ${response}`);
  const last = first.status === 334 ? await session.sendCommand('') : first;
  if (last.status === 235) session.resolve();
  else session.reject(new AuthRefusal(last.response, first.status === 334 ? first.response : null));
};

/** Carries both replies out of the library's callback. */
class AuthRefusal extends Error {
  readonly reply: string;
  readonly explanation: string | null;

  constructor(reply: string, challenge: string | null) {
    super('The token was refused.');
    this.reply = reply;
    this.explanation = challenge === null ? null : decode(challenge);
  }
}

/** The challenge is base64 of JSON (RFC 7628 section 3.2.2); what is not is left out. */
const decode = (challenge: string): string | null => {
  const text = Buffer.from(challenge.replace(/^334[ -]?/, ''), 'base64').toString('utf8');
  return text.startsWith('{') ? text : null;
};

/** After 421 the library closes before it hands out the reply (RFC 5321 section 3.8). */
const judgeEnd = (last: string | false, phase: SmtpPhase): Finding =>
  last !== false && /^[45]/.test(last)
    ? { reason: classifySmtpReply(phase, last) ?? 'server_unreachable', detail: last }
    : { reason: 'server_unreachable', detail: null };

const judge = (error: unknown, phase: SmtpPhase): Finding => {
  if (error instanceof AuthRefusal) {
    const reason = classifySmtpReply('authenticate', error.reply) ?? 'server_answer_unreadable';
    return { reason, detail: [error.reply, error.explanation].filter((part) => part !== null).join(' ') };
  }
  const reply = textMember(error, 'response');
  const detail = reply ?? textMember(error, 'message');
  const code = textMember(error, 'code') ?? '';
  if (code === 'ETLS') return { reason: 'tls_failed', detail };
  if (reply !== null) {
    return { reason: classifySmtpReply(phase, reply) ?? 'server_answer_unreadable', detail };
  }
  const original = textMember(error, 'originalCode') ?? '';
  const reason = classifyConnectionError(original) ?? classifyConnectionError(code);
  return { reason: reason ?? 'server_answer_unreadable', detail };
};

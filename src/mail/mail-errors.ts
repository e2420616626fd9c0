// What a mail server's refusal means, as tables: IMAP response codes, SMTP replies, errors of the connection.
// Pure. Decided on codes; on words only where a server gives no code for what happened, each row with the
// server that says so. The first row that fits wins.
import type { ReasonCode } from '../core/diagnosis.ts';

export type ImapPhase = 'connect' | 'authenticate' | 'inbox';

export type ImapRefusal = {
  phase: ImapPhase;
  status: 'NO' | 'BAD' | 'BYE';
  /** The response code in brackets (RFC 9051 section 7.1, RFC 5530), upper case. */
  code: string | null;
  text: string;
};

type ImapRow = {
  code?: readonly string[];
  text?: RegExp;
  phase?: ImapPhase;
  status?: ImapRefusal['status'];
  reason: ReasonCode;
};

const imapRows: readonly ImapRow[] = [
  // Exchange: the token was fine, the mailbox stays closed (IMAP off, no licence).
  { text: /authenticated but not connected/i, reason: 'imap_disabled' },
  // Gmail puts both behind [ALERT], which says nothing about the cause.
  { text: /too many simultaneous connections/i, reason: 'too_many_connections' },
  { text: /not enabled for imap|imap access is disabled/i, reason: 'imap_disabled' },
  // Exchange, to a password: it names no code.
  { text: /basic authentication is disabled/i, phase: 'authenticate', reason: 'basic_auth_refused' },
  { code: ['LIMIT'], reason: 'too_many_connections' },
  { code: ['OVERQUOTA'], reason: 'quota_exceeded' },
  // Gmail, hanging up: of a BYE the library gives the words without the code.
  { text: /command or bandwidth limits/i, status: 'BYE', reason: 'quota_exceeded' },
  { code: ['UNAVAILABLE', 'INUSE', 'SERVERBUG', 'THROTTLED'], reason: 'server_busy' },
  { code: ['AUTHENTICATIONFAILED', 'AUTHORIZATIONFAILED', 'EXPIRED'], reason: 'authentication_refused' },
  { code: ['NONEXISTENT', 'NOPERM'], phase: 'inbox', reason: 'inbox_unavailable' },
  { status: 'BYE', reason: 'server_busy' },
  // Exchange refuses a token with a bare NO.
  { phase: 'authenticate', status: 'NO', reason: 'authentication_refused' },
  { phase: 'inbox', reason: 'inbox_unavailable' },
];

export const classifyImapRefusal = (refusal: ImapRefusal): ReasonCode => {
  const fits = (row: ImapRow): boolean =>
    (row.code === undefined || (refusal.code !== null && row.code.includes(refusal.code))) &&
    (row.text === undefined || row.text.test(refusal.text)) &&
    (row.phase === undefined || row.phase === refusal.phase) &&
    (row.status === undefined || row.status === refusal.status);
  return imapRows.find(fits)?.reason ?? 'server_answer_unreadable';
};

export type SmtpPhase = 'connect' | 'authenticate';

type SmtpRow = {
  status?: readonly number[];
  /** Enhanced status code (RFC 3463). */
  enhanced?: readonly string[];
  /** 4yz: the same command may work later (RFC 5321 section 4.2.1). */
  temporary?: true;
  text?: RegExp;
  phase?: SmtpPhase;
  reason: ReasonCode;
};

const smtpRows: readonly SmtpRow[] = [
  // Exchange answers 535 5.7.139 to several unlike things; only its words tell them apart.
  { enhanced: ['5.7.139'], text: /SmtpClientAuthentication is disabled/i, reason: 'smtp_auth_disabled' },
  { enhanced: ['5.7.139'], text: /basic authentication is disabled/i, reason: 'basic_auth_refused' },
  {
    enhanced: ['5.7.139'],
    text: /security defaults|did not meet the criteria/i,
    reason: 'security_defaults',
  },
  { enhanced: ['5.7.139'], reason: 'blocked_by_policy' },
  { enhanced: ['5.7.30'], reason: 'basic_auth_refused' },
  // Exchange counts the connections of a mailbox: three at once.
  { status: [432], enhanced: ['4.3.2'], reason: 'too_many_connections' },
  { temporary: true, reason: 'server_busy' },
  // Gmail's daily limit comes as 550, Exchange's as 554: both pass by themselves.
  { enhanced: ['5.4.5'], reason: 'quota_exceeded' },
  { text: /SubmissionQuotaExceeded/i, reason: 'quota_exceeded' },
  { enhanced: ['5.7.60'], reason: 'send_as_denied' },
  // A command before AUTH, which no probe sends.
  { enhanced: ['5.7.57'], reason: 'request_refused' },
  // Gmail: "please log in with your web browser".
  { enhanced: ['5.7.14', '5.7.9'], reason: 'sign_in_required' },
  // Not a word about the token: the server has no such command or mechanism.
  { status: [500, 502, 503, 504], phase: 'authenticate', reason: 'smtp_auth_disabled' },
  { phase: 'authenticate', reason: 'authentication_refused' },
];

/** `reply` is the last reply as received; null when it does not start like one. */
export const classifySmtpReply = (phase: SmtpPhase, reply: string): ReasonCode | null => {
  const parts = /^([245]\d\d)[ -](?:([245]\.\d{1,3}\.\d{1,3})\b)?/.exec(reply);
  if (parts === null) return null;
  const status = Number(parts[1]);
  const enhanced = parts[2] ?? '';
  const fits = (row: SmtpRow): boolean =>
    (row.temporary !== true || (status >= 400 && status < 500)) &&
    (row.status === undefined || row.status.includes(status)) &&
    (row.enhanced === undefined || row.enhanced.includes(enhanced)) &&
    (row.text === undefined || row.text.test(reply)) &&
    (row.phase === undefined || row.phase === phase);
  return smtpRows.find(fits)?.reason ?? 'server_answer_unreadable';
};

const connectionReasons: Readonly<Record<string, ReasonCode>> = {
  ECONNREFUSED: 'server_unreachable',
  ECONNRESET: 'server_unreachable',
  EHOSTUNREACH: 'server_unreachable',
  ENETUNREACH: 'server_unreachable',
  ENOTFOUND: 'server_unreachable',
  EAI_AGAIN: 'server_unreachable',
  EDNS: 'server_unreachable',
  EPIPE: 'server_unreachable',
  ECONNECTION: 'server_unreachable',
  NoConnection: 'server_unreachable',
  EConnectionClosed: 'server_unreachable',
  ClosedAfterConnectText: 'server_unreachable',
  ClosedAfterConnectTLS: 'server_unreachable',
  ETIMEDOUT: 'server_timeout',
  ETIMEOUT: 'server_timeout',
  CONNECT_TIMEOUT: 'server_timeout',
  GREETING_TIMEOUT: 'server_timeout',
  SOCKET_TIMEOUT: 'server_timeout',
  UPGRADE_TIMEOUT: 'tls_failed',
  STARTTLS_INJECTION: 'tls_failed',
  ETLS: 'tls_failed',
  EPROTO: 'tls_failed',
  ETHROTTLE: 'server_busy',
};

/** Names of OpenSSL's verdicts on a certificate, and of Node's TLS errors. */
const tlsCode = /^(?:ERR_TLS_|ERR_SSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|HOSTNAME_)/;

/** By the error code of the system or of the mail library; null for one that says nothing. */
export const classifyConnectionError = (code: string): ReasonCode | null => {
  if (tlsCode.test(code)) return 'tls_failed';
  return Object.hasOwn(connectionReasons, code) ? (connectionReasons[code] ?? null) : null;
};

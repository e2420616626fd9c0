// What the four probes share: the clock around them, the words they may repeat, and the trust in mail servers'
// certificates. Knows no protocol.
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { ReasonCode } from '../core/diagnosis.ts';
import { type Clock, EgressError, type Probe, type Transport } from '../core/ports.ts';
import { refineByToken } from './whose-token.ts';

/** What one try proved; `detail` is the server's own words. */
export type Finding = { reason: ReasonCode; detail: string | null };

export const works: Finding = { reason: 'ok', detail: null };

const detailMax = 500;

/** Turns a try into a probe: measures it, and cuts and masks the words. */
export const createProbe =
  (
    transport: Transport,
    clock: Pick<Clock, 'now'>,
    attempt: (...parameters: Parameters<Probe>) => Promise<Finding>,
  ): Probe =>
  async (target, login, signal) => {
    const startedAt = clock.now();
    const found = await attempt(target, login, signal);
    const reason = refineByToken(transport, found.reason, login);
    const { detail } = found;
    return {
      transport,
      ok: reason === 'ok',
      reason,
      detail: detail === null ? null : clean(detail, login),
      durationMilliseconds: Math.max(0, clock.now() - startedAt),
    };
  };

/** Servers echo what they were sent, also as the base64 of a SASL response (RFC 7628, XOAUTH2). */
const clean = (text: string, login: Parameters<Probe>[1]): string | null => {
  const token = login.accessToken.reveal();
  const masked = [token, xoauth2(login.email, token)]
    .reduce((kept, secret) => kept.replaceAll(secret, '[redacted]'), text)
    // No character of a reply may break a log line or a terminal.
    .replaceAll(/[\p{Cc}]+/gu, ' ')
    .trim();
  return masked === '' ? null : masked.slice(0, detailMax);
};

/** Initial response of the SASL mechanism XOAUTH2. */
export const xoauth2 = (email: string, accessToken: string): string =>
  Buffer.from(`user=${email}\u0001auth=Bearer ${accessToken}\u0001\u0001`).toString('base64');

/** The usual authorities and the operator's; made once, since parsing them all takes milliseconds. */
export const createTrust = (ca: string | null): SecureContext =>
  createSecureContext({
    minVersion: 'TLSv1.2',
    ...(ca === null ? {} : { ca: [...getCACertificates('default'), ca] }),
  });

/** An HTTP call without an answer, for the API probes. Anything but an `EgressError` is thrown on. */
export const noAnswer = (error: unknown): Finding => {
  if (!(error instanceof EgressError)) throw error;
  return { reason: noAnswerReasons[error.code], detail: error.message };
};

const noAnswerReasons = {
  timeout: 'server_timeout',
  aborted: 'server_timeout',
  unreachable: 'server_unreachable',
  too_large: 'server_answer_unreadable',
  forbidden: 'server_unreachable',
} as const satisfies Record<EgressError['code'], ReasonCode>;

/** One member of a value that may be no object at all. */
export const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;

export const textMember = (value: unknown, name: string): string | null => {
  const found = member(value, name);
  return typeof found === 'string' && found !== '' ? found : null;
};

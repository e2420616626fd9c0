// How a mail server decides about an OAuth login: it asks the authorization server (RFC 7662), as Dovecot does.

import { GOOGLE_MAIL_SCOPE } from '../google.ts';
import { OUTLOOK_RESOURCE } from '../microsoft.ts';
import type { SandboxAuthorizationServer, SandboxProvider } from '../types.ts';

export type MailProtocol = 'imap' | 'smtp';
/** `unavailable`: the authorization server gave no usable answer, so nothing is known about the token. */
export type TokenVerdict = 'accepted' | 'refused' | 'unavailable';
export type Credentials = { user: string; accessToken: string };
export type TokenCheck = (credentials: Credentials) => Promise<TokenVerdict>;

const TIMEOUT_MS = 5000;

export const REQUIRED_SCOPE = {
  google: { imap: GOOGLE_MAIL_SCOPE, smtp: GOOGLE_MAIL_SCOPE },
  microsoft: {
    imap: `${OUTLOOK_RESOURCE}/IMAP.AccessAsUser.All`,
    smtp: `${OUTLOOK_RESOURCE}/SMTP.Send`,
  },
} as const satisfies Record<SandboxProvider, Record<MailProtocol, string>>;

export function createTokenCheck(
  dovecot: SandboxAuthorizationServer['dovecot'],
  requiredScope: string,
): TokenCheck {
  return async ({ user, accessToken }) => {
    const answer = await introspect(dovecot, accessToken).catch(() => undefined);
    if (answer === undefined) return 'unavailable';
    const scopes = typeof answer.scope === 'string' ? answer.scope.split(' ') : [];
    const owner = typeof answer.email === 'string' ? answer.email : '';
    const accepted = answer.active === true && owner === user.toLowerCase() && scopes.includes(requiredScope);
    return accepted ? 'accepted' : 'refused';
  };
}

async function introspect(
  dovecot: SandboxAuthorizationServer['dovecot'],
  token: string,
): Promise<Record<string, unknown> | undefined> {
  const credentials = Buffer.from(`${dovecot.clientId}:${dovecot.clientSecret}`).toString('base64');
  const response = await fetch(dovecot.introspectionUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}`, connection: 'close' },
    body: new URLSearchParams({ token }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const body: unknown = await response.json();
  return response.ok && typeof body === 'object' && body !== null ? { ...body } : undefined;
}

/** The client's first message of XOAUTH2 or OAUTHBEARER (RFC 7628 §3.1). */
export function parseSaslMessage(base64: string): Credentials | undefined {
  const fields = Buffer.from(base64, 'base64').toString('utf8').split('\x01');
  const user = /^user=(.+)$/.exec(fields[0] ?? '')?.[1] ?? /^n,a=([^,]+),$/.exec(fields[0] ?? '')?.[1];
  const accessToken = fields.map((field) => /^auth=Bearer (.+)$/i.exec(field)?.[1]).find(Boolean);
  return user === undefined || accessToken === undefined ? undefined : { user, accessToken };
}

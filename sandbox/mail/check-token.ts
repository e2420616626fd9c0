// How a mail server decides about an OAuth login: it asks the authorization server (RFC 7662), as Dovecot does.
import type { MailProtocol, MayOpenMailbox } from '../mailbox-access.ts';
import type { SandboxAuthorizationServer } from '../types.ts';

export type { MailProtocol } from '../mailbox-access.ts';
/** `unavailable`: the authorization server gave no usable answer, so nothing is known about the token. */
export type TokenVerdict = 'accepted' | 'refused' | 'unavailable';
export type Credentials = { user: string; accessToken: string };
export type TokenCheck = (credentials: Credentials) => Promise<TokenVerdict>;

const TIMEOUT_MS = 5000;

export function createTokenCheck(
  dovecot: SandboxAuthorizationServer['dovecot'],
  { protocol, mayOpen }: { protocol: MailProtocol; mayOpen: MayOpenMailbox },
): TokenCheck {
  return async ({ user, accessToken }) => {
    const answer = await introspect(dovecot, accessToken).catch(() => undefined);
    if (answer === undefined) return 'unavailable';
    return mayOpen(answer, user, protocol) ? 'accepted' : 'refused';
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

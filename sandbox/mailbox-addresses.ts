// The addresses of a mailbox as the mail APIs tell them: Gmail's sendAs list, and the address members of Graph's /me.
// Whoever may not ask is left to the mail API, which refuses in its own words.
import type { ServerResponse } from 'node:http';
import { GOOGLE_MAIL_SCOPE } from './google.ts';
import { sendJson } from './http.ts';
import type { Caller } from './mail-api.ts';
import { GRAPH_RESOURCE } from './microsoft-scopes.ts';

const GMAIL = 'https://www.googleapis.com/auth/gmail.';
const SEND_AS_SCOPES = [
  GOOGLE_MAIL_SCOPE,
  ...['modify', 'readonly', 'settings.basic'].map((name) => GMAIL + name),
];
export type GmailCall = { caller: Caller | undefined; path: string };

const SEND_AS_PATH = /^\/gmail\/v1\/users\/([^/]+)\/settings\/sendAs$/;

/** Answers a request for the list; hands on what the mail API is to answer, or to refuse in its own words. */
export function answerSendAs(call: GmailCall, response: ServerResponse): GmailCall | undefined {
  const { caller, path } = call;
  const userId = SEND_AS_PATH.exec(path)?.[1];
  if (userId === undefined || caller === undefined) return call;
  const { user, scopes } = caller;
  const mayAsk = scopes.some((scope) => SEND_AS_SCOPES.includes(scope));
  const name = decodeURIComponent(userId).toLowerCase();
  if (!mayAsk || user.mailbox === 'missing' || (name !== 'me' && name !== user.login)) {
    return {
      caller: { user, scopes: mayAsk ? [GOOGLE_MAIL_SCOPE] : [] },
      path: `/gmail/v1/users/${userId}/profile`,
    };
  }
  const primary = {
    sendAsEmail: user.login,
    displayName: user.name ?? '',
    replyToAddress: '',
    signature: '',
    isPrimary: true,
    isDefault: true,
  };
  const entryOf = (sendAsEmail: string, treatAsAlias: boolean) => ({
    sendAsEmail,
    displayName: user.name ?? '',
    replyToAddress: '',
    signature: '',
    treatAsAlias,
    verificationStatus: 'accepted',
  });
  const aliases = user.aliases.map((address) => entryOf(address, true));
  const others = user.sendsAs.map((address) => entryOf(address, false));
  sendJson(response, 200, { sendAs: [primary, ...aliases, ...others] });
  return undefined;
}

/** True when answered. Only for `$select`: without it Graph leaves `proxyAddresses` and `otherMails` out. */
export function answerSelectedMe(
  caller: Caller | undefined,
  { path, query }: { path: string; query: URLSearchParams },
  response: ServerResponse,
): boolean {
  const selected = query.get('$select')?.split(',') ?? [];
  if (caller === undefined || path !== '/v1.0/me' || selected.length === 0) return false;
  if (!caller.scopes.includes(`${GRAPH_RESOURCE}/User.Read`)) return false;
  const { user } = caller;
  const hasMailbox = user.mailbox === 'ready';
  const aliases = user.aliases.map((alias) => `smtp:${alias}`);
  const members: Record<string, unknown> = {
    id: user.id,
    displayName: user.name ?? null,
    mail: hasMailbox ? user.login : null,
    userPrincipalName: user.login,
    proxyAddresses: hasMailbox ? [`SMTP:${user.login}`, ...aliases] : [],
    otherMails: [],
  };
  const wanted = selected.map((name) => name.trim()).filter((name) => name in members);
  sendJson(response, 200, {
    '@odata.context': `${GRAPH_RESOURCE}/v1.0/$metadata#users(${wanted.join(',')})/$entity`,
    ...Object.fromEntries(wanted.map((name) => [name, members[name]])),
  });
  return true;
}

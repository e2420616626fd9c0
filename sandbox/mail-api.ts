// The two HTTP mail APIs a verifier touches: Gmail's profile and Graph's /me and inbox, with their error bodies.
// Bearer tokens are checked against the authorization server: expiry, scope and resource.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { splitScope } from './dialect.ts';
import { GOOGLE_MAIL_SCOPE } from './google.ts';
import { bearerToken, sendJson } from './http.ts';
import { GRAPH_RESOURCE, resourceOf } from './microsoft.ts';
import type { TokenStore } from './token-store.ts';
import { guidFor, type SandboxUser, type UserDirectory } from './users.ts';

export type MailApiDeps = {
  store: TokenStore;
  users: UserDirectory;
  messageCount: (login: string) => number;
};
export type MailApiRequest = { method: string; body: string };
export type Caller = { user: SandboxUser; scopes: string[] };

const GMAIL = 'https://www.googleapis.com/auth/gmail.';
const GMAIL_PROFILE_SCOPES = [
  GOOGLE_MAIL_SCOPE,
  ...['modify', 'readonly', 'compose', 'metadata'].map((name) => GMAIL + name),
];

const GMAIL_SEND_SCOPES = [GOOGLE_MAIL_SCOPE, ...['modify', 'compose', 'send'].map((name) => GMAIL + name)];

/** Whose valid token came with the request. */
export function authenticate(request: IncomingMessage, { store, users }: MailApiDeps): Caller | undefined {
  const token = store.findLiveAccessToken(bearerToken(request) ?? '');
  const user = users.byId(token?.accountId ?? '');
  if (token === undefined || user === undefined || user.disabled) return undefined;
  return { user, scopes: splitScope(token.scope) };
}

export function handleGmailApi(
  caller: Caller | undefined,
  path: string,
  response: ServerResponse,
  deps: MailApiDeps & MailApiRequest,
) {
  if (caller === undefined) {
    const message = 'Request had invalid authentication credentials.';
    return sendGoogleError(response, 401, 'UNAUTHENTICATED', message, 'authError');
  }
  const { user, scopes } = caller;
  const [, userId = '', action = ''] =
    /^\/gmail\/v1\/users\/([^/]+)\/(profile|messages\/send)$/.exec(path) ?? [];
  const isSending = action === 'messages/send' && deps.method === 'POST';
  if (userId === '' || !(isSending || action === 'profile')) {
    return sendGoogleError(response, 404, 'NOT_FOUND', 'Not found', 'notFound');
  }
  if (!scopes.some((scope) => (isSending ? GMAIL_SEND_SCOPES : GMAIL_PROFILE_SCOPES).includes(scope))) {
    const message = 'Request had insufficient authentication scopes.';
    const reason = 'ACCESS_TOKEN_SCOPE_INSUFFICIENT';
    return sendGoogleError(response, 403, 'PERMISSION_DENIED', message, 'insufficientPermissions', reason);
  }
  if (user.mailbox === 'missing') {
    const message = 'Mail service not enabled';
    return sendGoogleError(response, 400, 'FAILED_PRECONDITION', message, 'failedPrecondition');
  }
  if (userId !== 'me' && decodeURIComponent(userId).toLowerCase() !== user.login) {
    return sendGoogleError(response, 403, 'PERMISSION_DENIED', 'Delegation denied', 'forbidden');
  }
  if (isSending) {
    if (!hasRecipient(rawMessage(deps.body))) {
      const message = 'Recipient address required';
      return sendGoogleError(response, 400, 'INVALID_ARGUMENT', message, 'invalidArgument');
    }
    return sendGoogleError(response, 501, 'UNIMPLEMENTED', 'The sandbox sends nothing.', 'notImplemented');
  }
  const messages = deps.messageCount(user.login);
  sendJson(response, 200, {
    emailAddress: user.login,
    messagesTotal: messages,
    threadsTotal: messages,
    historyId: String(1000 + messages),
  });
}

function jsonObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function rawMessage(body: string): string {
  const { raw } = jsonObject(body);
  return typeof raw === 'string' ? Buffer.from(raw, 'base64url').toString('utf8') : '';
}

const hasRecipient = (message: string): boolean => /^(?:to|cc|bcc):[ \t]*\S/im.test(message);

function sendGoogleError(
  response: ServerResponse,
  code: number,
  status: string,
  message: string,
  reason: string,
  detail?: string,
): void {
  const details =
    detail === undefined
      ? {}
      : {
          details: [
            { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: detail, domain: 'googleapis.com' },
          ],
        };
  sendJson(
    response,
    code,
    { error: { code, message, errors: [{ message, domain: 'global', reason }], status, ...details } },
    code === 401
      ? { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' }
      : {},
  );
}

const ACCESS_DENIED = 'Access is denied. Check credentials and try again.';
const NO_MAILBOX = 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.';

export function handleGraph(
  caller: Caller | undefined,
  path: string,
  response: ServerResponse,
  deps: MailApiDeps & MailApiRequest,
) {
  const graphScopes = caller?.scopes.filter((scope) => resourceOf(scope) === GRAPH_RESOURCE) ?? [];
  // A token for Outlook is as good as none here, its audience is wrong.
  if (caller === undefined || graphScopes.length === 0) {
    return sendGraphError(response, 401, 'InvalidAuthenticationToken', 'Access token is empty or not valid.');
  }
  const { user } = caller;
  const may = (...names: string[]) => names.some((name) => graphScopes.includes(`${GRAPH_RESOURCE}/${name}`));
  if (path === '/v1.0/me') {
    if (!may('User.Read'))
      return sendGraphError(response, 403, 'Authorization_RequestDenied', 'Not allowed.');
    return sendJson(response, 200, {
      id: user.id,
      displayName: user.name ?? null,
      mail: user.mailbox === 'missing' ? null : user.login,
      userPrincipalName: user.login,
    });
  }
  if (path.toLowerCase() === '/v1.0/me/sendmail' && deps.method === 'POST') {
    return sendMail({ isAllowed: may('Mail.Send'), user, response, body: deps.body });
  }
  if (path.toLowerCase() === '/v1.0/me/mailfolders/inbox') {
    if (!may('Mail.Read', 'Mail.ReadWrite')) {
      return sendGraphError(response, 403, 'ErrorAccessDenied', ACCESS_DENIED);
    }
    if (user.mailbox === 'missing') {
      return sendGraphError(response, 404, 'MailboxNotEnabledForRESTAPI', NO_MAILBOX);
    }
    const totalItemCount = deps.messageCount(user.login);
    return sendJson(response, 200, {
      id: guidFor(`inbox ${user.login}`),
      displayName: 'Inbox',
      totalItemCount,
      unreadItemCount: totalItemCount,
    });
  }
  sendGraphError(response, 404, 'ResourceNotFound', 'Resource not found.');
}

/** Authority is judged before the form, and nothing is ever sent. */
function sendMail(call: {
  isAllowed: boolean;
  user: SandboxUser;
  response: ServerResponse;
  body: string;
}): void {
  const { isAllowed, user, response, body } = call;
  if (!isAllowed) {
    sendGraphError(response, 403, 'ErrorAccessDenied', ACCESS_DENIED);
  } else if (user.mailbox === 'missing') {
    sendGraphError(response, 404, 'MailboxNotEnabledForRESTAPI', NO_MAILBOX);
  } else if (hasGraphRecipient(jsonObject(body).message)) {
    sendGraphError(response, 501, 'NotImplemented', 'The sandbox sends nothing.');
  } else {
    sendGraphError(response, 400, 'ErrorInvalidRecipients', 'At least one recipient is needed.');
  }
}

function hasGraphRecipient(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  return Object.entries(message).some(
    ([name, list]) => /^(?:to|cc|bcc)Recipients$/.test(name) && Array.isArray(list) && list.length > 0,
  );
}

function sendGraphError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { error: { code, message, innerError: { date: new Date().toISOString() } } });
}

/** OpenID Connect userinfo (Core §5.3); any live token with identity scopes, or any Graph token at Microsoft. */
export function handleUserinfo(
  caller: Caller | undefined,
  provider: 'google' | 'microsoft',
  response: ServerResponse,
) {
  const allowed =
    caller !== undefined &&
    (caller.scopes.includes('openid') || caller.scopes.some((scope) => resourceOf(scope) === GRAPH_RESOURCE));
  if (!allowed) {
    const body = { error: 'invalid_request', error_description: 'Invalid Credentials' };
    return sendJson(response, 401, body, { 'www-authenticate': 'Bearer error="invalid_token"' });
  }
  const { user, scopes } = caller;
  const everything = provider === 'microsoft';
  sendJson(response, 200, {
    sub: user.id,
    ...((everything || scopes.includes('email')) &&
      user.emailClaim && { email: user.login, ...(!everything && { email_verified: true }) }),
    ...((everything || scopes.includes('profile')) && user.name !== undefined && { name: user.name }),
    ...(!everything && user.hostedDomain !== undefined && { hd: user.hostedDomain }),
  });
}

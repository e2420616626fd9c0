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
export type Caller = { user: SandboxUser; scopes: string[] };

const GMAIL = 'https://www.googleapis.com/auth/gmail.';
const GMAIL_PROFILE_SCOPES = [
  GOOGLE_MAIL_SCOPE,
  ...['modify', 'readonly', 'compose', 'metadata'].map((name) => GMAIL + name),
];

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
  deps: MailApiDeps,
) {
  if (caller === undefined) {
    const message = 'Request had invalid authentication credentials.';
    return sendGoogleError(response, 401, 'UNAUTHENTICATED', message, 'authError');
  }
  const { user, scopes } = caller;
  if (!scopes.some((scope) => GMAIL_PROFILE_SCOPES.includes(scope))) {
    const message = 'Request had insufficient authentication scopes.';
    const reason = 'ACCESS_TOKEN_SCOPE_INSUFFICIENT';
    return sendGoogleError(response, 403, 'PERMISSION_DENIED', message, 'insufficientPermissions', reason);
  }
  if (user.mailbox === 'missing') {
    const message = 'Mail service not enabled';
    return sendGoogleError(response, 400, 'FAILED_PRECONDITION', message, 'failedPrecondition');
  }
  const userId = decodeURIComponent(/^\/gmail\/v1\/users\/([^/]+)\/profile$/.exec(path)?.[1] ?? '');
  if (userId === '') {
    return sendGoogleError(response, 404, 'NOT_FOUND', 'Not found', 'notFound');
  }
  if (userId !== 'me' && userId.toLowerCase() !== user.login) {
    return sendGoogleError(response, 403, 'PERMISSION_DENIED', 'Delegation denied', 'forbidden');
  }
  const messages = deps.messageCount(user.login);
  sendJson(response, 200, {
    emailAddress: user.login,
    messagesTotal: messages,
    threadsTotal: messages,
    historyId: String(1000 + messages),
  });
}

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

export function handleGraph(
  caller: Caller | undefined,
  path: string,
  response: ServerResponse,
  deps: MailApiDeps,
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
  if (path.toLowerCase() === '/v1.0/me/mailfolders/inbox') {
    if (!may('Mail.Read', 'Mail.ReadWrite')) {
      return sendGraphError(
        response,
        403,
        'ErrorAccessDenied',
        'Access is denied. Check credentials and try again.',
      );
    }
    if (user.mailbox === 'missing') {
      const message = 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.';
      return sendGraphError(response, 404, 'MailboxNotEnabledForRESTAPI', message);
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

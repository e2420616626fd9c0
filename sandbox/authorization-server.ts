// One provider on one port: routes requests, keeps the journal, lets faults strike, and hands the rest to the engine
// or to a handler. Owns the public handle of that provider.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { handleAdmin } from './admin.ts';
import { handleAdminConsent } from './admin-consent.ts';
import { createClientAuthentication } from './client-auth.ts';
import { createClientRegistry, INTROSPECTION_CLIENT_ID } from './clients.ts';
import { type Dialect, type ErrorPage, type Match, splitScope } from './dialect.ts';
import { createDirectories } from './directories.ts';
import { createEngine, ENGINE_AUTHORIZE, ENGINE_INTROSPECT } from './engine.ts';
import { applyFault, type EndpointKind, takeFault } from './faults.ts';
import { JWT_BEARER_GRANT } from './google-jwt-bearer.ts';
import { onBehalf } from './graph-users.ts';
import { createHandle } from './handle.ts';
import { bearerToken, callerLeft, listen, readBody, replay, sendHtml, sendJson } from './http.ts';
import { handleInteraction } from './interaction.ts';
import type { Journal, JournalEntry } from './journal.ts';
import { authenticate, handleGmailApi, handleGraph, handleUserinfo } from './mail-api.ts';
import { createMailboxAccess, type MailboxAccess } from './mailbox-access.ts';
import { answerSelectedMe, answerSendAs } from './mailbox-addresses.ts';
import { errorPage } from './pages.ts';
import { createServiceAccountRegistry } from './service-accounts.ts';
import { handleToken } from './token-endpoint.ts';
import { createTokenStore } from './token-store.ts';
import type { SandboxAuthorizationServer, Settings, Stats } from './types.ts';
import { createUserDirectory } from './users.ts';

const INTERACTION_PATH = '/interaction/';
/** Grants in which no person takes part. */
const APP_GRANTS: ReadonlySet<string> = new Set(['client_credentials', JWT_BEARER_GRANT]);

export type RunningAuthorizationServer = {
  handle: SandboxAuthorizationServer;
  users: ReturnType<typeof createUserDirectory>;
  access: MailboxAccess;
  settings: Settings;
  stats: Stats;
  close(): Promise<void>;
};

export type AuthorizationServerOptions = {
  dialect: Dialect;
  journal: Journal;
  remember: (secret: string) => void;
  messageCount: (login: string) => number;
  settings: Pick<Settings, 'accessTokenTtlSeconds' | 'rotation'>;
  port: number;
};

type Call = {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  body: string;
  form: URLSearchParams;
  match: Match | undefined;
  entry: JournalEntry;
};

export async function startAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<RunningAuthorizationServer> {
  const { dialect, journal } = options;
  const settings: Settings = {
    ...options.settings,
    faults: [],
    issWithoutScheme: false,
    issParameter: dialect.issParameterDefault,
    refreshTokenExpiresInSeconds: null,
  };
  const stats: Stats = {
    tokenRequests: 0,
    codeExchanges: 0,
    refreshes: 0,
    appGrants: 0,
    tokenErrors: 0,
    introspections: 0,
    revocations: 0,
    faultsServed: 0,
    abandoned: 0,
  };
  const users = createUserDirectory(dialect.provider);
  const clients = createClientRegistry(dialect.provider, options.remember);
  const directories = createDirectories({ users, clients });
  const accounts = createServiceAccountRegistry();
  const access = createMailboxAccess({ provider: dialect.provider, users });
  const store = createTokenStore({
    clients: () => clients,
    rotation: () => settings.rotation,
    remember: options.remember,
  });
  const server = createServer((request, response) => {
    receive(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: 'sandbox_error', error_description: String(error) });
    });
  });
  const origin = `http://127.0.0.1:${await listen(server, options.port)}`;
  const engine = await createEngine({
    dialect,
    origin,
    store,
    users,
    clients,
    directories,
    settings,
    remember: options.remember,
    introspectionClientId: INTROSPECTION_CLIENT_ID,
  });
  const authentication = createClientAuthentication({
    clients,
    directories,
    isTokenEndpoint: dialect.assertionAudience?.(origin),
  });
  const parts = {
    dialect,
    origin,
    engine,
    store,
    users,
    clients,
    directories,
    accounts,
    access,
    authentication,
  };
  const mailApi = { store, users, messageCount: options.messageCount };

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin);
    const body = await readBody(request);
    if (url.pathname === '/healthz') return sendJson(response, 200, { ok: true });
    if (url.pathname.startsWith('/__admin/')) return handleAdmin(url, body, request, response, admin);

    const left = callerLeft(response);
    const match = dialect.match(url.pathname);
    const form = new URLSearchParams(body);
    const kind = kindOf(url.pathname, match, form);
    if (kind === undefined) return sendJson(response, 404, { error: 'not_found' });
    const entry: JournalEntry = {
      at: new Date().toISOString(),
      provider: dialect.provider,
      kind,
      method: request.method ?? '',
      path: url.pathname,
      status: 0,
      ...journalFacts(url, form, request),
    };
    journal.record(entry);
    response.once('finish', () => {
      entry.status = response.statusCode;
    });

    const fault = takeFault(settings.faults, kind);
    if (fault !== undefined) {
      stats.faultsServed += 1;
      const outcome = await applyFault(fault, left, url);
      if (outcome.type === 'answer') {
        response.writeHead(outcome.answer.status, outcome.answer.headers);
        response.end(outcome.answer.body);
        return;
      }
      if (outcome.type === 'proceedThenDrop') dropInsteadOfAnswering(response);
      if (outcome.type === 'proceedThenWait') answerLate(response, outcome.milliseconds);
    }
    if (left.aborted) {
      stats.abandoned += 1;
      return;
    }
    await process({ request, response, url, body, form, match, entry });
  }

  async function process(call: Call): Promise<void> {
    const { request, response, url, body, form, match, entry } = call;
    if (match === undefined) {
      if (url.pathname.startsWith(INTERACTION_PATH)) {
        const login = form.get('login');
        if (login !== null) entry.login = login;
        return handleInteraction(request, response, form, parts);
      }
      return engine.handle(replay(request, url.pathname + url.search, body), response);
    }
    switch (match.action) {
      case 'authorize':
        return authorize(call, match);
      case 'adminConsent': {
        const tenant = match.tenant ?? 'common';
        return handleAdminConsent({ url, tenant, form, method: request.method ?? '', response }, parts);
      }
      case 'token':
        return token(call, match);
      case 'keys':
        return sendJson(response, 200, engine.publicKeys);
      case 'discovery':
        return sendJson(response, 200, dialect.discovery(origin, match));
      case 'introspect':
        stats.introspections += 1;
        return engine.handle(replay(request, ENGINE_INTROSPECT, body), response);
      case 'revoke':
        return revoke(call);
      case 'userinfo':
      case 'gmailApi':
      case 'graph': {
        const api = { ...mailApi, method: request.method ?? '', body };
        const caller = authenticate(request, mailApi);
        if (caller !== undefined) entry.login = caller.user.login;
        if (match.action === 'userinfo') return handleUserinfo(caller, dialect.provider, response);
        const path = url.pathname;
        if (match.action === 'gmailApi') {
          const asked = answerSendAs({ caller, path }, response);
          return asked && handleGmailApi(asked.caller, asked.path, response, api);
        }
        const meant = onBehalf({ caller, path, accessToken: bearerToken(request) ?? '' }, mailApi);
        const selection = { path: meant.path, query: url.searchParams };
        if (answerSelectedMe(meant.caller, selection, response)) return;
        return handleGraph(meant.caller, meant.path, response, api);
      }
      default:
        return match.action satisfies never;
    }
  }

  /** What is wrong with client or redirect URI is told to the person and never to the redirect URI. */
  async function authorize({ request, response, url }: Call, match: Match): Promise<void> {
    const query = url.searchParams;
    const identified = authentication.identify(query.get('client_id') ?? undefined, match.tenant);
    if ('failure' in identified) return showError(response, dialect.clientPage(identified.failure));
    if (!identified.client.redirectUris.includes(query.get('redirect_uri') ?? '')) {
      return showError(response, dialect.clientPage('redirect_uri_wrong'));
    }
    const prepared = dialect.prepareAuthorize(query, match);
    if (!('query' in prepared)) return showError(response, prepared);
    // The engine refuses a nonce without openid; the real servers ignore it.
    if (!splitScope(prepared.query.get('scope')).includes('openid')) prepared.query.delete('nonce');
    return engine.handle(replay(request, `${ENGINE_AUTHORIZE}?${prepared.query}`, ''), response);
  }

  function showError(response: ServerResponse, page: ErrorPage): void {
    sendHtml(response, 400, errorPage({ provider: dialect.displayName, ...page }));
  }

  async function token({ request, response, form, entry }: Call, match: Match): Promise<void> {
    stats.tokenRequests += 1;
    if (entry.kind === 'refresh') stats.refreshes += 1;
    else if (APP_GRANTS.has(form.get('grant_type') ?? '')) stats.appGrants += 1;
    else stats.codeExchanges += 1;
    response.once('finish', () => {
      if (response.statusCode >= 400) stats.tokenErrors += 1;
    });
    const owner = store.findRefreshToken(form.get('refresh_token') ?? '')?.accountId;
    const login = owner === undefined ? undefined : users.byId(owner)?.login;
    if (login !== undefined) entry.login = login;
    return handleToken({ request, form, tenant: match.tenant }, response, { ...parts, settings });
  }

  /** RFC 7009 the way Google does it: no client authentication, and everything of that user and client dies. */
  function revoke({ response, form, url }: Call) {
    stats.revocations += 1;
    const stored = store.findToken(form.get('token') ?? url.searchParams.get('token') ?? '');
    if (stored?.accountId === undefined || stored.clientId === undefined) {
      const body = { error: 'invalid_token', error_description: 'Token expired or revoked' };
      return sendJson(response, 400, body);
    }
    store.revokeSubject({ accountId: stored.accountId, clientId: stored.clientId });
    sendJson(response, 200, {});
  }

  const handle = createHandle({ ...parts, settings, stats, remember: options.remember });
  const admin = { handle, journal };

  return {
    handle,
    users,
    access,
    settings,
    stats,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function kindOf(pathname: string, match: Match | undefined, form: URLSearchParams): EndpointKind | undefined {
  if (match?.action === 'token') return form.get('grant_type') === 'refresh_token' ? 'refresh' : 'token';
  // The administrator's way in is an authorization endpoint like the other one.
  if (match?.action === 'adminConsent') return 'authorize';
  if (match !== undefined) return match.action;
  const paths = [INTERACTION_PATH, `${ENGINE_AUTHORIZE}/`];
  if (paths.some((path) => pathname.startsWith(path))) return 'interaction';
  return undefined;
}

function journalFacts(url: URL, form: URLSearchParams, request: IncomingMessage) {
  const basic = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const basicId = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString().split(':')[0];
  const clientId = form.get('client_id') ?? url.searchParams.get('client_id') ?? basicId;
  const grantType = form.get('grant_type');
  return {
    ...(clientId !== undefined && { clientId: clientId.slice(0, 100) }),
    ...(grantType !== null && { grantType: grantType.slice(0, 100) }),
  };
}

/** The work is done as usual and at once; only its answer takes its time. */
function answerLate(response: ServerResponse, milliseconds: number): void {
  const send = response.end.bind(response);
  response.end = (body?: unknown) => {
    const sending = setTimeout(() => send(body), milliseconds);
    response.once('close', () => clearTimeout(sending));
    return response;
  };
}

/** The work is done as usual, then the line goes dead in place of the answer. */
function dropInsteadOfAnswering(response: ServerResponse): void {
  response.end = () => {
    response.destroy();
    return response;
  };
}

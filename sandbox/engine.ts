// The real OAuth engine (oidc-provider), configured once per provider. Protocol rules are the engine's; everything
// provider-specific is asked from the dialect.

import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  calculateJwkThumbprint,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  SignJWT,
} from 'jose';
import { interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { ClientRegistry } from './clients.ts';
import { type Dialect, type Refusal, splitScope, type TokenRequest } from './dialect.ts';
import type { Directories } from './directories.ts';
import { policyPage } from './google-errors.ts';
import { errorPage } from './pages.ts';
import type { TokenStore } from './token-store.ts';
import type { Settings } from './types.ts';
import { canSignIn, type UserDirectory } from './users.ts';

export const ENGINE_AUTHORIZE = '/__engine/authorize';
export const ENGINE_TOKEN = '/__engine/token';
export const ENGINE_INTROSPECT = '/__engine/introspect';

export type Engine = Awaited<ReturnType<typeof createEngine>>;

export type EngineDeps = {
  dialect: Dialect;
  origin: string;
  store: TokenStore;
  users: UserDirectory;
  clients: ClientRegistry;
  directories: Directories;
  settings: Settings;
  remember: (secret: string) => void;
  introspectionClientId: string;
};

/** A token for a client that acts for itself. `extra` shows at introspection. */
export type AppTokenRequest = { clientId: string; audience: string; extra: Record<string, unknown> };

export async function createEngine(deps: EngineDeps) {
  const { dialect, origin, store, users, settings } = deps;
  const { privateJwk, publicJwk } = await signingKey();
  const privateKey = await importJWK(privateJwk, 'RS256');
  const tokenRequests = new WeakMap<IncomingMessage, TokenRequest>();
  // Codes whose authorization showed the consent page: Google gives refresh tokens for these only.
  const freshlyConsented = new Set<string>();
  const offlineCodes = new Set<string>();
  const appTokenExtras = new WeakMap<object, Record<string, unknown>>();

  const provider = new Provider(origin, {
    adapter: store.adapter,
    jwks: { keys: [privateJwk] },
    scopes: [...dialect.scopes],
    claims: { openid: ['sub'] },
    clientAuthMethods: ['client_secret_post', 'client_secret_basic'],
    conformIdTokenClaims: false,
    cookies: { keys: [randomBytes(32).toString('hex')], names: cookieNames(dialect.provider, origin) },
    extraParams: ['access_type', 'tenant', 'hd', 'domain_hint', 'include_granted_scopes'],
    pkce: { required: () => true },
    routes: { authorization: ENGINE_AUTHORIZE, token: ENGINE_TOKEN, introspection: ENGINE_INTROSPECT },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      // Only for introspection to know such tokens; they are issued by issueAppToken.
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client) => client.clientId === deps.introspectionClientId,
      },
    },
    interactions: { policy: policy(deps), url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: {
      AccessToken: () => settings.accessTokenTtlSeconds,
      ClientCredentials: () => settings.accessTokenTtlSeconds,
      AuthorizationCode: () => 600,
      RefreshToken: () => 90 * 86_400,
      Grant: () => 365 * 86_400,
      IdToken: () => 3600,
      Interaction: () => 3600,
      Session: () => 86_400,
    },
    expiresWithSession: () => false,
    rotateRefreshToken: () => settings.rotation !== 'none',
    issueRefreshToken: (_ctx, _client, code) => {
      const scopes = new Set(splitScope(code.scope));
      const value = code.jti;
      const freshConsent = freshlyConsented.delete(value);
      const offline = offlineCodes.delete(value);
      return dialect.issuesRefreshToken({ scopes, offline, freshConsent });
    },
    extraTokenClaims: (_ctx, token) => {
      const own = appTokenExtras.get(token);
      if (own !== undefined) return own;
      const user = 'accountId' in token ? users.byId(String(token.accountId)) : undefined;
      return user === undefined ? undefined : { email: user.login };
    },
    findAccount: (_ctx, id) => {
      const user = users.byId(id);
      if (user === undefined || !canSignIn(user)) return undefined;
      return { accountId: id, claims: () => ({ sub: id }) };
    },
    loadExistingGrant: async (ctx) => {
      const consented = ctx.oidc.result?.consent?.grantId;
      if (consented !== undefined) return ctx.oidc.provider.Grant.find(consented);
      const accountId = ctx.oidc.session?.accountId;
      const clientId = ctx.oidc.client?.clientId;
      if (accountId === undefined || clientId === undefined) return undefined;
      // Consent belongs to person and client, not to a browser; each authorization is a grant of its own.
      const scopes = consentFor({ accountId, clientId });
      if (scopes.length === 0) return undefined;
      const grant = new ctx.oidc.provider.Grant({ accountId, clientId });
      grant.addOIDCScope(scopes.join(' '));
      await grant.save();
      return grant;
    },
    renderError: (ctx, out) => {
      ctx.type = 'html';
      const detail = out.error_description ?? '';
      ctx.body = errorPage({ provider: dialect.displayName, title: out.error, detail });
    },
  });

  provider.on('authorization.success', (ctx, out) => {
    const code = out?.code;
    if (typeof code !== 'string') return;
    if (ctx.oidc.result?.consent !== undefined) freshlyConsented.add(code);
    if (ctx.oidc.params?.access_type === 'offline') offlineCodes.add(code);
  });
  provider.on('grant.error', (ctx, error) => {
    const request = tokenRequests.get(ctx.req);
    if (request !== undefined) request.failure = error.error_detail ?? error.error_description ?? '';
  });

  // An access token carries the scopes of one resource, the refresh token keeps them all. The engine knows that
  // only for RFC 8707 resources, so the scope is narrowed at the moment the token is stored.
  const { save } = provider.AccessToken.prototype;
  provider.AccessToken.prototype.save = function saveNarrowed() {
    const request = Provider.ctx === undefined ? undefined : tokenRequests.get(Provider.ctx.req);
    const narrowed = dialect.accessTokenScopes(splitScope(this.scope), request?.requestedScopes);
    this.scope = narrowed.join(' ');
    return save.call(this);
  };

  provider.use(async (ctx, next) => {
    await next();
    const request = tokenRequests.get(ctx.req);
    if (request !== undefined) await finishTokenAnswer(ctx as KoaContextWithOIDC, request);
    else finishCallback(ctx as KoaContextWithOIDC);
  });

  /** What the person has allowed, and what an administrator has allowed for everybody. */
  function consentFor(subject: { accountId: string; clientId: string }): string[] {
    const { tenantId } = users.byId(subject.accountId) ?? {};
    const forAll = deps.directories.adminConsentOf(tenantId, subject.clientId);
    // An administrator's consent always covers signing in.
    const identity = forAll === undefined ? [] : dialect.identityScopes;
    return [...new Set([...(store.consentOf(subject) ?? []), ...(forAll ?? []), ...identity])];
  }

  async function finishTokenAnswer(ctx: KoaContextWithOIDC, request: TokenRequest): Promise<void> {
    const body: unknown = ctx.body;
    if (typeof body !== 'object' || body === null) return;
    if ('error' in body) {
      const refusal: Refusal = { status: ctx.status, body: { ...body } };
      const shaped = dialect.shapeTokenError(refusal, request, { store });
      ctx.status = shaped.status;
      ctx.body = shaped.body;
      return;
    }
    const answer: Record<string, unknown> = { ...body };
    if (typeof answer.id_token === 'string') answer.id_token = await reissue(answer.id_token, ctx);
    const refresh = request.form.get('grant_type') === 'refresh_token';
    ctx.body = dialect.shapeTokenAnswer(answer, { refresh, settings });
  }

  /** The engine's ID token with this provider's claims, `iss` among them. */
  async function reissue(idToken: string, ctx: KoaContextWithOIDC): Promise<string> {
    const { aud, exp, iat, nonce, sub } = decodeJwt(idToken);
    const user = users.byId(sub ?? '');
    const clientId = ctx.oidc.client?.clientId;
    if (user === undefined || clientId === undefined) throw new Error('an ID token without person or client');
    const source = ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RefreshToken;
    const scopes = new Set(splitScope(source?.scope));
    const claims = dialect.idTokenClaims({ user, clientId, origin, scopes, settings });
    const token = await new SignJWT({
      ...claims,
      ...(nonce !== undefined && { nonce }),
      ...(aud !== undefined && { aud }),
      ...(exp !== undefined && { exp }),
      ...(iat !== undefined && { iat, nbf: iat }),
    })
      .setProtectedHeader({ alg: 'RS256', kid: privateJwk.kid ?? '', typ: 'JWT' })
      .sign(privateKey);
    deps.remember(token);
    return token;
  }

  async function clientNamed(clientId: string) {
    const client = await provider.Client.find(clientId);
    if (client === undefined) throw new Error(`no client ${clientId}`);
    return client;
  }

  function finishCallback(ctx: KoaContextWithOIDC): void {
    const location = ctx.response.get('location');
    if (!URL.canParse(location)) return;
    const url = new URL(location);
    if (url.origin === origin || !(url.searchParams.has('code') || url.searchParams.has('error'))) return;
    const { session, result, entities } = ctx.oidc;
    dialect.decorateCallback(url.searchParams, {
      user: session?.accountId === undefined ? undefined : users.byId(session.accountId),
      scope: entities.AuthorizationCode?.scope ?? '',
      consentShown: result?.consent !== undefined,
      settings,
    });
    ctx.set('location', url.href);
  }

  return {
    provider,
    publicKeys: { keys: [publicJwk] },
    consentFor,
    /** An access token of that person's that nobody can refresh. */
    async issueUserToken(request: { clientId: string; accountId: string; scope: string }): Promise<string> {
      const { accountId, scope } = request;
      const client = await clientNamed(request.clientId);
      const grantId = await new provider.Grant({ accountId, clientId: client.clientId }).save();
      return new provider.AccessToken({ client, accountId, grantId, scope, gty: 'jwt_bearer' }).save();
    },
    async issueAppToken({ clientId, audience, extra }: AppTokenRequest): Promise<string> {
      const token = new provider.ClientCredentials({ client: await clientNamed(clientId) });
      token.setAudience(audience);
      appTokenExtras.set(token, extra);
      return token.save();
    },
    handle: provider.callback(),
    /** Ties what the front has learnt to the request it hands over. */
    bindTokenRequest(request: IncomingMessage, tokenRequest: TokenRequest): void {
      tokenRequests.set(request, tokenRequest);
    },
  };
}

function policy({ users, clients }: EngineDeps) {
  const { base, Check, Prompt } = interactionPolicy;
  const prompts = base();
  const otherAccount = new Check('other_account_hinted', 'another account was asked for', ({ oidc }) => {
    const hint = oidc.params?.login_hint;
    if (typeof hint !== 'string' || oidc.result?.login !== undefined) return Check.NO_NEED_TO_PROMPT;
    const signedIn = users.byId(oidc.session?.accountId ?? '')?.login;
    return signedIn !== undefined && signedIn !== hint.toLowerCase()
      ? Check.REQUEST_PROMPT
      : Check.NO_NEED_TO_PROMPT;
  });
  prompts.get('login')?.checks.add(otherAccount);
  prompts.add(new Prompt({ name: 'select_account', requestable: true }), 1);
  const stopped = new Check('client_stopped', 'the provider stops this person at this client', ({ oidc }) => {
    const client = clients.find(oidc.client?.clientId ?? '');
    const user = users.byId(oidc.session?.accountId ?? '');
    return policyPage(client, user) === undefined ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
  });
  prompts.add(new Prompt({ name: 'stopped', requestable: false }, stopped), 2);
  return prompts;
}

/** Cookies ignore ports: two sandboxes on one host must not share names. */
function cookieNames(name: string, origin: string) {
  const prefix = `${name}_${new URL(origin).port}`;
  return { interaction: `${prefix}_interaction`, resume: `${prefix}_resume`, session: `${prefix}_session` };
}

async function signingKey(): Promise<{ privateJwk: JWK; publicJwk: JWK }> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const common = { alg: 'RS256', use: 'sig', kid: await calculateJwkThumbprint(publicJwk) };
  return {
    privateJwk: { ...(await exportJWK(pair.privateKey)), ...common },
    publicJwk: { ...publicJwk, ...common },
  };
}

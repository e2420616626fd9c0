// The seam between what every OAuth server does (engine.ts, authorization-server.ts) and what makes one Google or
// Microsoft. `google.ts` and `microsoft.ts` implement it.
import type { ClientFailure } from './client-auth.ts';
import type { TokenStore } from './token-store.ts';
import type { MailEndpoints, Rotation, SandboxProvider, Settings } from './types.ts';
import type { SandboxUser, UserDirectory } from './users.ts';

/** What an incoming path means. `action` picks the handler, `tenant` is Entra's path segment. */
export type Match = {
  action:
    | 'authorize'
    | 'adminConsent'
    | 'token'
    | 'keys'
    | 'discovery'
    | 'introspect'
    | 'revoke'
    | 'userinfo'
    | 'gmailApi'
    | 'graph';
  tenant?: string;
};

export type TokenRequest = {
  form: URLSearchParams;
  tenant?: string;
  /** Entra: the resource scopes this call asked for; the access token carries no others. */
  requestedScopes?: string[];
  /** The engine's private reason for a refusal. */
  failure?: string;
};

/** An answer of the token endpoint; most are refusals. */
export type Refusal = { status: number; body: Record<string, unknown> };
export type ErrorPage = { title: string; detail: string };
export type AuthorizePreparation = { query: URLSearchParams } | ErrorPage;

export type TokenAnswer = Record<string, unknown> & { scope?: string };

export type CallbackFacts = {
  user: SandboxUser | undefined;
  scope: string;
  consentShown: boolean;
  settings: Settings;
};

export type IdTokenFacts = {
  user: SandboxUser;
  clientId: string;
  origin: string;
  scopes: Set<string>;
  settings: Settings;
};

export type Dialect = {
  provider: SandboxProvider;
  displayName: string;
  rotationDefault: Rotation;
  issParameterDefault: boolean;
  /** Every scope the engine may grant. */
  scopes: readonly string[];
  identityScopes: ReadonlySet<string>;
  /** Whether the person may untick single scopes. */
  granularConsent: boolean;
  /** Client authentication failed. */
  refuseClient(failure: ClientFailure): Refusal;
  /** The client or its redirect URI is wrong at the authorization endpoint. */
  clientPage(failure: ClientFailure | 'redirect_uri_wrong'): ErrorPage;
  /** Present when clients may authenticate by signed assertions: whether an audience is the token endpoint. */
  assertionAudience?(origin: string): (audience: string) => boolean;
  match(pathname: string): Match | undefined;
  prepareAuthorize(query: URLSearchParams, match: Match): AuthorizePreparation;
  /** May rewrite the form. A refusal ends the call before the engine sees it. */
  prepareToken(request: TokenRequest, deps: { store: TokenStore; users: UserDirectory }): Refusal | undefined;
  /** The scopes an access token gets, out of those the grant has. */
  accessTokenScopes(granted: string[], requested: string[] | undefined): string[];
  issuesRefreshToken(facts: { scopes: Set<string>; offline: boolean; freshConsent: boolean }): boolean;
  shapeTokenAnswer(answer: TokenAnswer, facts: { refresh: boolean; settings: Settings }): TokenAnswer;
  shapeTokenError(refusal: Refusal, request: TokenRequest, deps: { store: TokenStore }): Refusal;
  idTokenClaims(facts: IdTokenFacts): Record<string, unknown>;
  decorateCallback(query: URLSearchParams, facts: CallbackFacts): void;
  discovery(origin: string, match: Match): Record<string, unknown>;
  mayPick(user: SandboxUser, tenant: string | undefined): boolean;
  /** This provider's part of the endpoint file. */
  endpoints(origin: string, mail: MailEndpoints): Record<string, unknown>;
};

export function splitScope(scope: string | null | undefined): string[] {
  return [...new Set((scope ?? '').split(/\s+/).filter(Boolean))];
}

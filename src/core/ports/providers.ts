// Authorization servers: what the core knows of a provider, and the calls that can be made to one.
import type { ReasonCode } from '../diagnosis.ts';
import type { OAuthClient, ProviderName } from '../oauth-clients.ts';
import type { Secret } from '../secret.ts';

/** Ways to reach a mailbox. */
export type Transport = 'imap' | 'smtp' | 'gmail_api' | 'graph';

/** What a connect session asks for: `full` = IMAP and SMTP, `api` = Gmail API or Graph. */
export type Profile = 'full' | 'api';

/** A host to connect to. `implicit` = TLS from the first byte, `starttls` = upgrade, required before login. */
export type MailServer = { host: string; port: number; tls: 'implicit' | 'starttls' };

/** How to reach one transport of a mailbox, for probes and for the token answer. */
export type TransportTarget =
  | { transport: 'imap' | 'smtp'; server: MailServer }
  | { transport: 'gmail_api' | 'graph'; baseUrl: string };

/** Tokens as an authorization server gave them (RFC 6749 section 5.1). */
export type IssuedTokens = {
  accessToken: Secret<string>;
  /** Null when the answer held none: the stored one stays (Google never repeats it on refresh). */
  refreshToken: Secret<string> | null;
  /** Seconds, from the answer. */
  expiresInSeconds: number;
  refreshTokenExpiresInSeconds: number | null;
  /** The granted scope as sent, or null when the answer had none. */
  scope: string | null;
};

/** Who signed in, from the validated ID token. */
export type Identity = {
  issuer: string;
  subject: string;
  /** Lower case; null when the provider named none. */
  email: string | null;
  name: string;
  /** Entra's `tid`; null at Google. */
  entraTenantId: string | null;
  /** False for a consumer account (gmail.com, outlook.com). */
  isManaged: boolean;
};

/**
 * A refusal, told apart once, at the adapter, by HTTP status, OAuth `error`, `suberror`, in that order:
 * `grant` = this person's grant is over; `oauth_client` = our registration is refused; `transient` = try
 * later; `request` = our request is malformed.
 */
export type ProviderFailure = {
  kind: 'grant' | 'oauth_client' | 'transient' | 'request';
  reason: ReasonCode;
  /** A refusal that is known to pass at times: the core asks once more, later, before a grant is given up. */
  isDoubtful?: true;
  retryAfterSeconds: number | null;
  /** What the provider said, without secrets, cut to 500 characters; for support. */
  provider: ProviderWords;
};
export type ProviderWords = {
  httpStatus: number | null;
  error: string | null;
  suberror: string | null;
  description: string | null;
  errorCodes: number[];
  traceId: string | null;
  correlationId: string | null;
};

/** When there are no words of the provider's to keep. */
export const nothingSaid: ProviderWords = {
  httpStatus: null,
  error: null,
  suberror: null,
  description: null,
  errorCodes: [],
  traceId: null,
  correlationId: null,
};

export type Attempt<T> = { ok: true; value: T } | { ok: false; failure: ProviderFailure };

export type AuthorizationUrlRequest = {
  redirectUri: string;
  scopes: string[];
  state: string;
  nonce: string;
  /** RFC 7636, S256. */
  codeChallenge: string;
  loginHint: string | null;
};

export type CodeExchange = {
  /** The callback's full query, as received. */
  callbackParameters: URLSearchParams;
  expectedState: string;
  expectedNonce: string;
  codeVerifier: Secret<string>;
  redirectUri: string;
  /** The resource whose access token the code is redeemed for, and its scopes. */
  resource: string;
  scopes: string[];
};

/** One provider: pure knowledge of scopes and resources, and the calls to its authorization server. */
export type Provider = {
  name: ProviderName;
  /** Names of its clouds; the first is the default. */
  clouds: readonly string[];
  /** Token endpoints of its clouds, from the endpoint table; Entra's hold `{tenant}`. */
  tokenUrls: readonly string[];
  /** All scopes to ask for at the authorization endpoint, OpenID ones included. */
  scopesFor(client: OAuthClient, profile: Profile): string[];
  /** Those that `granted` lacks; OpenID scopes and `offline_access` are never missed. Case-insensitive. */
  missingScopes(client: OAuthClient, profile: Profile, granted: string): string[];
  /** The transports that the granted scope opens. */
  transports(client: OAuthClient, granted: string): Transport[];
  target(client: OAuthClient, transport: Transport): TransportTarget;
  /** The resource of a transport, or of a URL that a caller names; null when the provider has none such. */
  resourceOf(client: OAuthClient, transportOrUrl: string): string | null;
  /** The resource that the code is redeemed for under this profile. */
  primaryResource(client: OAuthClient, profile: Profile): string;
  /** The granted scopes that belong to one resource, for a token request; empty = not granted. */
  scopesOfResource(client: OAuthClient, resource: string, granted: string): string[];
  /** Every resource that has a scope in the text, those without a transport of ours included. */
  resourcesOf(client: OAuthClient, scope: string): string[];
  authorizationUrl(client: OAuthClient, request: AuthorizationUrlRequest): string;
  /** Throws only for programmer's errors; everything the provider does is an Attempt. Aborts with `signal`. */
  exchangeCode(
    client: OAuthClient,
    exchange: CodeExchange,
    signal: AbortSignal,
  ): Promise<Attempt<{ tokens: IssuedTokens; identity: Identity }>>;
  /** Without scopes: those of the grant (RFC 6749 section 6), of one resource. */
  refresh(
    client: OAuthClient,
    request: { refreshToken: Secret<string>; scopes: string[]; entraTenantId: string | null },
    signal: AbortSignal,
  ): Promise<Attempt<IssuedTokens>>;
  /**
   * Who an access token belongs to, asked at the provider; null when its scope lets nobody ask. For tokens that
   * did not come through our own authorization request, so without an ID token.
   */
  identify(
    client: OAuthClient,
    tokens: { accessToken: Secret<string>; scope: string },
    signal: AbortSignal,
  ): Promise<Attempt<Identity | null>>;
  /** Null where the provider has no revocation endpoint (Entra). */
  revoke:
    | ((client: OAuthClient, refreshToken: Secret<string>, signal: AbortSignal) => Promise<Attempt<null>>)
    | null;
};

export type Providers = Record<ProviderName, Provider>;

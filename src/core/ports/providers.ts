// Authorization servers: what the core knows of a provider, and the calls that can be made to one.
import type { CredentialKind, OpenedCredential } from '../client-credentials.ts';
import type { ReasonCode } from '../diagnosis.ts';
import type { GrantType, OAuthClient, ProviderName } from '../oauth-clients.ts';
import type { Secret } from '../secret.ts';

/** Ways to reach a mailbox. */
export type Transport = 'imap' | 'smtp' | 'gmail_api' | 'graph';

/**
 * What a mailbox is connected for: `full` = IMAP and SMTP, `api` = Gmail API or Graph, `send_only` = nothing but
 * sending, which people may still allow alone where an administrator must approve the rest.
 */
export type Profile = 'full' | 'api' | 'send_only';

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
  /** A limit on this one grant: it says nothing about the others of its OAuth client. */
  isOfGrant?: true;
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

/** An OAuth client with the credential that authenticates this call. */
export type AuthenticatedClient = OAuthClient & { opened: OpenedCredential };

/** What a credential's text says of itself, or what is wrong with it, as the end of "the credential ...". */
export type CredentialFacts =
  | { ok: true; expiresAt: number | null; clientId: string | null }
  | { ok: false; objection: string };

/** What an administrator's approval came to, read off the callback. The directory is a hint, never a proof. */
export type AdminConsent =
  | { isGranted: true; entraTenantId: string | null }
  | { isGranted: false; reason: ReasonCode; provider: ProviderWords };

/** One thing about a registration, tried at the provider. `unknown` = it cannot be told without a person. */
export type RegistrationFinding = {
  subject: 'directory' | 'client_id' | 'credential' | 'redirect_uri' | 'delegation';
  result: 'passed' | 'failed' | 'unknown';
  /** Why it failed, or why it cannot be told; null when passed. */
  reason: ReasonCode | null;
  provider: ProviderWords | null;
};

/** Pure knowledge of one provider: its scopes, resources, addresses and kinds of registration. No I/O. */
export type ProviderKnowledge = {
  name: ProviderName;
  /** The grant types that it has, and how a client of each authenticates. */
  registrations: Partial<Record<GrantType, readonly CredentialKind[]>>;
  /** Reads a credential's text as one of this kind. */
  readCredential(kind: CredentialKind, text: Secret<string>): CredentialFacts;
  /** Names of its clouds; the first is the default. */
  clouds: readonly string[];
  /** Token endpoints of its clouds, from the endpoint table; Entra's hold `{tenant}`. */
  tokenUrls: readonly string[];
  /** The host (with its port, if that is unusual) that this client's token requests go to. */
  tokenHost(client: OAuthClient): string;
  /** All scopes to ask for at the authorization endpoint, OpenID ones included. */
  scopesFor(client: OAuthClient, profile: Profile): string[];
  /** Those that `granted` lacks; OpenID scopes and `offline_access` are never missed. Case-insensitive. */
  missingScopes(client: OAuthClient, profile: Profile, granted: string): string[];
  /** The transports that the granted scope is meant for: those are proved. */
  transports(client: OAuthClient, granted: string): Transport[];
  /** All that the granted scope opens: Google's mail scope opens the Gmail API too. */
  opens(client: OAuthClient, granted: string): Transport[];
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
  /**
   * Where an administrator approves the scopes for a whole directory; null where there is no such page (Google).
   * `entraTenant` null = the directory of whoever signs in.
   */
  adminConsentUrl:
    | ((
        client: OAuthClient,
        request: { redirectUri: string; scopes: string[]; state: string; entraTenant: string | null },
      ) => string)
    | null;
  /** What the callback of that page says; null when it is no such callback. */
  readAdminConsent(parameters: URLSearchParams): AdminConsent | null;
};

/** The calls to a provider. `Client`: what the caller has of an OAuth client. */
export type ProviderCalls<Client> = {
  /** Throws only for programmer's errors; everything the provider does is an Attempt. Aborts with `signal`. */
  exchangeCode(
    client: Client,
    exchange: CodeExchange,
    signal: AbortSignal,
  ): Promise<Attempt<{ tokens: IssuedTokens; identity: Identity }>>;
  /** Without scopes: those of the grant (RFC 6749 section 6), of one resource. */
  refresh(
    client: Client,
    request: { refreshToken: Secret<string>; scopes: string[]; entraTenantId: string | null },
    signal: AbortSignal,
  ): Promise<Attempt<IssuedTokens>>;
  /**
   * An access token without a person's consent, for a client of the grant type `jwt_bearer` (RFC 7523: the mailbox
   * is the subject) or `client_credentials` (RFC 6749 section 4.4: the token is the client's own). A failure is
   * never of the kind `grant`: there is none that could end.
   */
  mint(
    client: Client,
    request: { email: string; resource: string; scopes: string[] },
    signal: AbortSignal,
  ): Promise<Attempt<IssuedTokens>>;
  /** Null where the provider has no revocation endpoint (Entra). */
  revoke:
    | ((client: Client, refreshToken: Secret<string>, signal: AbortSignal) => Promise<Attempt<null>>)
    | null;
  /**
   * Tries what can be tried of a registration without a person; never throws for what the provider does.
   * `email`: a mailbox to mint a token for, where the grant type needs one; null = that stays unknown.
   */
  examine(
    client: AuthenticatedClient,
    request: { redirectUri: string; email: string | null },
    signal: AbortSignal,
  ): Promise<RegistrationFinding[]>;
  /**
   * Who an access token belongs to, asked at the provider; null when its scope lets nobody ask. For tokens that
   * did not come through our own authorization request, so without an ID token.
   */
  identify(
    client: OAuthClient,
    tokens: { accessToken: Secret<string>; scope: string },
    signal: AbortSignal,
  ): Promise<Attempt<Identity | null>>;
  /**
   * Every address that the account may use, in lower case, asked at the provider; empty when the scope lets nobody
   * ask, or nobody answers. For an expected address that is an alias.
   */
  addresses(
    client: OAuthClient,
    tokens: { accessToken: Secret<string>; scope: string },
    signal: AbortSignal,
  ): Promise<string[]>;
};

/** A provider as the adapter makes it, and as the core uses it: with the credential chosen. */
export type ProviderAdapter = ProviderKnowledge & ProviderCalls<AuthenticatedClient>;
export type Provider = ProviderKnowledge & ProviderCalls<OAuthClient>;

export type ProviderAdapters = Record<ProviderName, ProviderAdapter>;
export type Providers = Record<ProviderName, Provider>;

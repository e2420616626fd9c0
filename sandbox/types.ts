// The public vocabulary of the sandbox: options, handles and settings.
// Types only; behaviour lives in the file named after the thing.
import type { ClientPolicy, ClientSecret, SandboxClient } from './clients.ts';
import type { DirectorySettings } from './directories.ts';
import type { Fault } from './faults.ts';
import type { Journal } from './journal.ts';
import type { SandboxServiceAccount, ServiceAccountKeyFile } from './service-accounts.ts';
import type { SandboxUser } from './users.ts';

export type SandboxProvider = 'google' | 'microsoft';

/** `none`: refresh tokens stay; `lenient`: a new one each time, old ones stay valid; `strict`: reuse kills the grant. */
export type Rotation = 'none' | 'lenient' | 'strict';

export type MailEndpoint = { host: string; port: number; tls: 'implicit' | 'starttls' };
export type MailEndpoints = { imap: MailEndpoint; smtp: MailEndpoint };

export type StartSandboxOptions = {
  /** `npm` starts the built-in IMAP and SMTP servers; `none`: the caller brings others. Default `npm`. */
  mail?: 'npm' | 'none';
  /** Written to `endpoints` when `mail` is `none`; absent: a loopback port where nothing listens. */
  mailEndpoints?: Partial<Record<SandboxProvider, MailEndpoints>>;
  /** CA that signed the certificate of those servers. */
  caFile?: string;
  /** Default 3600. */
  accessTokenTtlSeconds?: number;
  /** Default: Google `none`, Microsoft `lenient`. */
  rotation?: Partial<Record<SandboxProvider, Rotation>>;
  /** Fixed ports; 0 or absent picks a free one. */
  ports?: Partial<Record<SandboxProvider, number>>;
};

export type Settings = {
  accessTokenTtlSeconds: number;
  rotation: Rotation;
  /** Faults that are still armed, first match wins. */
  faults: Fault[];
  /** ID tokens say `accounts.example` instead of `https://accounts.example` (Google does both). */
  issWithoutScheme: boolean;
  /** Whether the callback carries `iss` (RFC 9207). Default: Google yes, Microsoft no. */
  issParameter: boolean;
  /** When set, code answers carry `refresh_token_expires_in` (Google's time-based access). */
  refreshTokenExpiresInSeconds: number | null;
};

export type SettingsPatch = Partial<Omit<Settings, 'faults'>> & { fault?: Fault | Fault[] | null };

export type Stats = {
  /** Every POST to the token endpoint that was processed, including refused ones. */
  tokenRequests: number;
  codeExchanges: number;
  refreshes: number;
  /** Grants without a person: client credentials and JWT bearer. */
  appGrants: number;
  /** Token requests that were answered with an error. */
  tokenErrors: number;
  introspections: number;
  revocations: number;
  /** Faults that fired. */
  faultsServed: number;
  /** Requests dropped because the caller had gone away before processing began. */
  abandoned: number;
};

export type MintRequest = { login: string; scope: string; count?: number; clientId?: string };
export type MintedGrant = {
  accessToken: string;
  refreshToken: string;
  scope: string;
  expiresInSeconds: number;
};

export type SandboxAuthorizationServer = {
  /** `http://127.0.0.1:port`, no trailing slash. */
  origin: string;
  clients: { confidential: { clientId: string; clientSecret: string } };
  /** The one client that may introspect tokens (a mail server's credentials). */
  dovecot: { clientId: string; clientSecret: string; introspectionUrl: string };
  addRedirectUri(uri: string, clientId?: string): void;
  addClient(client: SandboxClient): void;
  /** Replaces all secrets of that client. */
  setSecrets(clientId: string, secrets: ClientSecret[]): void;
  expireSecret(value: string): void;
  /** As if deleted in the console. Its tokens stay; nobody can use them there any more. */
  removeClient(clientId: string): void;
  /** Google: what its own page says after the account was picked, in place of consent. */
  setClientPolicy(clientId: string, policy: ClientPolicy | null): void;
  /** Google: domain-wide delegation. */
  addServiceAccount(account: SandboxServiceAccount): void;
  /** Google: makes a key, registers the account, and gives the file that a console would save. */
  createServiceAccount(options?: {
    clientEmail?: string;
    delegations?: Record<string, string[]>;
  }): ServiceAccountKeyFile;
  /** Entra: who may consent in that directory, named by id or domain. */
  setDirectory(tenant: string, patch: Partial<DirectorySettings>): void;
  /** Entra: as if an administrator had accepted these scopes, `<resource>/.default` among them. */
  grantAdminConsent(tenant: string, clientId: string, scopes: string[]): void;
  /** Exchange: lets a client with the right application permission into that mailbox. */
  allowAppOnMailbox(clientId: string, login: string): void;
  /** A mailbox that only its delegates open, with their own tokens. */
  addSharedMailbox(mailbox: { address: string; name?: string; delegates: string[] }): void;
  configure(patch: SettingsPatch): void;
  addUser(user: Partial<SandboxUser> & { login: string }): void;
  setUser(login: string, patch: Partial<Omit<SandboxUser, 'login'>>): void;
  /** As if the person had removed every app: all grants and remembered consents die. */
  revokeUser(login: string): Promise<void>;
  /** Every access token (of that login) counts as expired from now on. */
  expireAccessTokens(login?: string): Promise<void>;
  /** A whole grant without a browser. */
  mint(request: MintRequest): Promise<MintedGrant[]>;
  stats(): Stats;
};

export type Sandbox = {
  google: SandboxAuthorizationServer;
  microsoft: SandboxAuthorizationServer;
  /** Mailgrant's endpoint file as a JSON object. */
  endpoints: Record<string, unknown>;
  caPem: string | undefined;
  journal: Journal;
  /** Every code, token, ID token and client secret that was minted here. */
  mintedSecrets(): string[];
  close(): Promise<void>;
};

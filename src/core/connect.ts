import type { ReasonCode } from './diagnosis.ts';
import type { ProviderName } from './oauth-clients.ts';
import type { Profile, ProviderWords } from './ports.ts';
import type { Secret } from './secret.ts';

/** Null = pending. `expired` is not stored: it follows from `expiresAt`. */
export type ConnectOutcome =
  | { status: 'connected'; mailboxId: string; email: string; name: string; reconnected: boolean }
  | { status: 'failed'; reason: ReasonCode; provider: ProviderWords | null; missingScopes: string[] }
  | { status: 'cancelled' };

export type ConnectSession = {
  id: string;
  workspaceId: string;
  oauthClientId: string;
  provider: ProviderName;
  profile: Profile;
  /** SHA-256 of the link's token, hex. */
  tokenHash: string;
  /** Lower case; another address is refused. */
  expectedEmail: string | null;
  /** Set for a reconnect: the mailbox keeps its id. */
  mailboxId: string | null;
  customer: string | null;
  /** Only accounts of an organisation (Google Workspace, Entra directory). */
  managedAccountsOnly: boolean;
  /** Refuse a mailbox that another workspace has. */
  exclusive: boolean;
  /** Which HTTP surface made it. */
  surface: string;
  outcome: ConnectOutcome | null;
  createdAt: number;
  expiresAt: number;
  finishedAt: number | null;
  /** When a one-time result was handed out. */
  readAt: number | null;
};

export type AuthorizationRequest = {
  id: string;
  sessionId: string;
  oauthClientId: string;
  /** SHA-256 of `state`, hex. */
  stateHash: string;
  /** SHA-256 of the cookie that binds the browser, hex. */
  browserHash: string;
  codeVerifier: Secret<string>;
  nonce: string;
  redirectUri: string;
  scope: string;
  createdAt: number;
  expiresAt: number;
  consumedAt: number | null;
};

// What a connect session is: our invitation to connect one mailbox. One link, one person, ten minutes; longer only
// while it waits for somebody (setbacks.ts).
import { createHash } from 'node:crypto';
import type { ReasonCode } from './diagnosis.ts';
import type { ProviderName } from './oauth-clients.ts';
import type { Ports, Profile, ProviderWords } from './ports.ts';
import type { Setback, SetbackStatus } from './setbacks.ts';

/** Whose way to the provider it was: only the browser of this authorization request is told of it. Absent = nobody's. */
type OfRequest = { requestId?: string };

/** How a session ended. `expired` is not stored: it follows from `expiresAt`. */
export type ConnectOutcome =
  | ({
      status: 'connected';
      mailboxId: string;
      email: string;
      name: string;
      reconnected: boolean;
    } & OfRequest)
  | ({
      status: 'failed';
      reason: ReasonCode;
      provider: ProviderWords | null;
      missingScopes: string[];
    } & OfRequest)
  | { status: 'cancelled' };

/**
 * What happens when the provider has said yes. `result_page`: ours. `redirect`: the browser goes to the return URL.
 * `confirm`: it goes there with a one-time code, and nothing is connected before the caller's backend has sent the
 * code to us: a link that was forwarded to somebody else then connects nothing.
 */
export type Completion = 'result_page' | 'redirect' | 'confirm';

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
  /** Lower case: a mailbox without a sign-in of its own, which whoever signs in may open. */
  sharedMailbox: string | null;
  /** Set for a reconnect: the mailbox keeps its id. */
  mailboxId: string | null;
  customer: string | null;
  /** For the mailbox to be; null = as the provider says. */
  mailboxName: string | null;
  externalId: string | null;
  completion: Completion;
  /** Where the browser goes when the mailbox is connected; null = our result page. */
  returnUrl: string | null;
  /** Only accounts of an organisation (Google Workspace, Entra directory). */
  managedAccountsOnly: boolean;
  /** Refuse a mailbox that another workspace has. */
  exclusive: boolean;
  /** Whether a setback leaves the session open for another try; otherwise it ends it. */
  isRetryable: boolean;
  /** Which HTTP surface made it. */
  surface: string;
  /** What the last try came to; null while nobody came back, and when an administrator has approved since. */
  setback: Setback | null;
  /** When an administrator approved, as the provider's page said: a hint that another try is worth it. */
  adminConsentedAt: number | null;
  /** Null = not over. */
  outcome: ConnectOutcome | null;
  createdAt: number;
  expiresAt: number;
  finishedAt: number | null;
  /** When a one-time result was handed out. */
  readAt: number | null;
};

export type NewConnectSession = {
  provider: ProviderName | null;
  profile: Profile;
  oauthClientId: string | null;
  expectedEmail: string | null;
  sharedMailbox?: string | null;
  mailboxId: string | null;
  customer: string | null;
  managedAccountsOnly: boolean;
  exclusive: boolean;
  isRetryable?: boolean;
  surface: string;
  mailboxName?: string | null;
  externalId?: string | null;
  completion?: Completion;
  returnUrl?: string | null;
  /** Where this session alone is told of. */
  webhookUrl?: string | null;
};

export type ConnectSessionStatus = 'pending' | SetbackStatus | ConnectOutcome['status'] | 'expired';

/** Also in SQL, to find sessions by it: stores/operations/connect-session-status.ts. */
export const connectStatusOf = (session: ConnectSession, now: number): ConnectSessionStatus => {
  if (session.outcome) return session.outcome.status;
  return session.expiresAt <= now ? 'expired' : (session.setback?.status ?? 'pending');
};

export const connectSessionStatuses = [
  'pending',
  'waiting_for_admin',
  'insufficient_scope',
  'wrong_mailbox',
  'declined',
  'waiting_for_confirmation',
  'connected',
  'failed',
  'cancelled',
  'expired',
] as const satisfies readonly ConnectSessionStatus[];

/** True while somebody may still go to the provider for it. */
export const isOpen = (session: ConnectSession, now: number): boolean =>
  session.outcome === null &&
  session.expiresAt > now &&
  session.setback?.status !== 'waiting_for_confirmation';

export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

export const newToken = ({ random }: Pick<Ports, 'random'>): string =>
  Buffer.from(random.bytes(32)).toString('base64url');

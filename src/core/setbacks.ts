// Setbacks: a connect session that came back without a mailbox, but is not over. It waits for an administrator, for
// another try, or for the caller's word; its link and its result page go on working until it expires.
import type { ReasonCode } from './diagnosis.ts';
import type { ProviderWords } from './ports.ts';

/** `at`: when it came to this. `requestId`: whose way to the provider it was; absent = nobody's. */
export type Setback = { at: number; requestId?: string } & (
  | { status: 'waiting_for_admin'; provider: ProviderWords | null }
  /** Boxes were left unticked. */
  | { status: 'insufficient_scope'; missingScopes: string[] }
  /** `signedInAs` is for the person's own eyes: the workspace did not ask for that address. */
  | { status: 'wrong_mailbox'; signedInAs: string | null }
  /** Somebody pressed cancel. Where an administrator must approve, the way back looks like this, too. */
  | { status: 'declined'; provider: ProviderWords | null }
  /** All is well, and the caller's backend has to confirm that it was the right person's browser. */
  | { status: 'waiting_for_confirmation'; email: string; name: string }
);

export type SetbackStatus = Setback['status'];

/** What each is called in a verdict; null = nothing is wrong. */
export const setbackReasons = {
  waiting_for_admin: 'admin_consent_required',
  insufficient_scope: 'scope_missing',
  wrong_mailbox: 'wrong_mailbox',
  declined: 'access_denied',
  waiting_for_confirmation: null,
} as const satisfies Record<SetbackStatus, ReasonCode | null>;

/** However often somebody tries again, no session lives longer after its creation; for an administrator as long as set. */
const lifeMillisecondsMax = 24 * 3600 * 1000;

/** The owner has as long to come back as the administrator had to approve. */
export const expiryAfterConsent = (session: Life, settings: Settings): number =>
  Math.max(session.expiresAt, session.createdAt + settings.adminConsentSeconds * 1000);

type Life = { createdAt: number; expiresAt: number };
type Settings = { connectSessionSeconds: number; adminConsentSeconds: number };

/** Until when a session that met this setback lives: a person needs time for another try. */
export function expiryAfter({ status, at }: Setback, session: Life, settings: Settings): number {
  const isForAdmin = status === 'waiting_for_admin';
  const life = (isForAdmin ? settings.adminConsentSeconds : settings.connectSessionSeconds) * 1000;
  const lifeMax = isForAdmin ? settings.adminConsentSeconds * 1000 : lifeMillisecondsMax;
  return Math.max(session.expiresAt, Math.min(at + life, session.createdAt + lifeMax));
}

// Where the browser goes when a mailbox is connected and whoever made the session named a place. The place gets the
// name of the mailbox and whether it was known, as programs written for EmailEngine read them; never a secret.
import type { Arrival } from '../../core/index.ts';

/** Null = our own result page: nothing was connected, or no place was named. */
export function returnUrlOf({ session, outcome }: Exclude<Arrival, { session: null }>): string | null {
  if (outcome.status !== 'connected' || session.returnUrl === null) return null;
  const url = new URL(session.returnUrl);
  // Checked when the session was made; looked at again, because a browser is sent there.
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  url.searchParams.set('account', session.externalId ?? outcome.mailboxId);
  url.searchParams.set('state', outcome.reconnected ? 'existing' : 'new');
  return url.href;
}

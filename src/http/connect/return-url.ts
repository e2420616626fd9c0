// Where the browser goes when whoever made the session named a place. The place gets the name of the mailbox and
// whether it was known, as programs written for EmailEngine read them, or the words of the native API; never a secret,
// but the code with which the caller's backend confirms.
import { type ConnectSession, setbackReasons } from '../../core/index.ts';
import type { Arrived } from './result-pages.ts';

/** The browser goes there by itself. Null = it stays on our page: nothing was connected, or no place was named. */
export function returnUrlOf({ session, result }: Arrived): string | null {
  if (result.status !== 'connected') return null;
  return withParameters(session, {
    ...(session.surface === 'native' ? { session: session.id, status: result.status } : {}),
    account: session.externalId ?? result.mailboxId,
    state: result.reconnected ? 'existing' : 'new',
  });
}

/** Where the browser takes the code to; null = nothing has to be confirmed. */
export const confirmationUrlOf = ({ session, confirmationCode: code }: Arrived): string | null =>
  code === null ? null : withParameters(session, { session: session.id, code });

/** A link back for whoever wants to give up or go on there; only for places that expect to be told. */
export function backUrlOf(arrived: Arrived): string | null {
  const { session, result } = arrived;
  if (session.completion === 'result_page') return null;
  if (result.status === 'waiting_for_confirmation') return confirmationUrlOf(arrived);
  if (result.status === 'connected' || result.status === 'cancelled') return null;
  const reason = result.status === 'failed' ? result.reason : setbackReasons[result.status];
  return withParameters(session, {
    session: session.id,
    status: result.status,
    ...(reason ? { reason } : {}),
  });
}

function withParameters({ returnUrl }: ConnectSession, parameters: Record<string, string>): string | null {
  if (returnUrl === null || !URL.canParse(returnUrl)) return null;
  const url = new URL(returnUrl);
  // Checked when the session was made; looked at again, because a browser is sent there.
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

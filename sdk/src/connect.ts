// Connects a mailbox from a page: opens Mailgrant's connect page in a popup or in this window, and tells what came of
// it. Runs in browsers alone. The API key stays in the caller's backend, which makes the link and tells the status.
import { openPopup } from './connect/popup.ts';
import { type ConnectProgress, type ConnectStatus, isOver, waitForEnd } from './connect/watch.ts';

export { announceReturn, type ConnectReturn, readReturn } from './connect/return.ts';
export type { ConnectProgress, ConnectStatus } from './connect/watch.ts';

/** What the caller's backend gives: the `url` of a connect session, and its `id` for those who ask by it. */
export type ConnectLink = string | { url: string; id?: string };

export type ConnectOptions = {
  /** A link that is there already, or how to get one. It is asked for when the popup is open. */
  link: ConnectLink | (() => ConnectLink | Promise<ConnectLink>);
  /**
   * Asks the caller's backend how the session is. Needed for a popup: the provider's pages cut the tie to it, so the
   * popup itself cannot tell. A failed question is asked again. `known` is the status that this page knows: a backend
   * that hands it on (`wait` with `known_status`) may hold the question until there is another one, which then is seen
   * at once. Null = answer now. A question that is held ends by `signal` when the person comes back to this page.
   */
  status?:
    | ((id: string | null, signal: AbortSignal, known: ConnectStatus | null) => Promise<ConnectProgress>)
    | undefined;
  /** For sessions with the completion `confirm`: takes the code to the caller's backend. */
  confirm?: ((code: string, id: string | null) => Promise<unknown>) | undefined;
  /** Default: `popup`. `redirect` leaves this page; `readReturn` tells at the return URL how it ended. */
  mode?: 'popup' | 'redirect' | undefined;
  /** What to do when the browser shows no popup. Default: `redirect`. With `report` the result has the link. */
  whenBlocked?: 'redirect' | 'report' | undefined;
  /** Milliseconds until `timed_out`. Default: 15 minutes. */
  timeoutMs?: number | undefined;
  /** Milliseconds between two questions. Default: 2 000. */
  pollEveryMs?: number | undefined;
  /**
   * Milliseconds that this page must have had the person's attention without a pause, after the popup went out of
   * sight, until it counts as `closed`. Default: 8 000.
   */
  closedAfterMs?: number | undefined;
  /** Each status that is new, for example to show what is waited for. */
  onProgress?: ((progress: ConnectProgress) => void) | undefined;
  /** Ends waiting and closes the popup. */
  signal?: AbortSignal | undefined;
  /** Of the popup, in CSS pixels. Default: 520 by 720. */
  size?: { width: number; height: number } | undefined;
};

/**
 * `connected`, `failed`, `cancelled` and `expired` are the session's own ends. `closed`: the person closed the popup,
 * or left it behind; the link still works until it expires, and `last` says what it waits for. `timed_out`: the same,
 * after all the time. `aborted`: by `signal`. `blocked`: no popup; show `url` as a link. `redirecting`: this page is
 * leaving.
 */
export type ConnectResult =
  | { status: 'connected' | 'failed' | 'cancelled' | 'expired'; progress: ConnectProgress }
  | { status: 'closed' | 'timed_out' | 'aborted'; last: ConnectProgress | null }
  | { status: 'blocked' | 'redirecting'; url: string };

/**
 * Call it in the handler of the click itself, before any `await`: browsers open popups for a click alone. Rejects when
 * the link cannot be had (with the caller's own error) or is none (`TypeError`).
 */
export async function connect(options: ConnectOptions): Promise<ConnectResult> {
  const { mode = 'popup', whenBlocked = 'redirect', status } = options;
  if (mode === 'popup' && status === undefined) {
    throw new TypeError('a popup needs `status`, which asks your backend how the session is');
  }
  // In the click, with nothing awaited before.
  const popup = mode === 'popup' ? openPopup(options.size ?? { width: 520, height: 720 }) : null;
  const { url, id } = await linkOf(options.link).catch((error: unknown) => {
    popup?.close();
    throw error;
  });
  if (popup === null || status === undefined) {
    if (mode === 'popup' && whenBlocked === 'report') return { status: 'blocked', url };
    window.location.assign(url);
    return { status: 'redirecting', url };
  }
  popup.goTo(url);
  const ended = await waitForEnd({
    id,
    popup,
    ask: status,
    confirm: options.confirm,
    timeoutMs: options.timeoutMs ?? 15 * 60_000,
    pollEveryMs: options.pollEveryMs ?? 2000,
    closedAfterMs: options.closedAfterMs ?? 8000,
    onProgress: options.onProgress ?? (() => {}),
    signal: options.signal,
  });
  popup.close();
  if (ended.reason === 'over' && isOver(ended.progress)) {
    return { status: ended.progress.status, progress: ended.progress };
  }
  return { status: ended.reason === 'over' ? 'closed' : ended.reason, last: ended.progress };
}

async function linkOf(link: ConnectOptions['link']): Promise<{ url: string; id: string | null }> {
  const given = typeof link === 'function' ? await link() : link;
  const { url, id = null } = typeof given === 'string' ? { url: given } : given;
  const isWeb = URL.canParse(url) && ['https:', 'http:'].includes(new URL(url).protocol);
  if (!isWeb) throw new TypeError('the connect link is no web address');
  return { url, id };
}

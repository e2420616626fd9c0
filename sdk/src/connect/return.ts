// The page that the person comes back to (`return_url`): what its address says, and how it tells the page that opened
// the popup. An address can be made up by anybody, so it only says where to look: the caller's backend knows.

export type ConnectReturn = {
  sessionId: string;
  /** As in the address; null = it has none, but a code. */
  status: string | null;
  /** To be taken to `confirmConnectSession` by the caller's backend. */
  code: string | null;
  /** Why nothing was connected. */
  reason: string | null;
};

export const channelName = 'mailgrant-connect';

const names = ['session', 'status', 'code', 'reason', 'account', 'state'] as const;

/**
 * Null = this page was not come back to. Takes the parameters out of the address bar, so that a code stands in no
 * history and a reload does not come back again.
 */
export function readReturn(address: string = window.location.href): ConnectReturn | null {
  const url = new URL(address);
  const sessionId = url.searchParams.get('session');
  const [status, code, reason] = [
    url.searchParams.get('status'),
    url.searchParams.get('code'),
    url.searchParams.get('reason'),
  ];
  if (sessionId === null || (status === null && code === null)) return null;
  for (const name of names) url.searchParams.delete(name);
  if (address === window.location.href) window.history.replaceState(window.history.state, '', url);
  return { sessionId, status, code, reason };
}

/** Tells the page that opened the popup, which must be of the same origin, and closes the popup if the browser lets it. */
export function announceReturn(returned: ConnectReturn): void {
  const channel = new BroadcastChannel(channelName);
  channel.postMessage(returned);
  channel.close();
  window.close();
}

/** Calls back for each page that came back, of whatever session; the returned function ends that. */
export function listenForReturns(listener: (returned: ConnectReturn) => void): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => {};
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (isReturn(data)) listener(data);
  };
  return () => channel.close();
}

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

const isReturn = (value: unknown): value is ConnectReturn =>
  typeof value === 'object' &&
  value !== null &&
  typeof Reflect.get(value, 'sessionId') === 'string' &&
  ['status', 'code', 'reason'].every((name) => isTextOrNull(Reflect.get(value, name)));

// What the processes of one installation on one machine say to each other, read as what comes from outside.

/** From a worker: it hears orders; it is about to listen and has this to announce; it listens. */
export type Report = { kind: 'hears' } | { kind: 'notices'; notices: string[] } | { kind: 'ready' };

/** To a worker: end in good order. See `drain` of the gateway. */
export type Order = { kind: 'end'; seconds: number; isReplaced: boolean };

export function parseReport(message: unknown): Report | null {
  const kind = memberOf(message, 'kind');
  if (kind === 'hears' || kind === 'ready') return { kind };
  const notices = memberOf(message, 'notices');
  if (kind !== 'notices' || !Array.isArray(notices)) return null;
  return { kind, notices: notices.filter((notice) => typeof notice === 'string') };
}

export function parseOrder(message: unknown): Order | null {
  const kind = memberOf(message, 'kind');
  const seconds = memberOf(message, 'seconds');
  const isReplaced = memberOf(message, 'isReplaced');
  if (kind !== 'end' || typeof seconds !== 'number' || typeof isReplaced !== 'boolean') return null;
  return { kind, seconds, isReplaced };
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

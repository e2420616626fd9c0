// How often one link may be used. Whoever has a link can press its button, so each link has a bound of its own, counted
// in the database and shared by all processes. Windows are fixed: around the turn of one up to twice as many pass.
import { createHash } from 'node:crypto';
import { GatewayError } from './errors.ts';
import type { Ports } from './ports.ts';

export type LinkBound = {
  /** What is bound; keys of one purpose never meet those of another. */
  purpose: 'customer' | 'reconnect' | 'diagnosis';
  usesMax: number;
  windowMilliseconds: number;
};

/**
 * `identity`: what is bound, as it was signed. Not the link as it was sent: one signature can be written in several ways.
 * Throws `rate_limited` with `retryAfterSeconds`, the rest of the window.
 */
export async function countLinkUse(
  { clock, store }: Pick<Ports, 'clock' | 'store'>,
  { purpose, usesMax, windowMilliseconds }: LinkBound,
  identity: readonly (string | number)[],
): Promise<void> {
  const now = clock.now();
  const start = now - (now % windowMilliseconds);
  const window = { start, end: start + windowMilliseconds };
  const name = createHash('sha256').update(identity.join('.')).digest('hex');
  if ((await store.limits.hit(`link ${purpose} ${name}`, window, 1)) <= usesMax) return;
  throw new GatewayError('rate_limited', 'This link was used too often within a short time.', {
    extras: { retryAfterSeconds: Math.max(1, Math.ceil((window.end - now) / 1000)) },
  });
}

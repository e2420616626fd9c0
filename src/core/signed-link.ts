// Signed links: what a link says stands in the link itself, so that one can be in an error answer or an e-mail without
// a row for each. Each purpose has a signature of its own: a link for one is none for another.
import type { Ports } from './ports.ts';

export type LinkPurpose = 'reconnect' | 'admin-consent' | 'admin-state' | 'customer' | 'diagnosis';

type Needs = Pick<Ports, 'clock' | 'linkSigner'>;

/** `{part}.{part}.{end, seconds since the epoch, base 36}.{signature}`; the parts must hold no dot. */
export function signedToken(
  { clock, linkSigner }: Needs,
  purpose: LinkPurpose,
  { parts, lifeSeconds }: { parts: readonly string[]; lifeSeconds: number },
): string {
  const end = Math.floor(clock.now() / 1000) + lifeSeconds;
  const text = [...parts, end.toString(36)].join('.');
  return `${text}.${linkSigner.sign(purpose, text)}`;
}

/** The parts, and when the link ends; null when it is forged, over, or for something else. */
export function readSignedToken(
  { clock, linkSigner }: Needs,
  purpose: LinkPurpose,
  token: string,
): { parts: string[]; expiresAt: number } | null {
  const at = token.lastIndexOf('.');
  const [text, signature] = [token.slice(0, at), token.slice(at + 1)];
  if (at < 0 || signature === '' || !linkSigner.verify(purpose, text, signature)) return null;
  const parts = text.split('.');
  const expiresAt = Number.parseInt(parts.pop() ?? '', 36) * 1000;
  return expiresAt > clock.now() ? { parts, expiresAt } : null;
}

// Reconnect links: signed, so that one can stand in an error answer or an e-mail without a row for each.
// The link names a mailbox and an end; opening it makes a connect session that is pinned to that mailbox.
import type { Ports } from './ports.ts';

const purpose = 'reconnect';

/** `{mailbox id}.{end, seconds since the epoch, base 36}.{signature}` */
export function reconnectUrlOf(
  { clock, linkSigner, settings }: Pick<Ports, 'clock' | 'linkSigner' | 'settings'>,
  mailboxId: string,
): string {
  const end = Math.floor(clock.now() / 1000) + settings.reconnectLinkSeconds;
  const text = `${mailboxId}.${end.toString(36)}`;
  return `${settings.publicUrl}/reconnect/${text}.${linkSigner.sign(purpose, text)}`;
}

/** The mailbox that a link is for; null when it is forged or over. */
export function readReconnectToken(
  { clock, linkSigner }: Pick<Ports, 'clock' | 'linkSigner'>,
  token: string,
): string | null {
  const [mailboxId, end, signature, ...rest] = token.split('.');
  if (!mailboxId || !end || !signature || rest.length > 0) return null;
  if (!linkSigner.verify(purpose, `${mailboxId}.${end}`, signature)) return null;
  return Number.parseInt(end, 36) * 1000 > clock.now() ? mailboxId : null;
}

// Whether an address may be taken for a mailbox: by a sign-in, without one, or by an import. Asked before anything is
// written, and once more in the transaction that writes, under the lock on the address.
import type { Refusal } from './code-exchange.ts';
import type { Grant } from './grants.ts';
import type { Mailbox } from './mailboxes.ts';
import type { StoreOperations } from './ports.ts';

/** Stands for the issuer of a person whom the provider lets nobody ask about: the address is the identity. */
export const addressIssuer = 'urn:mailgrant:address';

export type AddressClaim = {
  workspaceId: string;
  email: string;
  /** Refuse a mailbox that another workspace has. */
  exclusive: boolean;
  /** Whether the mailbox that has the address now is meant, though a person's living grant opens it. */
  mayReplace(mailbox: Mailbox, holder: Grant): boolean;
};

/** Null when the address may be taken. */
export async function objectionToClaim(
  rows: Pick<StoreOperations, 'mailboxes' | 'grants'>,
  { workspaceId, email, exclusive, mayReplace }: AddressClaim,
): Promise<Refusal | null> {
  const mailbox = await rows.mailboxes.byEmail(workspaceId, email);
  const holder = mailbox && (await rows.grants.byId(mailbox.grantId));
  // An address is an attribute that somebody else may come to bear: it does not end a grant that is alive.
  const isAlive = holder?.status === 'active' && holder.issuer !== addressIssuer;
  if (mailbox && isAlive && !mayReplace(mailbox, holder)) return { reason: 'address_held_by_other_account' };
  const isTaken = exclusive && (await rows.mailboxes.existsElsewhere(workspaceId, email));
  return isTaken ? { reason: 'mailbox_in_other_workspace' } : null;
}

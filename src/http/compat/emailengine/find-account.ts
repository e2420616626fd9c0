// An account by the id that a program gave it, or that this server gave it.
import { type Core, GatewayError, type MailboxWithGrant, type Principal } from '../../../core/index.ts';
import { accountNotFound } from './errors.ts';

/** Null for an unknown or foreign one. Whoever may write an account may find out whether it is there. */
export async function findAccount(
  core: Core,
  principal: Principal,
  account: string,
): Promise<MailboxWithGrant | null> {
  return core.mailboxes.readByExternalId(readerOf(principal), account).catch((error: unknown) => {
    if (error instanceof GatewayError && error.code === 'not_found') return null;
    throw error;
  });
}

/** Throws EmailEngine's 404. */
export async function accountOf(
  core: Core,
  principal: Principal,
  account: string,
): Promise<MailboxWithGrant> {
  const found = await findAccount(core, principal, account);
  if (!found) throw accountNotFound();
  return found;
}

/** Null when the workspace has no account of this address. */
export async function findByAddress(
  core: Core,
  principal: Principal,
  address: string,
): Promise<MailboxWithGrant | null> {
  const filter = { email: address.toLowerCase() };
  const { items } = await core.mailboxes.list(readerOf(principal), filter, { after: null, limit: 1 });
  return items[0] ?? null;
}

/** The account of a mailbox that was found before, by its id alone: another one may be named like that id. */
export const accountOfMailbox = (
  core: Core,
  principal: Principal,
  mailboxId: string,
): Promise<MailboxWithGrant> => core.mailboxes.read(readerOf(principal), mailboxId);

const readerOf = (principal: Principal): Principal => ({
  ...principal,
  scopes: new Set([...principal.scopes, 'mailboxes:read' as const]),
});

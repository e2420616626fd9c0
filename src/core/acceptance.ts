// Whether what came back from the provider may become a mailbox: scopes, kind of account, person, address.
import { addressIssuer, objectionToClaim } from './address-claims.ts';
import type { Authorized, Refusal } from './code-exchange.ts';
import type { ConnectSession } from './connect-session.ts';
import { objectionToExternalId } from './external-ids.ts';
import type { Ports, StoreOperations } from './ports.ts';
import { objectionToProof } from './proofs.ts';
import type { Verifier } from './verification.ts';

type Needs = Pick<Ports, 'store' | 'providers'> & { verifier: Verifier };

export type Acceptance = ReturnType<typeof createAcceptance>;

export function createAcceptance({ store, providers, verifier }: Needs) {
  /** Nobody but the mail server knows who may open a shared mailbox: it is asked before anything is believed. */
  async function objectionToShared(
    session: ConnectSession,
    { tokens, client }: Authorized,
  ): Promise<Refusal | null> {
    if (session.sharedMailbox === null) return null;
    const scope = tokens.scope ?? '';
    const results = await verifier.prove(client, providers[session.provider].transports(client, scope), {
      email: session.sharedMailbox,
      accessToken: tokens.accessToken,
      scope,
      names: 'other',
    });
    return objectionToProof(results, { isVouchedFor: false });
  }

  return {
    /** Compares what was given with what was asked for; null when all is well. */
    async objection(session: ConnectSession, authorized: Authorized): Promise<Refusal | null> {
      const { tokens, identity, client } = authorized;
      const provider = providers[session.provider];
      const missingScopes = provider.missingScopes(client, session.profile, tokens.scope ?? '');
      if (missingScopes.length > 0) return { reason: 'scope_missing', missingScopes };
      if (!tokens.refreshToken) return { reason: 'refresh_token_missing' };
      if (!identity.email) return { reason: 'address_missing' };
      if (!identity.isManaged && session.managedAccountsOnly) return { reason: 'managed_account_required' };
      if (!identity.isManaged && !client.personalAccounts) return { reason: 'personal_account_refused' };
      if (!(await isExpectedPerson(store, session, authorized))) {
        return { reason: 'wrong_mailbox', signedInAs: identity.email };
      }
      const email = addressOf(session, authorized);
      const named = await objectionToExternalId(store, { ...session, email });
      if (named) {
        const isOther = named.objection === 'other_mailbox';
        return { reason: isOther ? 'wrong_mailbox' : 'address_held_by_other_account' };
      }
      return (await objectionToAddress(store, session, authorized)) ?? objectionToShared(session, authorized);
    },

    objectionToAddress,
  };
}

/** The address of the mailbox to be. */
export function addressOf(
  { sharedMailbox }: Pick<ConnectSession, 'sharedMailbox'>,
  { identity }: Pick<Authorized, 'identity'>,
): string {
  const email = sharedMailbox ?? identity.email;
  if (email === null) throw new Error('an authorization without an address must not come this far');
  return email;
}

/**
 * Whether the address is somebody else's. Asked once for a quick answer, and once more in the transaction that
 * writes, under the lock on the address.
 */
async function objectionToAddress(
  rows: StoreOperations,
  session: ConnectSession,
  authorized: Pick<Authorized, 'identity'>,
): Promise<Refusal | null> {
  if (authorized.identity.email === null) return { reason: 'address_missing' };
  const email = addressOf(session, authorized);
  const { subject } = authorized.identity;
  return objectionToClaim(rows, {
    ...session,
    email,
    mayReplace: (mailbox, holder) => {
      // A shared mailbox passes from one delegate to another: the mail server says who may.
      const isHandedOn = session.sharedMailbox !== null && mailbox.delegateEmail !== null;
      return isHandedOn || (holder.provider === session.provider && holder.subject === subject);
    },
  });
}

/**
 * A first connect is for the expected address or an alias of it. A reconnect is for the same person, whatever the
 * address is now: addresses change hands. Where the mailbox knows no person (imported), the address itself decides:
 * an alias may have come to somebody else since. A shared mailbox is reconnected by whoever may open it.
 */
async function isExpectedPerson(
  rows: StoreOperations,
  session: ConnectSession,
  { identity, addresses }: Authorized,
): Promise<boolean> {
  const { expectedEmail, mailboxId } = session;
  const isItself = expectedEmail === null || expectedEmail === identity.email;
  if (mailboxId === null) return isItself || addresses.includes(expectedEmail);
  if (session.sharedMailbox !== null) return true;
  const joined = await rows.mailboxes.withGrant(mailboxId);
  if (!joined || joined.grant.issuer === addressIssuer) return isItself;
  return joined.grant.subject === identity.subject && joined.grant.provider === session.provider;
}

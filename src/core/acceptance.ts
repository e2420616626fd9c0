// Whether what came back from the provider may become a mailbox: scopes, kind of account, person, address.
import type { Authorized, Refusal } from './code-exchange.ts';
import type { ConnectSession } from './connect.ts';
import { objectionToExternalId } from './external-ids.ts';
import { addressIssuer } from './imports.ts';
import type { Identity, Ports, StoreOperations } from './ports.ts';

type Needs = Pick<Ports, 'store' | 'providers'>;

export type Acceptance = ReturnType<typeof createAcceptance>;

export function createAcceptance({ store, providers }: Needs) {
  return {
    /** Compares what was given with what was asked for; null when all is well. */
    async objection(
      session: ConnectSession,
      { tokens, identity, client }: Authorized,
    ): Promise<Refusal | null> {
      const provider = providers[session.provider];
      const missingScopes = provider.missingScopes(client, session.profile, tokens.scope ?? '');
      if (missingScopes.length > 0) return { reason: 'scope_missing', missingScopes };
      if (!tokens.refreshToken) return { reason: 'refresh_token_missing' };
      if (!identity.email) return { reason: 'address_missing' };
      if (!identity.isManaged && session.managedAccountsOnly) return { reason: 'managed_account_required' };
      if (!identity.isManaged && !client.personalAccounts) return { reason: 'personal_account_refused' };
      if (!(await isExpectedPerson(store, session, identity))) return { reason: 'wrong_mailbox' };
      const named = await objectionToExternalId(store, { ...session, email: identity.email });
      if (named) {
        const isOther = named.objection === 'other_mailbox';
        return { reason: isOther ? 'wrong_mailbox' : 'address_held_by_other_account' };
      }
      return objectionToAddress(store, session, identity);
    },

    objectionToAddress,
  };
}

/**
 * Whether the address is somebody else's. Asked once for a quick answer, and once more in the transaction that
 * writes, under the lock on the address.
 */
async function objectionToAddress(
  rows: StoreOperations,
  session: ConnectSession,
  { email, subject }: Identity,
): Promise<Refusal | null> {
  if (email === null) return { reason: 'address_missing' };
  const mailbox = await rows.mailboxes.byEmail(session.workspaceId, email);
  const holder = mailbox && (await rows.grants.byId(mailbox.grantId));
  // An address is an attribute that somebody else may come to bear: it does not end a grant that is alive.
  const isAlive = holder?.status === 'active' && holder.issuer !== addressIssuer;
  if (isAlive && (holder.provider !== session.provider || holder.subject !== subject)) {
    return { reason: 'address_held_by_other_account' };
  }
  if (session.exclusive && (await rows.mailboxes.existsElsewhere(session.workspaceId, email))) {
    return { reason: 'mailbox_in_other_workspace' };
  }
  return null;
}

/**
 * A reconnect is for the same person, whatever the address is now: addresses change hands. Where the mailbox knows
 * no person (imported), and for a first connect, the address decides.
 */
async function isExpectedPerson(
  rows: StoreOperations,
  session: ConnectSession,
  identity: Identity,
): Promise<boolean> {
  const isExpectedAddress = session.expectedEmail === null || session.expectedEmail === identity.email;
  if (session.mailboxId === null) return isExpectedAddress;
  const joined = await rows.mailboxes.withGrant(session.mailboxId);
  if (!joined || joined.grant.issuer === addressIssuer) return isExpectedAddress;
  return joined.grant.subject === identity.subject && joined.grant.provider === session.provider;
}

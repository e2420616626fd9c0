// The one transaction that turns an accepted authorization into a connection, the session's result and an event.
import { type Acceptance, addressOf } from './acceptance.ts';
import { record } from './audit.ts';
import type { Authorized, Refusal } from './code-exchange.ts';
import type { ConnectOutcome, ConnectSession } from './connect-session.ts';
import { addressLock, writeConnection } from './connection-rows.ts';
import { raise } from './events.ts';
import type { Ports } from './ports.ts';
import type { Principal } from './principal.ts';

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'providers' | 'settings'>;

export type Established = { mailboxId: string };

/** A refusal when the address became somebody else's meanwhile, or the session was over; then nothing is written. */
export async function establish(
  ports: Needs,
  session: ConnectSession,
  authorized: Authorized,
  {
    objectionToAddress,
    requestId,
    confirmedBy,
  }: Pick<Acceptance, 'objectionToAddress'> & {
    requestId: string | undefined;
    /** Who gave the last word, where the session waits for one. */
    confirmedBy: Principal | undefined;
  },
): Promise<Established | Refusal> {
  const { clock, store } = ports;
  const now = clock.now();
  const connection = connectionOf(ports, session, authorized);
  return store
    .transaction(async (rows) => {
      // In this order everywhere: the registration, then the address.
      await rows.lock(`oauth client ${authorized.client.id}`);
      const client = await rows.oauthClients.byId(authorized.client.id);
      if (!client || client.deletedAt !== null) return { reason: 'client_unknown' } as const;
      // Nothing more is written for a workspace on its way out.
      if (!(await rows.workspaces.byId(session.workspaceId))) return { reason: 'session_expired' } as const;
      await rows.lock(addressLock(connection.identity.email));
      const objection = await objectionToAddress(rows, session, authorized);
      if (objection) return objection;
      const { mailbox, isNew } = await writeConnection(ports, rows, connection, now);
      const outcome: ConnectOutcome = {
        ...(requestId === undefined ? {} : { requestId }),
        status: 'connected',
        mailboxId: mailbox.id,
        email: mailbox.email,
        name: mailbox.name || authorized.identity.name,
        reconnected: !isNew,
      };
      if (!(await rows.connectSessions.finish(session.id, outcome, now))) throw new SessionOver();
      await raise(ports, rows, {
        workspaceId: session.workspaceId,
        type: isNew ? 'mailbox.connected' : 'mailbox.reconnected',
        objectId: mailbox.id,
        data: { email: mailbox.email, connect_session_id: session.id },
        createdAt: now,
      });
      const { id: sessionId, workspaceId } = session;
      const owner = { kind: 'mailbox_owner', id: sessionId } as const;
      await record(ports, rows, owner, {
        workspaceId,
        action: isNew ? 'mailbox.connected' : 'mailbox.reconnected',
        objectId: mailbox.id,
        data: { connect_session_id: sessionId },
      });
      if (confirmedBy) {
        const action = 'connect_session.confirmed';
        const data = { mailbox_id: mailbox.id };
        await record(ports, rows, confirmedBy, { workspaceId, action, objectId: sessionId, data });
      }
      return { mailboxId: mailbox.id };
    })
    .catch((error: unknown): Refusal => {
      if (error instanceof SessionOver) return { reason: 'session_expired' };
      throw error;
    });
}

/** Rolls the transaction back. */
class SessionOver extends Error {}

function connectionOf(
  { providers }: Needs,
  session: ConnectSession,
  authorized: Authorized,
): Parameters<typeof writeConnection>[2] {
  const { tokens, furtherTokens, identity, addresses, client } = authorized;
  const email = addressOf(session, authorized);
  if (!tokens.refreshToken)
    throw new Error('an authorization without a refresh token must not come this far');
  // Each refresh may have brought a newer refresh token.
  const newest = furtherTokens.findLast((further) => further.tokens.refreshToken !== null)?.tokens ?? tokens;
  const resource = providers[session.provider].primaryResource(client, session.profile);
  const all = [{ resource, tokens }, ...furtherTokens];
  return {
    workspaceId: session.workspaceId,
    oauthClient: client,
    identity: { ...identity, email, name: session.sharedMailbox === null ? identity.name : '' },
    delegateEmail: session.sharedMailbox === null ? null : identity.email,
    aliases: session.sharedMailbox === null ? addresses.filter((address) => address !== email) : [],
    refreshToken: newest.refreshToken ?? tokens.refreshToken,
    refreshTokenExpiresInSeconds: newest.refreshTokenExpiresInSeconds,
    scope: [...new Set(all.flatMap(({ tokens: { scope } }) => (scope ?? '').split(' ')))]
      .filter(Boolean)
      .join(' '),
    tokenSets: all,
    mailboxId: session.mailboxId,
    customer: session.customer,
    name: session.mailboxName,
    externalId: session.externalId,
    settings: {},
    verification: null,
  };
}

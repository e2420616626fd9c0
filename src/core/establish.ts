// The one transaction that turns an accepted authorization into grant, token set, mailbox, result and event.
import type { ConnectOutcome, ConnectSession } from './connect.ts';
import type { Grant } from './grants.ts';
import type { Mailbox } from './mailboxes.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { Identity, IssuedTokens, Ports, StoreOperations } from './ports.ts';
import { expiryOf, nextKeepAlive, tokenSetOf } from './refresh.ts';

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'providers' | 'settings'>;
type Accepted = { tokens: IssuedTokens; identity: Identity; client: OAuthClient };

/** Until a process that dies between this and the verification is made up for by the due-work loop. */
const verifyGraceMilliseconds = 60_000;

/** Null when the session was over before: cancelled meanwhile, for example. Then nothing is written. */
export async function establish(
  ports: Needs,
  session: ConnectSession,
  accepted: Accepted,
): Promise<ConnectOutcome | null> {
  const { clock, random, store } = ports;
  const { identity } = accepted;
  const now = clock.now();
  return store
    .transaction(async (rows) => {
      const grant = await writeGrant(ports, rows, session, accepted, now);
      const { mailbox, reconnected } = await writeMailbox(ports, rows, session, accepted, grant, now);
      const outcome: ConnectOutcome = {
        status: 'connected',
        mailboxId: mailbox.id,
        email: mailbox.email,
        name: mailbox.name || identity.name,
        reconnected,
      };
      if (!(await rows.connectSessions.finish(session.id, outcome, now))) throw new SessionOver();
      await rows.events.append({
        id: random.id(),
        workspaceId: session.workspaceId,
        type: reconnected ? 'mailbox.reconnected' : 'mailbox.connected',
        objectId: mailbox.id,
        data: { email: mailbox.email, session: session.id },
        createdAt: now,
      });
      return outcome;
    })
    .catch((error: unknown) => {
      if (error instanceof SessionOver) return null;
      throw error;
    });
}

/** Rolls the transaction back. */
class SessionOver extends Error {}

async function writeGrant(
  ports: Needs,
  rows: StoreOperations,
  session: ConnectSession,
  { tokens, identity, client }: Accepted,
  now: number,
): Promise<Grant> {
  if (!tokens.refreshToken) throw new Error('a grant without a refresh token must not come this far');
  const key = {
    workspaceId: session.workspaceId,
    oauthClientId: client.id,
    issuer: identity.issuer,
    subject: identity.subject,
  };
  const before = await rows.grants.bySubject(key);
  const grant: Grant = {
    id: before?.id ?? ports.random.id(),
    ...key,
    provider: session.provider,
    entraTenantId: identity.entraTenantId,
    scope: tokens.scope ?? '',
    refreshToken: tokens.refreshToken,
    refreshTokenExpiresAt: expiryOf(tokens.refreshTokenExpiresInSeconds, now),
    status: 'active',
    failure: null,
    version: (before?.version ?? 0) + 1,
    leaseOwner: null,
    leaseUntil: 0,
    retryAt: null,
    refreshedAt: now,
    keepAliveAt: nextKeepAlive(ports, now),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  if (before) {
    await rows.grants.replace(grant);
    await rows.tokenSets.removeAll(grant.id);
  } else {
    await rows.grants.insert(grant);
  }
  const resource = ports.providers[session.provider].primaryResource(client, session.profile);
  await rows.tokenSets.save(tokenSetOf(grant.id, resource, tokens, grant.scope, now));
  return grant;
}

async function writeMailbox(
  ports: Needs,
  rows: StoreOperations,
  session: ConnectSession,
  { identity }: Accepted,
  grant: Grant,
  now: number,
): Promise<{ mailbox: Mailbox; reconnected: boolean }> {
  const email = identity.email ?? '';
  const before =
    (session.mailboxId === null ? null : await rows.mailboxes.byId(session.mailboxId)) ??
    (await rows.mailboxes.byEmail(session.workspaceId, email));
  const mailbox: Mailbox = {
    id: before?.id ?? ports.random.id(),
    workspaceId: session.workspaceId,
    grantId: grant.id,
    provider: session.provider,
    email,
    name: before?.name || identity.name,
    customer: session.customer ?? before?.customer ?? null,
    metadata: before?.metadata ?? {},
    disabledAt: before?.disabledAt ?? null,
    verification: null,
    verifyDueAt: now + verifyGraceMilliseconds,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  if (!before) {
    await rows.mailboxes.insert(mailbox);
    return { mailbox, reconnected: false };
  }
  await rows.mailboxes.update(mailbox.id, mailbox);
  // The grant of another OAuth client or person, left without a mailbox by this one.
  if (before.grantId !== grant.id && (await rows.mailboxes.countByGrant(before.grantId)) === 0) {
    await rows.grants.remove(before.grantId);
  }
  return { mailbox, reconnected: true };
}

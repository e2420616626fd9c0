// The rows of one connection: grant, token sets, mailbox. Written in the caller's transaction, for a mailbox that
// came by our own authorization request as for one that was imported.
import { endOf, nextDue } from './due-times.ts';
import { expiryOf, type Grant, tokenSetOf } from './grants.ts';
import { holdMailbox, settingsColumn } from './held-mailbox.ts';
import { type MailboxSettingsChanges, mergeSettings, noSettings } from './mailbox-settings.ts';
import type { Mailbox } from './mailboxes.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { Identity, IssuedTokens, Ports, StoreOperations } from './ports.ts';
import type { Secret } from './secret.ts';
import { addsUp, scopesAfterConsent, tellOfLoss, wholeOrOver } from './shared-grants.ts';
import type { Verification } from './verification.ts';

export type Connection = {
  workspaceId: string;
  oauthClient: OAuthClient;
  /** `email`: of the mailbox, which is not the person's own when it is shared. */
  identity: Identity & { email: string };
  /** Whose sign-in opens a shared mailbox; null for a mailbox with a sign-in of its own. */
  delegateEmail: string | null;
  /** Null = not known; those that are stored stay. */
  aliases: string[] | null;
  /** Null = tokens are minted. */
  refreshToken: Secret<string> | null;
  refreshTokenExpiresInSeconds: number | null;
  /** Over all resources. */
  scope: string;
  /** At least one; each for its resource. */
  tokenSets: { resource: string; tokens: IssuedTokens }[];
  /** The mailbox that keeps its id; null = the one with this address, else a new one. */
  mailboxId: string | null;
  customer: string | null;
  /** Null = as the mailbox has it, else as the provider says. */
  name: string | null;
  externalId: string | null;
  settings: MailboxSettingsChanges;
  /** Null = to be verified. */
  verification: Verification | null;
};

type Needs = Pick<Ports, 'random' | 'settings' | 'providers'>;

/** Until a process that dies before the verification is made up for by the due-work loop. */
const verifyGraceMilliseconds = 60_000;

/** What is held while an address is decided about, over all workspaces. */
export const addressLock = (email: string): string => `mailbox address ${email}`;

export async function writeConnection(
  ports: Needs,
  rows: StoreOperations,
  connection: Connection,
  now: number,
): Promise<{ mailbox: Mailbox; isNew: boolean }> {
  const before = await holdConnected(rows, connection);
  const grant = await writeGrant(ports, rows, { connection, mailbox: before, now });
  return writeMailbox(ports, rows, { connection, before, grant, now });
}

/** The mailbox that the connection is for, held before its grant is written. */
async function holdConnected(
  rows: StoreOperations,
  { mailboxId, workspaceId, identity }: Connection,
): Promise<Mailbox | null> {
  const named = mailboxId === null ? null : await holdMailbox(rows, mailboxId);
  if (named) return named;
  const found = await rows.mailboxes.byEmail(workspaceId, identity.email);
  return found && holdMailbox(rows, found.id);
}

async function writeGrant(
  ports: Needs,
  rows: StoreOperations,
  written: { connection: Connection; mailbox: Mailbox | null; now: number },
): Promise<Grant> {
  const { connection, mailbox, now } = written;
  const { identity, oauthClient } = connection;
  const provider = ports.providers[oauthClient.provider];
  const key = {
    workspaceId: connection.workspaceId,
    oauthClientId: oauthClient.id,
    issuer: identity.issuer,
    subject: identity.subject,
  };
  const found = await rows.grants.bySubject(key);
  const before = found && (await rows.grants.lock(found.id));
  const all = before ? await rows.mailboxes.listByGrant(before.id) : [];
  const others = all.filter(({ id }) => id !== mailbox?.id);
  const isShared = others.length > 0;
  const scopes =
    before && isShared
      ? scopesAfterConsent(provider, oauthClient, { before, consented: connection.scope })
      : { scope: connection.scope, lostScopes: [] };
  const refreshTokenExpiresAt = expiryOf(connection.refreshTokenExpiresInSeconds, now);
  const grant: Grant = {
    id: before?.id ?? ports.random.id(),
    ...key,
    provider: oauthClient.provider,
    entraTenantId: identity.entraTenantId,
    ...scopes,
    refreshToken: connection.refreshToken,
    refreshTokenExpiresAt,
    status: 'active',
    failure: null,
    version: (before?.version ?? 0) + 1,
    leaseOwner: null,
    leaseUntil: 0,
    retryAt: null,
    consentedAt: now,
    refreshedAt: now,
    keepAliveAt: nextDue(ports, now, []),
    endsAt: endOf({
      provider: oauthClient.provider,
      refreshToken: connection.refreshToken,
      consentedAt: now,
      refreshedAt: now,
      refreshTokenExpiresAt,
    }),
    endWarnedDays: null,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  if (before) {
    await rows.grants.replace(grant);
    // Those that the others live by stay: they are the same person's, and the next refresh renews them.
    if (!isShared || !addsUp(oauthClient)) await rows.tokenSets.removeAll(grant.id);
    await tellOfLoss(ports, rows, { others, before, grant });
  } else {
    await rows.grants.insert(grant);
  }
  for (const { resource, tokens } of connection.tokenSets) {
    const tokenSet = tokenSetOf(grant.id, resource, tokens, connection.scope, now);
    const { scope } = grant;
    await rows.tokenSets.save(
      isShared && addsUp(oauthClient) ? wholeOrOver(provider, oauthClient, { tokenSet, scope }) : tokenSet,
    );
  }
  return grant;
}

async function writeMailbox(
  ports: Needs,
  rows: StoreOperations,
  written: { connection: Connection; before: Mailbox | null; grant: Grant; now: number },
): Promise<{ mailbox: Mailbox; isNew: boolean }> {
  const { connection, before, grant, now } = written;
  const { identity, workspaceId } = connection;
  // A renamed account whose new address is another mailbox of this workspace keeps its old one here.
  const holder = before && (await rows.mailboxes.byEmail(workspaceId, identity.email));
  const email = before && holder && holder.id !== before.id ? before.email : identity.email;
  const mailbox: Mailbox = {
    id: before?.id ?? ports.random.id(),
    workspaceId,
    grantId: grant.id,
    provider: connection.oauthClient.provider,
    email,
    delegateEmail: connection.delegateEmail,
    aliases: connection.aliases ?? before?.aliases ?? [],
    name: connection.name ?? (before?.name || identity.name),
    customer: connection.customer ?? before?.customer ?? null,
    metadata: before?.metadata ?? {},
    number: before?.number ?? (await rows.numbers.next('mailbox')),
    externalId: connection.externalId ?? before?.externalId ?? null,
    settings: mergeSettings(before?.settings ?? noSettings, connection.settings),
    disabledAt: before?.disabledAt ?? null,
    verification: connection.verification,
    verifyDueAt: now + verifyGraceMilliseconds,
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
  if (!before) {
    await rows.mailboxes.insert(mailbox);
    return { mailbox, isNew: true };
  }
  await rows.mailboxes.update(mailbox.id, {
    grantId: mailbox.grantId,
    provider: mailbox.provider,
    email,
    delegateEmail: mailbox.delegateEmail,
    aliases: mailbox.aliases,
    name: mailbox.name,
    customer: mailbox.customer,
    externalId: mailbox.externalId,
    verification: mailbox.verification,
    verifyDueAt: mailbox.verifyDueAt,
    updatedAt: now,
    ...settingsColumn(before, connection.settings),
  });
  if (before.grantId !== grant.id) await removeIfUnused(rows, before.grantId);
  return { mailbox, isNew: false };
}

/** The grant of another OAuth client or person. Of several mailboxes that leave it at once, one is the last. */
async function removeIfUnused(rows: StoreOperations, grantId: string): Promise<void> {
  await rows.grants.lock(grantId);
  if ((await rows.mailboxes.countByGrant(grantId)) === 0) await rows.grants.remove(grantId);
}

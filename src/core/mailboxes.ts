// Mailboxes: list, read, change, verify, disconnect.
import { record } from './audit.ts';
import { GatewayError, notFound } from './errors.ts';
import { raise } from './events.ts';
import { holdMailbox } from './held-mailbox.ts';
import type { Links } from './links.ts';
import { changeMailbox } from './mailbox-changes.ts';
import type { MailboxSettings, MailboxSettingsChanges } from './mailbox-settings.ts';
import type { ProviderName } from './oauth-clients.ts';
import { hasOtherUse } from './other-uses.ts';
import type { MailboxPageRequest } from './ports/mailboxes.ts';
import type { MailboxWithGrant, Page, Ports } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import type { MailboxStatusName, Verification, Verifier } from './verification.ts';

export type Mailbox = {
  id: string;
  workspaceId: string;
  grantId: string;
  provider: ProviderName;
  /** Lower case. */
  email: string;
  /** Whose sign-in opens a shared mailbox, lower case; null for a mailbox with a sign-in of its own. */
  delegateEmail: string | null;
  /** Further addresses of the account, lower case, as far as the provider named them at the last connect. */
  aliases: string[];
  name: string;
  /** The workspace's own client, free text; null when none. */
  customer: string | null;
  /** The workspace's own notes. At most 50 pairs. */
  metadata: Record<string, string>;
  /** For dialects that know mailboxes by a small integer: unique over the installation. */
  number: number;
  /** For dialects where the caller names the mailbox: unique in its workspace. */
  externalId: string | null;
  settings: MailboxSettings;
  disabledAt: number | null;
  verification: Verification | null;
  verifyDueAt: number | null;
  createdAt: number;
  updatedAt: number;
};

export type MailboxChanges = Partial<
  Pick<Mailbox, 'name' | 'customer' | 'metadata'> & { disabled: boolean; settings: MailboxSettingsChanges }
>;

export type MailboxFilter = {
  email?: string;
  provider?: ProviderName;
  /** Mailboxes whose grant was given to this OAuth client, also to a deleted one. */
  oauthClientId?: string;
  customer?: string;
  status?: MailboxStatusName;
  /** Part of the address or the name, in any case. */
  search?: string;
  /** Mailboxes with any of these tags. */
  tagIds?: readonly string[];
  /** Whether the grant is alive. */
  grantActive?: boolean;
  sendingPaused?: boolean;
  warmupWanted?: boolean;
};

export type MailboxSummary = {
  total: number;
  byStatus: Record<MailboxStatusName, number>;
  byProvider: Record<ProviderName, number>;
};

/** Mailboxes that one statement counts: some ten milliseconds. */
const talliedAtOnce = 2_000;

const emptySummary = (): MailboxSummary => ({
  total: 0,
  byStatus: { verifying: 0, connected: 0, degraded: 0, needs_reauthorization: 0, disabled: 0 },
  byProvider: { google: 0, microsoft: 0 },
});

/** `at_provider`: `revoked`, `failed` (it stays valid there), `kept` (still in use), `unsupported`. */
export type Disconnection = { mailboxId: string; atProvider: 'revoked' | 'failed' | 'kept' | 'unsupported' };

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings'> & {
  verifier: Verifier;
  links: Links;
};

export type Mailboxes = ReturnType<typeof createMailboxes>;

export function createMailboxes(ports: Needs) {
  const { clock, log, store, providers, settings, verifier, links } = ports;

  async function owned(workspaceId: string, id: string): Promise<MailboxWithGrant> {
    const joined = await store.mailboxes.withGrant(id);
    if (!joined || joined.mailbox.workspaceId !== workspaceId) throw notFound('mailbox');
    return joined;
  }

  return {
    /** Oldest first; from behind `after`, and past `skip` of those that the filter lets through there. */
    async list(
      principal: Principal,
      filter: MailboxFilter,
      page: MailboxPageRequest,
    ): Promise<Page<MailboxWithGrant>> {
      return store.mailboxes.list(workspaceFor(principal, 'mailboxes:read'), filter, page);
    },

    /** How many there are, by status and by provider. Counted in slices, so that nobody waits long for the database. */
    async summary(principal: Principal, filter: MailboxFilter): Promise<MailboxSummary> {
      const workspaceId = workspaceFor(principal, 'mailboxes:read');
      const summary = emptySummary();
      let after: string | null = null;
      do {
        const { counts, next } = await store.mailboxes.tally(workspaceId, filter, {
          after,
          limit: talliedAtOnce,
        });
        for (const { status, provider, count } of counts) {
          summary.total += count;
          summary.byStatus[status] += count;
          summary.byProvider[provider] += count;
        }
        after = next;
        if (after !== null) await clock.sleep(0);
      } while (after !== null);
      return summary;
    },

    async count(principal: Principal, filter: MailboxFilter): Promise<number> {
      return (await this.summary(principal, filter)).total;
    },

    /** A slice by position, ordered by number, with the total; for dialects that count pages. */
    async slice(
      principal: Principal,
      filter: MailboxFilter,
      slice: { offset: number; limit: number },
    ): Promise<{ items: MailboxWithGrant[]; total: number }> {
      return store.mailboxes.slice(workspaceFor(principal, 'mailboxes:read'), filter, slice);
    },

    async read(principal: Principal, id: string): Promise<MailboxWithGrant> {
      return owned(workspaceFor(principal, 'mailboxes:read'), id);
    },

    /** One that this caller has just brought in, for whom that needs no right to read. Throws `not_found`. */
    async readWritten(principal: Principal, id: string): Promise<MailboxWithGrant> {
      return owned(workspaceFor(principal, 'mailboxes:create'), id);
    },

    /** By the small integer that some dialects know mailboxes by. Throws `not_found`. */
    async readByNumber(principal: Principal, number: number): Promise<MailboxWithGrant> {
      const workspaceId = workspaceFor(principal, 'mailboxes:read');
      const mailbox = await store.mailboxes.byNumber(workspaceId, number);
      if (!mailbox) throw notFound('mailbox');
      return owned(workspaceId, mailbox.id);
    },

    /** By the name that a caller gave it, else by its id. Throws `not_found`. */
    async readByExternalId(principal: Principal, externalId: string): Promise<MailboxWithGrant> {
      const workspaceId = workspaceFor(principal, 'mailboxes:read');
      const named = await store.mailboxes.byExternalId(workspaceId, externalId);
      return owned(workspaceId, named?.id ?? externalId);
    },

    /** A link for the mailbox owner, good for `reconnectLinkSeconds`, that leads back to this very mailbox. */
    reconnectUrl: ({ mailbox, oauthClient }: MailboxWithGrant): Promise<string> =>
      links.reconnectUrl(mailbox.id, oauthClient),

    /** Changes at once add up, also those of single settings. Throws `not_found`, `invalid_request`. */
    async update(principal: Principal, id: string, changes: MailboxChanges): Promise<MailboxWithGrant> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      const isThere = await store.transaction((rows) =>
        changeMailbox(ports, rows, principal, { workspaceId, id, changes }),
      );
      if (!isThere) throw notFound('mailbox');
      return owned(workspaceId, id);
    },

    /**
     * The same change of several, in one transaction: all of them or none. Answers the ids of those that are not there.
     * Meant for some ten at once: nobody else writes meanwhile where the engine has one writer.
     */
    async updateTogether(
      principal: Principal,
      ids: readonly string[],
      changes: MailboxChanges,
    ): Promise<string[]> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      return store.transaction(async (rows) => {
        const missing: string[] = [];
        // In one order everywhere, so that two of these cannot wait for one another.
        for (const id of [...ids].sort()) {
          const isThere = await changeMailbox(ports, rows, principal, { workspaceId, id, changes });
          if (!isThere) missing.push(id);
        }
        return missing;
      });
    },

    /**
     * Proves the mailbox now. A failed proof is an answer, not an error. With `withinSeconds` it answers by then
     * what is known, while the proof goes on. Throws `mailbox_disabled`.
     */
    async verify(
      principal: Principal,
      id: string,
      { withinSeconds }: { withinSeconds?: number } = {},
    ): Promise<MailboxWithGrant> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      const { mailbox } = await owned(workspaceId, id);
      if (mailbox.disabledAt !== null)
        throw new GatewayError('mailbox_disabled', 'This mailbox is switched off.');
      const proof = verifier.verify(id);
      await (withinSeconds === undefined ? proof : endOrTime(proof, withinSeconds));
      return owned(workspaceId, id);
    },

    /**
     * Forgets mailbox and grant, then revokes at the provider where it can and nobody else needs the grant. With
     * `revoke` false the provider is not asked: the caller uses the grant elsewhere. `isErased`: the event does not name
     * the address, which is to be forgotten.
     */
    async disconnect(
      principal: Principal,
      id: string,
      { revoke, isErased = false }: { revoke: boolean; isErased?: boolean } = { revoke: true },
    ): Promise<Disconnection> {
      const { mailbox } = await owned(workspaceFor(principal, 'mailboxes:delete'), id);
      const unused = await store.transaction(async (rows) => {
        const held = await holdMailbox(rows, id);
        if (!held) throw notFound('mailbox');
        // Of several mailboxes of one grant that go at once, exactly one is the last.
        const grant = await rows.grants.lock(held.grantId);
        await rows.mailboxes.remove(id);
        const isLast = grant !== null && (await rows.mailboxes.countByGrant(grant.id)) === 0;
        if (isLast) await rows.grants.remove(grant.id);
        await raise(ports, rows, {
          workspaceId: mailbox.workspaceId,
          type: 'mailbox.disconnected',
          objectId: id,
          data: isErased
            ? { erased: true }
            : {
                email: mailbox.email,
                ...(mailbox.externalId === null ? {} : { external_id: mailbox.externalId }),
              },
          createdAt: clock.now(),
        });
        const { workspaceId } = mailbox;
        const data = { revoke };
        await record(ports, rows, principal, {
          workspaceId,
          action: 'mailbox.disconnected',
          objectId: id,
          data,
        });
        return isLast ? grant : null;
      });
      if (!revoke || !unused) return { mailboxId: id, atProvider: 'kept' };
      // Read now: a reconnection may have brought another one since the mailbox was looked up.
      const oauthClient = await store.oauthClients.byId(unused.oauthClientId);
      if (!oauthClient) return { mailboxId: id, atProvider: 'failed' };
      return { mailboxId: id, atProvider: await revokeUnlessShared({ mailbox, grant: unused, oauthClient }) };
    },
  };

  async function endOrTime(proof: Promise<unknown>, seconds: number): Promise<void> {
    const over = new AbortController();
    const ended = proof.finally(() => over.abort());
    await Promise.race([ended, clock.sleep(seconds * 1000, over.signal)]);
    if (over.signal.aborted) await ended;
    else ended.catch((error: unknown) => log.warn('a proof failed after its caller had left', { error }));
  }

  /** Google revokes per person and registration, not per token: one other use anywhere keeps the grant. */
  async function revokeUnlessShared({
    mailbox,
    grant,
    oauthClient,
  }: MailboxWithGrant): Promise<Disconnection['atProvider']> {
    const { revoke } = providers[grant.provider];
    // Minted tokens end by themselves; the permission behind them is the administrator's to take back.
    if (!revoke || grant.refreshToken === null) return 'unsupported';
    const person = { issuer: grant.issuer, subject: grant.subject, email: mailbox.email };
    const isShared = await hasOtherUse(ports, mailbox.workspaceId, oauthClient, person);
    if (isShared) return 'kept';
    const signal = clock.deadline(settings.providerTimeoutSeconds * 1000);
    const attempt = await revoke(oauthClient, grant.refreshToken, signal);
    if (attempt.ok) return 'revoked';
    log.warn('a grant could not be revoked at the provider', { grantId: grant.id, failure: attempt.failure });
    return 'failed';
  }
}

// Mailboxes: list, read, change, verify, disconnect.
import { GatewayError, notFound } from './errors.ts';
import type { EventType } from './events.ts';
import type { ProviderName } from './oauth-clients.ts';
import type { MailboxWithGrant, Page, PageRequest, Ports } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import { reconnectUrlOf } from './reconnect-link.ts';
import type { Verification, Verifier } from './verification.ts';

export type Mailbox = {
  id: string;
  workspaceId: string;
  grantId: string;
  provider: ProviderName;
  /** Lower case. */
  email: string;
  name: string;
  /** The workspace's own client, free text; null when none. */
  customer: string | null;
  /** The workspace's own notes. At most 50 pairs. */
  metadata: Record<string, string>;
  disabledAt: number | null;
  verification: Verification | null;
  verifyDueAt: number | null;
  createdAt: number;
  updatedAt: number;
};

export type MailboxChanges = Partial<Pick<Mailbox, 'name' | 'customer' | 'metadata'> & { disabled: boolean }>;

export type MailboxFilter = { email?: string; provider?: ProviderName; customer?: string };

/** `at_provider`: `revoked`, `failed` (it stays valid there), `kept` (another mailbox uses it), `unsupported`. */
export type Disconnection = { mailboxId: string; atProvider: 'revoked' | 'failed' | 'kept' | 'unsupported' };

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings' | 'linkSigner'> & {
  verifier: Verifier;
};

export type Mailboxes = ReturnType<typeof createMailboxes>;

export function createMailboxes(ports: Needs) {
  const { clock, random, log, store, providers, settings, verifier } = ports;

  async function owned(workspaceId: string, id: string): Promise<MailboxWithGrant> {
    const joined = await store.mailboxes.withGrant(id);
    if (!joined || joined.mailbox.workspaceId !== workspaceId) throw notFound('mailbox');
    return joined;
  }

  return {
    async list(
      principal: Principal,
      filter: MailboxFilter,
      page: PageRequest,
    ): Promise<Page<MailboxWithGrant>> {
      return store.mailboxes.list(workspaceFor(principal, 'mailboxes:read'), filter, page);
    },

    async read(principal: Principal, id: string): Promise<MailboxWithGrant> {
      return owned(workspaceFor(principal, 'mailboxes:read'), id);
    },

    /** A link for the mailbox owner, good for `reconnectLinkSeconds`, that leads back to this very mailbox. */
    reconnectUrl: (mailboxId: string): string => reconnectUrlOf(ports, mailboxId),

    async update(principal: Principal, id: string, changes: MailboxChanges): Promise<MailboxWithGrant> {
      const { mailbox } = await owned(workspaceFor(principal, 'mailboxes:update'), id);
      const now = clock.now();
      const { disabled, ...plain } = changes;
      const isSwitched = disabled !== undefined && disabled !== (mailbox.disabledAt !== null);
      const columns = {
        ...plain,
        ...(isSwitched ? { disabledAt: disabled ? now : null, verifyDueAt: disabled ? null : now } : {}),
        updatedAt: now,
      };
      await store.transaction(async (rows) => {
        if (!(await rows.mailboxes.update(id, columns))) throw notFound('mailbox');
        if (isSwitched) {
          const type: EventType = disabled ? 'mailbox.disabled' : 'mailbox.enabled';
          const data = { email: mailbox.email };
          await rows.events.append({
            id: random.id(),
            workspaceId: mailbox.workspaceId,
            type,
            objectId: id,
            data,
            createdAt: now,
          });
        }
      });
      return owned(mailbox.workspaceId, id);
    },

    /** Proves the mailbox now. A failed proof is an answer, not an error. Throws `mailbox_disabled`. */
    async verify(principal: Principal, id: string): Promise<MailboxWithGrant> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      const { mailbox } = await owned(workspaceId, id);
      if (mailbox.disabledAt !== null)
        throw new GatewayError('mailbox_disabled', 'This mailbox is switched off.');
      await verifier.verify(id);
      return owned(workspaceId, id);
    },

    /** Revokes at the provider where it can and nobody else needs the grant, then forgets mailbox and grant. */
    async disconnect(principal: Principal, id: string): Promise<Disconnection> {
      const joined = await owned(workspaceFor(principal, 'mailboxes:delete'), id);
      const { mailbox, grant } = joined;
      const atProvider = await revokeUnlessShared(joined);
      const now = clock.now();
      await store.transaction(async (rows) => {
        if (!(await rows.mailboxes.remove(id))) throw notFound('mailbox');
        if ((await rows.mailboxes.countByGrant(grant.id)) === 0) await rows.grants.remove(grant.id);
        await rows.events.append({
          id: random.id(),
          workspaceId: mailbox.workspaceId,
          type: 'mailbox.disconnected',
          objectId: id,
          data: { email: mailbox.email, at_provider: atProvider },
          createdAt: now,
        });
      });
      return { mailboxId: id, atProvider };
    },
  };

  /** Google revokes per person and registration, not per token: one other use anywhere keeps the grant. */
  async function revokeUnlessShared({
    grant,
    oauthClient,
  }: MailboxWithGrant): Promise<Disconnection['atProvider']> {
    const { revoke } = providers[grant.provider];
    if (!revoke) return 'unsupported';
    const isShared =
      (await store.mailboxes.countByGrant(grant.id)) > 1 || (await store.grants.countSiblings(grant)) > 0;
    if (isShared) return 'kept';
    if (grant.status !== 'active') return 'revoked';
    const signal = clock.deadline(settings.providerTimeoutSeconds * 1000);
    const attempt = await revoke(oauthClient, grant.refreshToken, signal);
    if (attempt.ok) return 'revoked';
    log.warn('a grant could not be revoked at the provider', { grantId: grant.id, failure: attempt.failure });
    return 'failed';
  }
}

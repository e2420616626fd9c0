// The audit log: who changed what, when, from where. Written in the transaction of the change that it tells of, never
// changed, pruned by its age. It names objects by their ids and holds neither secrets nor addresses of mailboxes, so
// that nothing of it has to be erased with a person. Token reads are counted apart (token-uses.ts).
import { GatewayError, invalidField } from './errors.ts';
import type { Page, PageRequest, Ports, StoreOperations } from './ports.ts';
import { type Principal, requireScope, workspaceFor } from './principal.ts';

/** `subject.verb`, in the past tense. */
export const auditActions = [
  'workspace.created',
  'workspace.updated',
  'workspace.deleted',
  'api_key.created',
  'api_key.revoked',
  'oauth_client.created',
  'oauth_client.updated',
  'oauth_client.examined',
  'oauth_client.deleted',
  'connect_session.created',
  'connect_session.cancelled',
  'connect_session.confirmed',
  'customer_link.created',
  'customer_links.revoked',
  'mailbox.connected',
  'mailbox.reconnected',
  'mailbox.imported',
  'mailbox.updated',
  'mailbox.disconnected',
  'mailboxes.changed',
  'tag.created',
  'tag.updated',
  'customer.created',
  'settings.updated',
  'webhook_endpoint.created',
  'webhook_endpoint.updated',
  'webhook_endpoint.secret_rotated',
  'webhook_endpoint.deleted',
  'webhook_endpoint.tested',
  'webhook_endpoint.disabled',
  'webhook_delivery.replayed',
  'console.signed_in',
  'console.signed_out',
  'keyring.rotated',
  'block.lifted',
  'breaker.closed',
  'person.exported',
  'person.erasure_requested',
  'person.erased',
] as const;

export type AuditAction = (typeof auditActions)[number];

/**
 * `api_key`: a program, by the id of its key. `console`: a person at the console, by the id of the key behind the
 * session. `command_line`: whoever sits at the machine. `mailbox_owner`: whoever holds a link, by the id of the connect
 * session. `gateway`: this server by itself.
 */
export type AuditActor = {
  kind: 'api_key' | 'console' | 'command_line' | 'mailbox_owner' | 'gateway';
  id: string | null;
};

export type AuditEntry = {
  id: string;
  /** Null = the installation's. */
  workspaceId: string | null;
  at: number;
  actor: AuditActor;
  action: AuditAction;
  /** Id of what was changed; null where there is no single one. */
  objectId: string | null;
  /** Plain JSON: names of changed fields, counts, ids. Never a secret, never a mailbox's address. */
  data: Record<string, unknown>;
  /** Of the HTTP request, as in the log. */
  requestId: string | null;
  /** The caller's IP address. */
  address: string | null;
};

/** As it is listed. `actorName`: of the API key, as it is called now; null where there is none. */
export type ListedAuditEntry = AuditEntry & { actorName: string | null };

/** What a use case says about a change. */
export type AuditedChange = {
  workspaceId: string | null;
  action: AuditAction;
  objectId: string | null;
  data?: Record<string, unknown>;
};

type Writing = Pick<Ports, 'clock' | 'random'>;

/** Writes an entry in the transaction of the change. `by`: a caller, or whoever else it was. */
export const record = (
  { clock, random }: Writing,
  rows: StoreOperations,
  by: Principal | AuditActor,
  { workspaceId, action, objectId, data = {} }: AuditedChange,
): Promise<void> =>
  rows.audit.append({
    id: random.id(),
    workspaceId,
    at: clock.now(),
    actor: 'kind' in by ? by : actorOf(by),
    action,
    objectId,
    data,
    requestId: 'kind' in by ? null : (by.from?.requestId ?? null),
    address: 'kind' in by ? null : (by.from?.address ?? null),
  });

/**
 * The names of the members that a change has, for its entry's `data`; of `settings` and `branding` also the names
 * inside. Never their values.
 */
export function changedFields(changes: Readonly<Record<string, unknown>>): { fields: string[] } {
  const fields = Object.entries(changes).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const isNested = nestedNames.has(name) && typeof value === 'object' && value !== null;
    return isNested ? Object.keys(value).map((inner) => `${name}.${inner}`) : [name];
  });
  return { fields: fields.map((field) => field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) };
}

/** Members whose own members are names of ours, not a caller's. */
const nestedNames: ReadonlySet<string> = new Set(['settings', 'branding']);

const actorOf = ({ from, keyId }: Principal): AuditActor => {
  const kind = from?.channel ?? 'api_key';
  return { kind, id: kind === 'command_line' ? null : keyId };
};

/** `since` is the first moment that is in it, `until` the first one that is not; milliseconds. */
export type AuditFilter = {
  action?: AuditAction;
  objectId?: string;
  actorId?: string;
  since?: number;
  until?: number;
  /** For whoever reads on from where he was; else the newest comes first. */
  oldestFirst?: boolean;
};

const otherWorkspace = 'This API key belongs to another workspace.';

export type Audit = ReturnType<typeof createAudit>;

export function createAudit({ store }: Pick<Ports, 'store'>) {
  return {
    /**
     * Newest first, unless `oldestFirst`. `workspaceId`: whose; undefined = where the caller acts, which is the
     * installation itself for its keys that name no workspace. These may read every workspace's, also of one that was
     * deleted. Throws `permission_denied` for another workspace's, `invalid_request` for a time that ends before it
     * begins. Entries of changes that were made side by side are seen when their transactions end, so perhaps not in
     * the order of their ids: whoever reads on by a cursor looks at the last minute again.
     */
    async list(
      principal: Principal,
      { workspaceId, ...filter }: AuditFilter & { workspaceId?: string },
      page: PageRequest,
    ): Promise<Page<ListedAuditEntry>> {
      requireScope(principal, 'audit:read');
      if (filter.since !== undefined && filter.until !== undefined && filter.until <= filter.since) {
        throw invalidField('until', 'must be later than since');
      }
      const { workspaceId: own, isInstallation } = principal;
      if (workspaceId !== undefined && own !== null && workspaceId !== own) {
        const reason = isInstallation ? 'The header names another workspace.' : otherWorkspace;
        throw new GatewayError('permission_denied', reason);
      }
      const owner = isInstallation ? (workspaceId ?? own) : workspaceFor(principal, 'audit:read');
      return store.audit.list(owner, filter, page);
    },
  };
}

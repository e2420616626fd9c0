// The outbox: a row per state change, written in the transaction that makes the change. Delivery reads it.
import type { Page, PageRequest, Ports, StoreOperations } from './ports.ts';
import { type Principal, requireScope, workspaceFor } from './principal.ts';

export type EventType =
  | 'mailbox.connected'
  | 'mailbox.reconnected'
  | 'mailbox.verified'
  | 'mailbox.degraded'
  | 'mailbox.needs_reauthorization'
  | 'mailbox.disabled'
  | 'mailbox.enabled'
  | 'mailbox.disconnected'
  | 'mailbox.scopes_lost'
  | 'mailbox.grant_ending'
  | 'connect_session.failed'
  | 'connect_session.waiting_for_admin'
  | 'connect_session.admin_consented'
  | 'connect_session.waiting_for_confirmation'
  | 'oauth_client.paused'
  | 'oauth_client.resumed'
  | 'oauth_client.credential_expiring'
  | 'oauth_client.credential_rotated'
  | 'oauth_client.deleted'
  | 'workspace.deleted'
  | 'webhook_endpoint.disabled';

/** `workspaceId` null = the installation's. */
export type GatewayEvent = {
  id: string;
  workspaceId: string | null;
  type: EventType;
  /** Id of what changed: a mailbox, a connect session, an OAuth client, a workspace. */
  objectId: string;
  /** Plain JSON, never a secret. */
  data: Record<string, unknown>;
  createdAt: number;
};

/** `objectId`: the timeline of one object. `newestFirst`: the other way round, cursors too. */
export type EventFilter = { objectId?: string; newestFirst?: boolean };

/** Writes an event in the transaction of the change that it tells of. */
export const raise = (
  { random }: Pick<Ports, 'random'>,
  rows: StoreOperations,
  event: Omit<GatewayEvent, 'id'>,
): Promise<void> => rows.events.append({ id: random.id(), ...event });

export type Events = ReturnType<typeof createEvents>;

export function createEvents({ store }: Pick<Ports, 'store'>) {
  return {
    /**
     * Oldest first, unless asked otherwise. A key of the installation that names no workspace reads the installation's
     * own.
     */
    async list(
      principal: Principal,
      page: PageRequest,
      filter: EventFilter = {},
    ): Promise<Page<GatewayEvent>> {
      if (!principal.isInstallation) {
        return store.events.list(workspaceFor(principal, 'events:read'), page, filter);
      }
      requireScope(principal, 'events:read');
      return store.events.list(principal.workspaceId, page, filter);
    },
  };
}

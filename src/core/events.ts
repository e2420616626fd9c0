// The outbox: a row per state change, written in the transaction that makes the change. Delivery reads it.
import type { Page, PageRequest, Ports } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';

export type EventType =
  | 'mailbox.connected'
  | 'mailbox.reconnected'
  | 'mailbox.verified'
  | 'mailbox.degraded'
  | 'mailbox.needs_reauthorization'
  | 'mailbox.disabled'
  | 'mailbox.enabled'
  | 'mailbox.disconnected'
  | 'connect_session.failed'
  | 'oauth_client.paused'
  | 'oauth_client.resumed';

/** `workspaceId` null = the installation's. */
export type GatewayEvent = {
  id: string;
  workspaceId: string | null;
  type: EventType;
  /** Id of what changed: a mailbox, a connect session, an OAuth client. */
  objectId: string;
  /** Plain JSON, never a secret. */
  data: Record<string, unknown>;
  createdAt: number;
};

export type Events = ReturnType<typeof createEvents>;

export function createEvents({ store }: Pick<Ports, 'store'>) {
  return {
    /** Oldest first. */
    async list(principal: Principal, page: PageRequest): Promise<Page<GatewayEvent>> {
      return store.events.list(workspaceFor(principal, 'events:read'), page);
    },
  };
}

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

/** A row of the outbox: written with the change that it tells of. `workspaceId` null = the installation's. */
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

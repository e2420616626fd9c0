// Whether a proof of every transport is the first one of a mailbox, which is told once in its life: of what has failed
// since, and of a reconnect, it is not. Known from the mailbox's own timeline.
import type { GatewayEvent } from './events.ts';
import type { StoreOperations } from './ports.ts';

/** A timeline that is longer, or whose beginning is forgotten, is of no new mailbox. */
const eventsMax = 200;

/** Of an event's data. */
export const firstProof = { first_proof: true } as const;

/** To be asked in the transaction that writes the proof, before its event. */
export async function isFirstProof(
  { events }: Pick<StoreOperations, 'events'>,
  { id, workspaceId }: { id: string; workspaceId: string },
): Promise<boolean> {
  const { items, next } = await events.list(workspaceId, { after: null, limit: eventsMax }, { objectId: id });
  return next === null && items[0]?.type === 'mailbox.connected' && !items.some(tellsOfProof);
}

const tellsOfProof = ({ type, data }: GatewayEvent): boolean =>
  type === 'mailbox.verified' || data.first_proof === true;

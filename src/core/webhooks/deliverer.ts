// Which deliveries are sent now: claimed by lease over all nodes, endpoint by endpoint, so that a slow endpoint or a long
// queue costs the others nothing. How one is sent is attempts.ts's.
import type { InFlight } from '../in-flight.ts';
import type { Ports } from '../ports.ts';
import type { Attempts } from './attempts.ts';
import type { WebhookDelivery } from './delivery.ts';
import type { Bell } from './watch-raised.ts';

export type Deliverer = ReturnType<typeof createDeliverer>;

/** Deliveries to one endpoint that a process has under way at once; one while it fails. */
const endpointCallsMax = 8;
/** Endpoints that one look serves, of each kind: those that fail must not keep the others out of sight. */
const endpointsMax = 50;
/** From the end of the time for one attempt to the end of its claim: for reading before it and writing after it. */
const marginMilliseconds = 5_000;
/** For so long attempts may still end when the process does; then they are broken off, and made again by others. */
const graceMilliseconds = 3_000;

type Needs = Pick<Ports, 'clock' | 'log' | 'store' | 'settings'> & {
  attempts: Attempts;
  inFlight: InFlight;
  deliveriesDue: Bell;
};

export function createDeliverer(ports: Needs) {
  const { clock, log, store, settings, attempts, inFlight, deliveriesDue } = ports;
  /** By endpoint. */
  const underWay = new Map<string, number>();
  let total = 0;
  let failingTotal = 0;
  const roomMade: (() => void)[] = [];
  const ending = new AbortController();

  function start(delivery: WebhookDelivery, isFailing: boolean): void {
    total += 1;
    if (isFailing) failingTotal += 1;
    underWay.set(delivery.endpointId, (underWay.get(delivery.endpointId) ?? 0) + 1);
    const done = (): void => {
      total -= 1;
      if (isFailing) failingTotal -= 1;
      const left = (underWay.get(delivery.endpointId) ?? 1) - 1;
      if (left === 0) underWay.delete(delivery.endpointId);
      else underWay.set(delivery.endpointId, left);
      for (const wake of roomMade.splice(0)) wake();
      // It may have more, which this look has passed over.
      deliveriesDue.ring();
    };
    const work = attempts.deliver(delivery, ending.signal).catch((error: unknown) => {
      log.error('what came of a webhook could not be written', { deliveryId: delivery.id, error });
    });
    inFlight.track(work.then(done));
  }

  /** Until a delivery has ended, or the process does. */
  const room = (stopping: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (stopping.aborted) return resolve();
      const over = new AbortController();
      roomMade.push(() => {
        over.abort();
        resolve();
      });
      stopping.addEventListener('abort', () => resolve(), { once: true, signal: over.signal });
    });

  /** Attempts go on for a while after the loop was told to stop. */
  let isStopNoted = false;
  function noteStop(stopping: AbortSignal): void {
    if (isStopNoted) return;
    isStopNoted = true;
    stopping.addEventListener('abort', () => void clock.sleep(graceMilliseconds).then(() => ending.abort()), {
      once: true,
    });
  }

  /** A failing endpoint gets one place, and all of them together half of the places. */
  function placesOf(endpointId: string, { isFailing, share }: { isFailing: boolean; share: number }): number {
    const taken = underWay.get(endpointId) ?? 0;
    const left = settings.webhookCallsMax - total;
    if (!isFailing) return Math.min(endpointCallsMax - taken, share, left);
    return hasFailingRoom() && taken === 0 && left > 0 ? 1 : 0;
  }

  const hasFailingRoom = (): boolean => failingTotal < Math.max(1, settings.webhookCallsMax / 2);

  async function begin(isFailing: boolean, stopping: AbortSignal): Promise<number> {
    const full = [...underWay].flatMap(([id, count]) => (isFailing || count >= endpointCallsMax ? [id] : []));
    const ask = { now: clock.now(), isFailing, limit: endpointsMax, leftOut: full };
    const due = await store.webhookDeliveries.dueEndpoints(ask);
    const share = Math.max(1, Math.floor((settings.webhookCallsMax - total) / Math.max(1, due.length)));
    let begun = 0;
    for (const endpointId of due) {
      const limit = placesOf(endpointId, { isFailing, share });
      if (limit <= 0 || stopping.aborted) continue;
      const now = clock.now();
      const until = now + settings.webhookTimeoutSeconds * 1000 + marginMilliseconds;
      const claimed = await store.webhookDeliveries.claim(endpointId, { now, until, limit });
      for (const delivery of claimed) start(delivery, isFailing);
      begun += claimed.length;
    }
    return begun;
  }

  return {
    /** Begins to send what is due and answers how many it has begun; does not wait for their end. */
    async deliverDue(stopping: AbortSignal): Promise<number> {
      noteStop(stopping);
      if (total >= settings.webhookCallsMax) {
        await room(stopping);
        return 1;
      }
      const begun = await begin(false, stopping);
      return hasFailingRoom() ? begun + (await begin(true, stopping)) : begun;
    },
  };
}

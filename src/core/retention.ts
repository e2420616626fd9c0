// How long records of what happened are kept: audit entries, events, connect sessions. Each loop takes a small batch;
// what else is kept, and for how long, is told on one page: docs/privacy.md.
import type { Authorization } from './authorization.ts';
import type { Ports } from './ports.ts';

/** Days unless the name says otherwise. */
export type RetentionSettings = {
  /** How long audit entries are kept; 30 at least, which the database holds too. */
  auditDays: number;
  eventsDays: number;
  /** How long a connect session can be read after it has expired. */
  connectSessionHours: number;
};

export type Retention = ReturnType<typeof createRetention>;

const hourMilliseconds = 3_600_000;
const dayMilliseconds = 24 * hourMilliseconds;
const batchMax = 500;
const handedBackAtOnce = 20;

type Needs = Pick<Ports, 'clock' | 'store' | 'settings'> & { authorization: Authorization };

/** Each says how many rows went, so that its loop goes on at once while there are any. */
export function createRetention({ clock, store, settings, authorization }: Needs) {
  return {
    pruneAuditEntries: (): Promise<number> =>
      store.audit.prune(clock.now() - settings.auditDays * dayMilliseconds, batchMax),

    pruneEvents: (): Promise<number> =>
      store.events.prune(clock.now() - settings.eventsDays * dayMilliseconds, batchMax),

    /** What was never confirmed is handed back; sessions that are long over are deleted. */
    async pruneConnectSessions(): Promise<number> {
      await authorization.discardUnconfirmed(handedBackAtOnce);
      const before = clock.now() - settings.connectSessionHours * hourMilliseconds;
      return store.connectSessions.prune(before, batchMax);
    },
  };
}

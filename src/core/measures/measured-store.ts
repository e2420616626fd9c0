// What is counted by what is stored: connect sessions that begin and end, verifications, and how long transactions
// take as spans. In one place instead of in every use case that comes to such an end; counted when it is committed.
import type { Tracer } from '../ports/tracer.ts';
import type { Store, StoreOperations } from '../ports.ts';
import type { Measures } from './measures.ts';

type Counted = Pick<StoreOperations, 'connectSessions' | 'mailboxes'>;

/** The same store. */
export function measuredStore(
  { measures, tracer }: { measures: Measures; tracer: Tracer },
  store: Store,
): Store {
  /** `when`: calls what counts, at once or after the commit. */
  const counted = (rows: StoreOperations, when: (count: () => void) => void): Counted => ({
    connectSessions: {
      ...rows.connectSessions,
      async insert(session) {
        await rows.connectSessions.insert(session);
        when(() => measures.connectSessions.add({ outcome: 'begun', reason: '' }));
      },
      async finish(id, outcome, at) {
        const isFinished = await rows.connectSessions.finish(id, outcome, at);
        if (isFinished && outcome !== null) {
          const reason = outcome.status === 'failed' ? outcome.reason : '';
          when(() => measures.connectSessions.add({ outcome: outcome.status, reason }));
        }
        return isFinished;
      },
    },
    mailboxes: {
      ...rows.mailboxes,
      async saveVerification(id, verification, verifyDueAt) {
        const isSaved = await rows.mailboxes.saveVerification(id, verification, verifyDueAt);
        for (const { transport, ok, reason } of isSaved ? verification.results : []) {
          when(() => {
            measures.verifications.add({ transport, verdict: ok ? 'ok' : reason });
            measures.proofs.add({ transport, outcome: ok ? 'ok' : 'failed' });
          });
        }
        return isSaved;
      },
    },
  });

  return {
    ...store,
    ...counted(store, (count) => count()),
    transaction: (work) =>
      tracer.span('database transaction', {}, async () => {
        // A transaction that is rolled back has come to nothing.
        let counts: (() => void)[] = [];
        const result = await store.transaction((rows) => {
          counts = [];
          return work({ ...rows, ...counted(rows, (count) => void counts.push(count)) });
        });
        for (const count of counts) count();
        return result;
      }),
  };
}

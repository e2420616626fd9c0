// Hears in this process that events were written, so that they are told at once instead of at the next look. Nothing
// depends on it: the rows are the truth, and every node looks at them by itself.
import type { Store, StoreOperations } from '../ports.ts';

/** The same store; `raised` is called after the commit of whatever appended an event. */
export function watchRaised(store: Store, raised: () => void): Store {
  const watching = (events: StoreOperations['events'], noted: () => void): StoreOperations['events'] => ({
    ...events,
    append: async (event) => {
      await events.append(event);
      noted();
    },
  });
  return {
    ...store,
    events: watching(store.events, raised),
    transaction: async (work) => {
      let isRaised = false;
      const noted = (): void => {
        isRaised = true;
      };
      const result = await store.transaction((rows) =>
        work({ ...rows, events: watching(rows.events, noted) }),
      );
      if (isRaised) raised();
      return result;
    },
  };
}

/** Something that a loop waits for, so that it need not wait for its next turn. */
export type Bell = { ring(): void; onRing(listener: () => void): void };

export function createBell(): Bell {
  const listeners: (() => void)[] = [];
  return {
    ring: () => {
      for (const listener of listeners) listener();
    },
    onRing: (listener) => void listeners.push(listener),
  };
}

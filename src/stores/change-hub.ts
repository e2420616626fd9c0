// Tells the listeners of this process what has changed.
import type { Change, ChangeFeed } from '../core/ports.ts';

type Listener = Parameters<ChangeFeed['listen']>[0];

export type ChangeHub = ReturnType<typeof createChangeHub>;

export const createChangeHub = () => {
  const listeners = new Set<Listener>();
  return {
    /** Null = anything may have changed. */
    tell: (changes: readonly Change[] | null): void => {
      if (changes?.length === 0) return;
      for (const listener of listeners) listener(changes);
    },
    listen: (listener: Listener): (() => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    isHeard: (): boolean => listeners.size > 0,
  };
};

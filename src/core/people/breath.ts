// A pause now and then in work that goes through many rows: one thread serves everybody, and what was found is not
// asked of anybody meanwhile.
import type { Ports } from '../ports.ts';

/** The thread is kept for so long at most, but for one row. */
const heldMilliseconds = 15;

/** To be called after each row. */
export function createBreath({ clock }: Pick<Ports, 'clock'>): () => Promise<void> {
  let since = clock.now();
  return async () => {
    if (clock.now() - since < heldMilliseconds) return;
    await clock.sleep(1);
    since = clock.now();
  };
}

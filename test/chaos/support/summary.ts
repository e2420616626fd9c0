// What a run has hit: counted, told as one line, so that a suite that never meets the moments that matter is seen.
import type { TestContext } from 'node:test';
import { seed } from './chance.ts';

export type Counts = Record<string, number>;

/** Told by the test run and by `npm run chaos`. */
export function tell(t: TestContext, name: string, counts: Counts): void {
  const parts = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  t.diagnostic(`note: ${name}: ${parts.join(', ')}; CHAOS_SEED=${seed}`);
}

/** Says in which round of which run something failed. */
export async function inRound<T>(name: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${name}; CHAOS_SEED=${seed}: ${words}`, { cause });
  }
}

// Waiting times after a failure.
import type { Random } from './ports.ts';

/** Between half and all of `seconds`, in milliseconds, so that many callers do not come back in step. */
export const jittered = (random: Random, seconds: number): number =>
  Math.round(seconds * 1000 * (0.5 + random.fraction() / 2));

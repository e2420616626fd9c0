// When a call may be tried again, how long to wait before, and the budget that keeps many failing calls from becoming
// many more. Nothing that may have been done is done twice, unless twice is as good as once.
import { isMailgrantError } from './errors.ts';

/** Of one call, beyond the first attempt. */
export const retriesMax = 10;

/** The longest pause that is made for the caller, in milliseconds. A server that asks for more is told to the caller. */
export const pauseMsMax = 30_000;

const firstPauseMs = 250;

/** Answers after which the same request may do better. */
const passing: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Whether a failed call may be tried again at all. */
export function mayTryAgain(error: unknown, { isRepeatable }: { isRepeatable: boolean }): boolean {
  if (!isMailgrantError(error) || error.code === 'aborted') return false;
  const isSaidNotDone =
    error.retryAfterSeconds !== null &&
    (error.status === 429 ||
      // With this code the server itself may not know.
      (error.status === 503 && error.code !== 'overloaded'));
  if (!isRepeatable) return isSaidNotDone;
  return error.code === 'network_error' || error.code === 'timed_out' || passing.includes(error.status);
}

/**
 * In milliseconds; null = longer than anybody should be kept waiting without knowing. What the server asks for is a
 * floor: a little is added, so that the callers it sent away do not come back at the same moment.
 */
export function pauseMs(
  attempt: number,
  retryAfterSeconds: number | null,
  random: () => number,
): number | null {
  if (retryAfterSeconds === null)
    return Math.min(pauseMsMax, firstPauseMs * 2 ** attempt) * (0.5 + random() / 2);
  const asked = retryAfterSeconds * 1000;
  return asked > pauseMsMax ? null : asked * (1 + random() / 10) + random() * 100;
}

/** `Retry-After` in seconds (RFC 9110 section 10.2.3: whole seconds, or a date); null = none that can be read. */
export function retryAfterOf(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const time = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : Math.max(0, Math.ceil((time - now) / 1000));
}

/** Retries that all calls of a client share: a few are always there, and more are earned by calls that work. */
export type RetryBudget = { take(): boolean; earn(): void };

const budgetMax = 20;
const earnedPerSuccess = 0.2;

export function createRetryBudget(): RetryBudget {
  let left = budgetMax;
  return {
    take() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
    earn() {
      left = Math.min(budgetMax, left + earnedPerSuccess);
    },
  };
}

// What a clock that was put back leaves behind: rows that lie in the future. Nothing in the product is obtained there,
// and no pause that it makes is longer than the one below, so that such rows can be told and are not believed.

/** Nodes' clocks may differ by this much without harm to what is only remembered. */
export const skewMilliseconds = 120_000;

/** The longest that a failure is remembered, whatever a provider asks for. stores/operations/grant-claims.ts relies on it. */
export const retrySecondsMax = 3600;

/** True of a moment at which nothing can have been obtained yet. */
export const liesAhead = (at: number, now: number): boolean => at > now + skewMilliseconds;

/** Whether a failure still holds back another try. */
export const holdsBack = (retryAt: number | null, now: number): boolean =>
  retryAt !== null && retryAt > now && !liesAhead(retryAt, now + retrySecondsMax * 1000);

// How long to wait before a process that ended by itself is started again: longer each time, for as long as none of
// the new ones lives for a while. Never at once, so that no fault can keep the machine busy with starting. One of these
// counts for one of several places: what ends all processes at once is one end of each.

const waitMilliseconds = [200, 1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** A process that was ready for so long was well: its end begins a new row. */
const wellMilliseconds = 60_000;
/** With so many ends in a row and nobody left who serves, starting again is hopeless. */
const endsMax = 5;

export type Restarts = {
  /** Milliseconds to wait; null = give up. `readyMilliseconds`: how long it was ready, null = never. */
  afterEnd(end: { readyMilliseconds: number | null; isAnyoneReady: boolean }): number | null;
};

export function createRestarts(): Restarts {
  let endsInRow = 0;
  return {
    afterEnd({ readyMilliseconds, isAnyoneReady }) {
      const wasWell = readyMilliseconds !== null && readyMilliseconds >= wellMilliseconds;
      endsInRow = wasWell ? 1 : endsInRow + 1;
      if (endsInRow >= endsMax && !isAnyoneReady) return null;
      return waitMilliseconds[endsInRow - 1] ?? 30_000;
    },
  };
}

// What is left of the time of something that gets on, from what was seen of it on this page and from nothing else.

type Sample = { at: number; value: number };

const seenMilliseconds = 10_000;
const seenPart = 0.02;

/** `value`: the part that is done, of 0 to 1. Null until ten seconds and two hundredths of it were seen to go by. */
export function timeLeft(samples: readonly Sample[]): string | null {
  const last = samples.at(-1);
  // Since it went backwards: then another one began.
  const begun = samples.findLastIndex(({ value }, at) => value < (samples[at - 1]?.value ?? 0));
  const first = samples[Math.max(0, begun)];
  if (first === undefined || last === undefined || last.value >= 1) return null;
  const milliseconds = last.at - first.at;
  const part = last.value - first.value;
  if (milliseconds < seenMilliseconds || part < seenPart) return null;
  return `about ${durationOf(((1 - last.value) / part) * milliseconds)} left`;
}

/** Whole minutes, or tens of seconds below two minutes: nothing more is known. */
function durationOf(milliseconds: number): string {
  const seconds = Math.max(10, Math.round(milliseconds / 10_000) * 10);
  if (seconds < 120) return `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

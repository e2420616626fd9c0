// How `mailgrant keyring reseal` shows how far the pass is: a bar on a terminal, a line for each tenth elsewhere,
// nothing with --json. On standard error. What is left of the time is said from what was seen here, not before that
// says something.
import { barOf } from './bar.ts';
import { memberOf, textOf } from './report.ts';

/** `now` in milliseconds, by a clock that only goes on. */
export type ResealingProgress = { show(pass: unknown, now: number): void; end(): void };

type Options = { json: boolean; isTerminal: boolean; write(text: string): void };

export function resealingProgress({ json, isTerminal, write }: Options): ResealingProgress {
  if (json) return { show: () => {}, end: () => {} };
  return isTerminal ? bar(write) : lines(write);
}

/** The part that was looked at, of 0 to 1; null while the values are counted. */
export function partOf(pass: unknown): number | null {
  if (textOf(pass, 'finished_at') !== null) return 1;
  const total = memberOf(pass, 'total');
  if (typeof total !== 'number') return null;
  return total === 0 ? 1 : Math.min(1, Number(memberOf(pass, 'checked')) / total);
}

function bar(write: (text: string) => void): ResealingProgress {
  const estimate = createEstimate();
  let shown = '';
  return {
    show(pass, now) {
      const part = partOf(pass);
      const left = part === null ? null : estimate(part, now);
      const text =
        part === null
          ? 'counting what is sealed ...'
          : `${barOf(part)}  ${countsOf(pass)}${left === null ? '' : `  ${left}`}`;
      if (text === shown) return;
      shown = text;
      write(`\r${text}\u001b[K`);
    },
    end() {
      if (shown !== '') write('\n');
      shown = '';
    },
  };
}

function lines(write: (text: string) => void): ResealingProgress {
  let tenth = -1;
  return {
    show(pass) {
      const part = partOf(pass);
      const now = part === null ? -1 : Math.floor(part * 10);
      if (part === null || now === tenth) return;
      tenth = now;
      write(`${Math.floor(part * 100)} %: ${countsOf(pass)}\n`);
    },
    end: () => {},
  };
}

const countsOf = (pass: unknown): string =>
  `${String(memberOf(pass, 'checked'))} of ${String(memberOf(pass, 'total'))} values looked at, ${String(memberOf(pass, 'resealed'))} sealed again`;

const watchedMilliseconds = 10_000;
const watchedPart = 0.02;

/**
 * In words, from how fast it got on since this began to look; null until it has looked for ten seconds and seen two
 * hundredths go by. What went on before that, perhaps with a night in between, is not in it.
 */
export function createEstimate(): (part: number, now: number) => string | null {
  let first: { part: number; now: number } | null = null;
  return (part, now) => {
    // Another pass has begun, or this is the first look.
    if (first === null || part < first.part) first = { part, now };
    const seen = { part: part - first.part, milliseconds: now - first.now };
    if (part >= 1 || seen.milliseconds < watchedMilliseconds || seen.part < watchedPart) return null;
    return `about ${durationOf(((1 - part) / seen.part) * seen.milliseconds)} left`;
  };
}

/** Whole minutes, or tens of seconds below two minutes: nothing more is known. */
function durationOf(milliseconds: number): string {
  const seconds = Math.max(10, Math.round(milliseconds / 10_000) * 10);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

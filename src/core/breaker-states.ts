// What a circuit breaker is, and what becomes of it: closed and counting, open until a time, and after that time
// half-open, when one probe at a time goes out. Pure; who reads and writes it is breakers.ts's matter.

export type Breaker = {
  key: string;
  /** While closed: failures in a row since `windowStart`. */
  failures: number;
  windowStart: number;
  openUntil: number;
  /** How often it opened in a row; 0 = closed, or opened by a release that knew no probes. */
  trips: number;
  /** A probe is under way, and counts as lost after this moment. */
  probeUntil: number;
};

/** Milliseconds, but for the count. */
export type BreakerRules = {
  failuresMax: number;
  windowMilliseconds: number;
  /** The first time; twice as long each time after that. */
  openMilliseconds: number;
  openMillisecondsMax: number;
};

/** `over`: its time is over, and nobody probes. */
export type BreakerPhase = { phase: 'closed' } | { phase: 'open'; milliseconds: number } | { phase: 'over' };

/** A call that says something of a breaker's provider or OAuth client. */
export type NotedCall = FailedCall & { isAnswer: boolean };

/** A call to the provider: when it began, when it was over, and the time that the provider asked for, or 0. */
export type FailedCall = { startedAt: number; at: number; askedMilliseconds: number };

/** Most probes are answered sooner than this; those who wait for one need not wait for the longest. */
const probeGlanceMilliseconds = 2_000;

export function phaseOf(breaker: Breaker | null, now: number): BreakerPhase {
  if (breaker === null) return { phase: 'closed' };
  if (breaker.openUntil > now) return { phase: 'open', milliseconds: breaker.openUntil - now };
  if (breaker.trips === 0) return { phase: 'closed' };
  if (breaker.probeUntil <= now) return { phase: 'over' };
  return { phase: 'open', milliseconds: Math.min(breaker.probeUntil - now, probeGlanceMilliseconds) };
}

/** The same object when the call says nothing new. */
export function afterFailure(
  key: string,
  known: Breaker | null,
  call: FailedCall,
  rules: BreakerRules,
): Breaker {
  if (known !== null && (known.trips > 0 || known.openUntil > call.at)) return afterTrip(known, call, rules);
  const { windowMilliseconds, failuresMax } = rules;
  const isGoingOn = known !== null && known.failures > 0 && known.windowStart > call.at - windowMilliseconds;
  const counting: Breaker = {
    key,
    failures: isGoingOn ? known.failures + 1 : 1,
    windowStart: isGoingOn ? known.windowStart : call.at,
    openUntil: 0,
    trips: 0,
    probeUntil: 0,
  };
  return counting.failures >= failuresMax ? opened(counting, call, rules) : counting;
}

/**
 * Only a probe opens it anew: what began before its time was over is known already. A provider that names a longer
 * time meanwhile is believed.
 */
function afterTrip(known: Breaker, call: FailedCall, rules: BreakerRules): Breaker {
  if (isOfProbe(known, call.startedAt)) return opened(known, call, rules);
  const asked = call.at + Math.min(call.askedMilliseconds, rules.openMillisecondsMax);
  return call.askedMilliseconds > 0 && asked > known.openUntil ? { ...known, openUntil: asked } : known;
}

function opened(known: Breaker, { at, askedMilliseconds }: FailedCall, rules: BreakerRules): Breaker {
  const own = rules.openMilliseconds * 2 ** Math.min(known.trips, 30);
  const milliseconds = Math.min(Math.max(own, askedMilliseconds), rules.openMillisecondsMax);
  return { ...known, openUntil: at + milliseconds, trips: known.trips + 1, probeUntil: 0 };
}

/** Any answer forgets the failures; of an open breaker, only a probe's closes it. The same object if nothing changes. */
export function afterAnswer(known: Breaker | null, call: { startedAt: number; at: number }): Breaker | null {
  if (known === null) return null;
  const isCounting = known.trips === 0 && known.openUntil <= call.at;
  return isCounting || (known.trips > 0 && isOfProbe(known, call.startedAt)) ? null : known;
}

/**
 * Calls that wait to be noted, with one more, in the order of their ends; bounded, however many there are. An answer
 * takes the place of what began before it: it would make nothing of that. More failures than open a breaker say nothing.
 */
export function withCall(waiting: readonly NotedCall[], call: NotedCall, rules: BreakerRules): NotedCall[] {
  const others = call.isAnswer ? waiting.filter(({ startedAt }) => startedAt > call.startedAt) : waiting;
  return [...others, call].slice(-(rules.failuresMax + 1));
}

/** One after another. The same object when they say nothing new. */
export const afterCalls = (
  key: string,
  known: Breaker | null,
  calls: readonly NotedCall[],
  rules: BreakerRules,
): Breaker | null =>
  calls.reduce<Breaker | null>(
    (breaker, call) => (call.isAnswer ? afterAnswer(breaker, call) : afterFailure(key, breaker, call, rules)),
    known,
  );

const isOfProbe = ({ trips, openUntil }: Breaker, startedAt: number): boolean =>
  trips > 0 && startedAt >= openUntil;

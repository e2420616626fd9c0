// Percentiles and medians. On a shared machine only ratios of neighbouring rounds mean something, so a result is
// the median of such ratios, with their spread beside it.

/** Nearest rank; NaN for no samples at all. */
export function percentile(samples: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(samples).sort();
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  return sorted[rank] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((left, right) => left - right);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Lowest and highest, as `0.71-0.78`. */
export const spread = (samples: readonly number[]): string =>
  `${Math.min(...samples).toFixed(2)}-${Math.max(...samples).toFixed(2)}`;

/**
 * Runs the sides in turn, each round beginning with another one, so that none has the quiet half of a noisy machine.
 * The first round warms all of them up and is not counted.
 */
export async function takeTurns<Name extends string, Result>(
  rounds: number,
  sides: Record<Name, () => Promise<Result>>,
): Promise<Record<Name, Result>[]> {
  const names = Object.keys(sides).filter((name): name is Name => Object.hasOwn(sides, name));
  const all: Record<Name, Result>[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const first = round % names.length;
    const results: Partial<Record<Name, Result>> = {};
    for (const name of [...names.slice(first), ...names.slice(0, first)]) results[name] = await sides[name]();
    if (round > 0 && isWhole(results, names)) all.push(results);
  }
  return all;
}

const isWhole = <Name extends string, Result>(
  results: Partial<Record<Name, Result>>,
  names: readonly Name[],
): results is Record<Name, Result> => names.every((name) => Object.hasOwn(results, name));

/** The median over rounds, of each side, of some number. */
export const medianOf =
  <Name extends string, Result>(rounds: readonly Record<Name, Result>[]) =>
  (name: Name, number: (result: Result) => number): number =>
    median(rounds.map((round) => number(round[name])));

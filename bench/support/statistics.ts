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
 * Runs both sides in turn, each round in the other order, so that neither has the quiet half of a noisy machine. The
 * first round warms both up and is not counted.
 */
export async function alternate<Limit, Subject>(
  rounds: number,
  sides: { limit: (round: number) => Promise<Limit>; subject: (round: number) => Promise<Subject> },
): Promise<{ limit: Limit; subject: Subject }[]> {
  const pairs: { limit: Limit; subject: Subject }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    if (round % 2 === 0) {
      const limit = await sides.limit(round);
      pairs.push({ limit, subject: await sides.subject(round) });
    } else {
      const subject = await sides.subject(round);
      pairs.push({ limit: await sides.limit(round), subject });
    }
  }
  return pairs.slice(1);
}

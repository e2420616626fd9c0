// Which known word was probably meant by one that is unknown. Only words: it knows no command.

/**
 * ` Did you mean X?`, with the blank before it; nothing when none is near. Near: two letters are exchanged, missing,
 * too many or wrong, one of a word below five; or a word goes on where this one ends.
 */
export function didYouMean(written: string, known: readonly string[]): string {
  const most = written.length < 5 ? 1 : 2;
  const ranked = known
    .map((word) => ({ word, distance: word.startsWith(written) ? 0.5 : distanceOf(written, word) }))
    .filter(({ distance }) => written.length > 1 && distance <= most)
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  const near = ranked.filter(({ distance }) => distance === best?.distance).map(({ word }) => word);
  return near.length === 0 ? '' : ` Did you mean ${near.slice(0, 3).join(' or ')}?`;
}

/** Steps from one word to the other: a letter put in, taken out or changed, or two neighbours exchanged. */
function distanceOf(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const isExchanged = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
        isExchanged ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? Number.POSITIVE_INFINITY;
}

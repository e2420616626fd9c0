// How long a list is, from answers of different moments: the count of a filter, and pages that tell whether more
// follow. Whatever was heard last is right: a list changes while it is looked at.

/** Rows `page * size` and on, as they were when they were heard of. */
export type HeardPage = { page: number; length: number; isLast: boolean; at: number };
export type HeardCount = { total: number; at: number };

/** `isExact` is false while it is only known that there are this many, and more. */
export type ListLength = { length: number; isExact: boolean };

/** Null = nothing is known yet. Times are milliseconds of one clock. */
export function lengthOf(
  size: number,
  count: HeardCount | null,
  pages: readonly HeardPage[],
): ListLength | null {
  let [least, most] = [0, Number.POSITIVE_INFINITY];
  const exactly = (length: number): void => {
    [least, most] = [length, length];
  };
  const hear = ({ page, length, isLast }: HeardPage): void => {
    const end = page * size + length;
    if (!isLast) {
      least = Math.max(least, end + 1);
      if (most < least) most = Number.POSITIVE_INFINITY;
    } else if (length > 0 || page === 0) exactly(end);
    else {
      // Behind the end: the list ends where this page begins, or before.
      most = Math.min(most, end);
      if (least > most) least = most;
    }
  };
  const heard: { at: number; tell: () => void }[] = pages.map((page) => ({
    at: page.at,
    tell: () => hear(page),
  }));
  if (count !== null) heard.push({ at: count.at, tell: () => exactly(count.total) });
  for (const { tell } of heard.sort((one, other) => one.at - other.at)) tell();
  if (least === most) return { length: least, isExact: true };
  return least === 0 ? null : { length: least, isExact: false };
}

/** How many rows such a page of a list must have. */
export const lengthOfPage = (page: number, size: number, length: number): number =>
  Math.min(Math.max(length - page * size, 0), size);

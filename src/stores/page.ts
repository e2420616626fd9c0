// Slices of lists by id, the same for every table: one row more than asked tells whether there is a next slice.
import type { Page, PageRequest } from '../core/ports.ts';

export const rowsWanted = (page: PageRequest): number => {
  if (!Number.isSafeInteger(page.limit) || page.limit < 1) throw new RangeError('A page holds at least one.');
  return page.limit + 1;
};

export const pageOf = <R, T>(
  rows: readonly R[],
  page: PageRequest,
  { map, idOf }: { map: (row: R) => T; idOf: (row: R) => string },
): Page<T> => {
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(map),
    next: rows.length > page.limit && last !== undefined ? idOf(last) : null,
  };
};

/** The smallest id of version 7 (RFC 9562 section 5.7) of a moment. */
export const firstIdOf = (at: number): string => {
  const digits = Math.max(0, at).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}`;
};

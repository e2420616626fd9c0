// Lists that come in pages: one page, and the walk over all of them.
import { clientError } from './errors.ts';

/** One page of a list. */
export type Page<Item> = {
  items: Item[];
  /** Takes the next page; null on the last one. */
  next_cursor: string | null;
};

/**
 * Each item of each page, one page in memory at a time. Ends with an error when the server sends a page back to its own
 * beginning, which would never end.
 */
export async function* pagesOf<Item>(
  read: (cursor: string | null) => Promise<Page<Item>>,
  first: string | null = null,
): AsyncGenerator<Item, void, undefined> {
  let cursor = first;
  for (;;) {
    const page = await read(cursor);
    yield* page.items;
    if (page.next_cursor === null) return;
    if (page.next_cursor === cursor)
      throw clientError('unreadable_answer', 'The server named the same page as the next one.');
    cursor = page.next_cursor;
  }
}

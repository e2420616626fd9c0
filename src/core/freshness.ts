// Whether what is kept in memory may still be believed. Whoever keeps something notes a mark before reading it from the
// database; a change that is heard of later, of an object that it depends on, makes it void. So a read that raced a
// change is void too, although the change was heard before the answer was kept.
import type { ChangeFeed } from './ports.ts';

export type Freshness = ReturnType<typeof createFreshness>;

/** Beyond this many changed objects everything that is kept counts as void, which bounds the memory of them. */
const remembered = 10_000;

export function createFreshness({ changes }: { changes: ChangeFeed }) {
  let count = 0;
  /** Whatever was marked before this is void. */
  let floor = 0;
  /** By id, when the object last changed, in the order of `count`. */
  const changedAt = new Map<string, number>();

  changes.listen((heard) => {
    count += 1;
    if (heard === null || changedAt.size + heard.length > remembered) {
      floor = count;
      changedAt.clear();
    } else {
      for (const { id } of heard) changedAt.set(id, count);
    }
  });

  return {
    /** To be taken before the database is asked. */
    mark: (): number => count,

    /** Whether what was marked so, and depends on these objects, is still as it was. */
    isSure(mark: number, objectIds: readonly string[]): boolean {
      if (mark < floor || !changes.isCurrent()) return false;
      if (changedAt.size === 0) return true;
      return objectIds.every((id) => (changedAt.get(id) ?? 0) <= mark);
    },

    listen: changes.listen,
  };
}

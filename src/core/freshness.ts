// Whether what is kept in memory may still be believed. Whoever keeps something notes a mark before reading it from the
// database; a change that is heard of later, of an object that it depends on, makes it void. So a read that raced a
// change is void too, although the change was heard before the answer was kept.
import type { ChangeFeed } from './ports.ts';

export type Freshness = ReturnType<typeof createFreshness>;

/** Changed objects of one generation; two are remembered. What was marked before both counts as void. */
const rememberedMax = 10_000;

export function createFreshness({ changes }: { changes: ChangeFeed }) {
  let count = 0;
  /** Whatever was marked before this is void. */
  let floor = 0;
  /** By id, when the object last changed, in the order of `count`: this generation, and the one before. */
  let recent = new Map<string, number>();
  let older = new Map<string, number>();
  /** All that `older` and what was before it tell, is known to whoever marked then or later. */
  let recentFrom = 0;

  function forgetAll(): void {
    floor = count;
    recentFrom = count;
    recent.clear();
    older.clear();
  }

  function beginGeneration(): void {
    floor = recentFrom;
    recentFrom = count;
    older = recent;
    recent = new Map();
  }

  changes.listen((heard) => {
    if (heard !== null && recent.size + heard.length > rememberedMax) beginGeneration();
    count += 1;
    if (heard === null || heard.length > rememberedMax) forgetAll();
    else for (const { id } of heard) recent.set(id, count);
  });

  const isUnchanged = (mark: number, id: string): boolean => (recent.get(id) ?? older.get(id) ?? 0) <= mark;

  return {
    /** To be taken before the database is asked. What is found to be sure may be marked anew. */
    mark: (): number => count,

    /** Whether what was marked so, and depends on these objects, is still as it was. */
    isSure(mark: number, objectIds: readonly string[]): boolean {
      if (mark < floor || !changes.isCurrent()) return false;
      if (mark === count) return true;
      for (const id of objectIds) if (!isUnchanged(mark, id)) return false;
      return true;
    },

    listen: changes.listen,
  };
}

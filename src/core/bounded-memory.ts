// A map with a bound on its entries and on their bytes. What was not asked for goes first: the entry that is longest in
// there, unless somebody found it since it was last looked at (the "second chance" of page replacement, which spares
// the hot path the bookkeeping of an exact order).

export type BoundedMemory<V> = ReturnType<typeof createBoundedMemory<V>>;

type Entry<V> = { value: V; bytes: number; isWanted: boolean };

export function createBoundedMemory<V>({
  entriesMax,
  bytesMax,
}: {
  entriesMax: number;
  /** By the callers' own estimates; 0 keeps nothing. */
  bytesMax: number;
}) {
  const entries = new Map<string, Entry<V>>();
  let bytes = 0;

  function remove(key: string): void {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    bytes -= entry.bytes;
  }

  /** Each round removes an entry or takes away its second chance, so it ends. */
  function makeRoom(): void {
    for (const [key, entry] of entries) {
      if (entries.size <= entriesMax && bytes <= bytesMax) return;
      remove(key);
      if (!entry.isWanted) continue;
      entry.isWanted = false;
      entries.set(key, entry);
      bytes += entry.bytes;
    }
  }

  return {
    find(key: string): V | null {
      const entry = entries.get(key);
      if (!entry) return null;
      entry.isWanted = true;
      return entry.value;
    },

    /** What would take more than an eighth of the room is not kept: it would drive out too much. */
    set(key: string, value: V, size: number): void {
      remove(key);
      if (size > bytesMax / 8) return;
      entries.set(key, { value, bytes: size, isWanted: false });
      bytes += size;
      makeRoom();
    },

    remove,

    clear(): void {
      entries.clear();
      bytes = 0;
    },

    size: () => ({ entries: entries.size, bytes }),
  };
}

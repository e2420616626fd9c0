// One copy of values that are equal for many entries of a memory: rows come from the database with texts of their own,
// and a hundred thousand copies of one id are megabytes.

export type SharedValues<V> = ReturnType<typeof createSharedValues<V>>;

/** Beyond `valuesMax` it begins anew: what was given out stays valid, but is shared no longer. */
export function createSharedValues<V>({ valuesMax }: { valuesMax: number }) {
  const values = new Map<string, V>();
  return {
    /** The value that was first given under this name. */
    share(name: string, value: V): V {
      const known = values.get(name);
      if (known !== undefined) return known;
      if (values.size >= valuesMax) values.clear();
      values.set(name, value);
      return value;
    },

    clear: () => values.clear(),
    size: () => values.size,
  };
}

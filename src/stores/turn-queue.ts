// A bounded queue of what several owners want done, one thing at a time: they take turns, so that whoever asks for much
// waits for himself alone, and a full queue costs the one who has most in it. Runs nothing itself.

export type TurnQueue<Item> = {
  /**
   * Answers the item that finds no place, null when there was one: the new one, or the last one of an owner who has
   * more than one above what this owner has.
   */
  add(owner: string, item: Item): Item | null;
  /** The oldest of the owner whose turn it is. */
  take(): Item | undefined;
  takeAll(): Item[];
  /** What is not in it is left alone. */
  remove(owner: string, item: Item): void;
  size(): number;
};

export const createTurnQueue = <Item>(most: number): TurnQueue<Item> => {
  /** In the order of their turns; nobody is here with nothing. */
  const waiting = new Map<string, Item[]>();
  let size = 0;

  const place = (owner: string, item: Item): void => {
    const items = waiting.get(owner);
    if (items === undefined) waiting.set(owner, [item]);
    else items.push(item);
    size += 1;
  };

  /** Of who has most, if that is more than `others` and one. */
  const displaced = (others: number): Item | null => {
    let fullest: Item[] = [];
    for (const items of waiting.values()) if (items.length > fullest.length) fullest = items;
    if (fullest.length <= others + 1) return null;
    size -= 1;
    return fullest.pop() ?? null;
  };

  return {
    add(owner, item) {
      const refused = size < most ? null : displaced(waiting.get(owner)?.length ?? 0);
      if (size >= most) return item;
      place(owner, item);
      return refused;
    },
    take() {
      const [turn] = waiting;
      if (turn === undefined) return undefined;
      const [owner, items] = turn;
      const item = items.shift();
      size -= 1;
      // Behind the others, who have waited longer.
      waiting.delete(owner);
      if (items.length > 0) waiting.set(owner, items);
      return item;
    },
    takeAll() {
      const all = [...waiting.values()].flat();
      waiting.clear();
      size = 0;
      return all;
    },
    remove(owner, item) {
      const items = waiting.get(owner) ?? [];
      const at = items.indexOf(item);
      if (at === -1) return;
      items.splice(at, 1);
      size -= 1;
      if (items.length === 0) waiting.delete(owner);
    },
    size: () => size,
  };
};

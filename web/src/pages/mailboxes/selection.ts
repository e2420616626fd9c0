// Which mailboxes are selected: some, by id, or all that the filter lets through, however many that are.
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { MailboxFilter } from '../../api/mailboxes.ts';

export type Selection = { kind: 'some'; ids: ReadonlySet<string> } | { kind: 'all' };

const nothing: Selection = { kind: 'some', ids: new Set() };

export type SelectionControl = {
  selection: Selection;
  isSelected: (id: string) => boolean;
  /** Ticks or unticks these, beside others that are ticked; of "all" none can be taken out by this. */
  set: (ids: readonly string[], isTicked: boolean) => void;
  /** Takes one out; `all` = what all that match are, one by one. */
  leaveOut: (id: string, all: readonly string[]) => void;
  selectAll: () => void;
  clear: () => void;
  /** Another one each time that a selection begins anew: what was begun for the one before is over. */
  generation: number;
};

/** Begins anew with every filter: nobody acts on what they no longer see. */
export function useSelection(filter: MailboxFilter): SelectionControl {
  const [{ selection, generation }, setState] = useState({ selection: nothing, generation: 0 });
  const change = useCallback(
    (changed: (before: Selection) => Selection) =>
      setState((before) => ({ ...before, selection: changed(before.selection) })),
    [],
  );
  const clear = useCallback(
    () => setState((before) => ({ selection: nothing, generation: before.generation + 1 })),
    [],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change that counts.
  useEffect(clear, [clear, filter]);
  return useMemo(
    () => ({
      selection,
      generation,
      clear,
      isSelected: (id) => selection.kind === 'all' || selection.ids.has(id),
      selectAll: () => change(() => ({ kind: 'all' })),
      leaveOut: (id, all) =>
        change((before) => {
          const after = new Set(before.kind === 'all' ? all : before.ids);
          after.delete(id);
          return { kind: 'some', ids: after };
        }),
      set: (ids, isTicked) =>
        change((before) => {
          if (before.kind === 'all') return before;
          const after = new Set(before.ids);
          for (const id of ids) {
            if (isTicked) after.add(id);
            else after.delete(id);
          }
          return { kind: 'some', ids: after };
        }),
    }),
    [selection, generation, change, clear],
  );
}

/** How many are selected; `total` = how many the filter lets through. */
export const countOf = (selection: Selection, total: number): number =>
  selection.kind === 'all' ? total : selection.ids.size;

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
  /** These and no others. */
  selectOnly: (ids: readonly string[]) => void;
  selectAll: () => void;
  clear: () => void;
};

/** Begins anew with every filter: nobody acts on what they no longer see. */
export function useSelection(filter: MailboxFilter): SelectionControl {
  const [selection, setSelection] = useState<Selection>(nothing);
  const clear = useCallback(() => setSelection(nothing), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the change that counts.
  useEffect(clear, [clear, filter]);
  return useMemo(
    () => ({
      selection,
      clear,
      isSelected: (id) => selection.kind === 'all' || selection.ids.has(id),
      selectAll: () => setSelection({ kind: 'all' }),
      selectOnly: (ids) => setSelection({ kind: 'some', ids: new Set(ids) }),
      set: (ids, isTicked) =>
        setSelection((before) => {
          if (before.kind === 'all') return before;
          const after = new Set(before.ids);
          for (const id of ids) {
            if (isTicked) after.add(id);
            else after.delete(id);
          }
          return { kind: 'some', ids: after };
        }),
    }),
    [selection, clear],
  );
}

/** How many are selected; `total` = how many the filter lets through. */
export const countOf = (selection: Selection, total: number): number =>
  selection.kind === 'all' ? total : selection.ids.size;

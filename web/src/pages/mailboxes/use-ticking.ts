// What a tick does: one row, all from the last tick to this one with Shift held, those on the screen at the head of the
// list. Rows that are not loaded are loaded first, up to a bound; beyond it nothing is guessed, and the person is told.
import { useEffect, useRef, useState } from 'react';
import type { MailboxPages, MailboxRow } from '../../api/mailbox-pages.ts';
import { useAnnounce } from '../../components/announcer.tsx';
import { notifyProblem, notifyWarning } from '../../components/notify.ts';
import { numberOf } from '../../components/numbers.ts';
import type { SelectionControl } from './selection.ts';

/** Rows that are ticked one by one in one go; as many as a job takes by id. */
const rowsMax = 1_000;

type Needs = {
  control: SelectionControl;
  rowAt: (index: number) => MailboxRow | undefined;
  /** How many match. */
  total: number;
  load: MailboxPages['load'];
};

export type Ticking = {
  tick: (index: number, isTicked: boolean, isRange: boolean) => void;
  /** True while rows are loaded to be ticked. */
  isLoading: boolean;
};

export function useTicking({ control, rowAt, total, load }: Needs): Ticking {
  const announce = useAnnounce();
  const [loads, setLoads] = useState(0);
  const last = useRef<number | null>(null);
  const generation = useRef(control.generation);
  useEffect(() => {
    generation.current = control.generation;
    last.current = null;
  }, [control.generation]);

  const withRows = async (
    [first, end]: readonly [number, number],
    act: (ids: string[]) => void,
  ): Promise<void> => {
    const seen = rowsBetween(rowAt, first, end);
    if (seen !== null) {
      act(seen);
      return;
    }
    const begunIn = generation.current;
    setLoads((count) => count + 1);
    announce(`Loading ${numberOf(end - first + 1)} mailboxes to select them`);
    try {
      const rows = await load(first, end);
      if (begunIn === generation.current) act(rows.map(({ id }) => id));
    } catch (error) {
      notifyProblem(error);
    } finally {
      setLoads((count) => count - 1);
    }
  };

  const tick: Ticking['tick'] = (index, isTicked, isRange) => {
    const row = rowAt(index);
    if (row === undefined) return;
    if (control.selection.kind === 'all') {
      if (isTicked) return;
      if (total > rowsMax) {
        notifyWarning('All that match are selected together', leaveOutWords(total));
        return;
      }
      last.current = index;
      void withRows([0, total - 1], (ids) => control.leaveOut(row.id, ids));
      return;
    }
    const from = isRange ? (last.current ?? index) : index;
    last.current = index;
    const range: readonly [number, number] = from < index ? [from, index] : [index, from];
    const length = range[1] - range[0] + 1;
    if (length <= rowsMax) {
      void withRows(range, (ids) => control.set(ids, isTicked));
      return;
    }
    control.set([row.id], isTicked);
    notifyWarning('The range is too long', rangeWords(length, isTicked, row.email));
  };
  return { tick, isLoading: loads > 0 };
}

const leaveOutWords = (total: number): string =>
  `To leave some of ${numberOf(total)} out, narrow the filter to ${numberOf(rowsMax)} or fewer, or clear the selection and tick those that you mean.`;

const rangeWords = (length: number, isTicked: boolean, email: string): string =>
  `It has ${numberOf(length)} mailboxes, and ${numberOf(rowsMax)} can be ${isTicked ? 'ticked' : 'unticked'} in one go. Only ${email} was. For more, filter the list and select all that match.`;

/** Null when one of them is not there. */
function rowsBetween(rowAt: Needs['rowAt'], first: number, last: number): string[] | null {
  const ids: string[] = [];
  for (let index = first; index <= last; index += 1) {
    const row = rowAt(index);
    if (row === undefined) return null;
    ids.push(row.id);
  }
  return ids;
}

// The list itself: as long as the filter's result, but with only those rows in the document that are on the screen.
// Whatever place is scrolled to tells which rows are looked at; until they come their outlines are drawn.
import { Checkbox, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type MailboxPages, type MailboxView, mailboxPageSize } from '../../api/mailbox-pages.ts';
import { numberOf } from '../../components/numbers.ts';
import classes from './mailbox-table.module.css';
import { MailboxTableRow } from './mailbox-table-row.tsx';
import { rowsOnScreen } from './rows-on-screen.ts';
import type { SelectionControl } from './selection.ts';
import type { Ticking } from './use-ticking.ts';

type Props = {
  view: MailboxView;
  /** Null while rows of another filter are shown. */
  look: MailboxPages['look'] | null;
  /** Null when the key may not change anything. */
  choice: { control: SelectionControl; ticking: Ticking } | null;
};

/** Pixels; the style sheet has the same. */
const rowHeight = 60;
const rowHeightNarrow = 104;
/** Pixels that every browser can scroll through; 250,000 rows. */
const heightMax = 15_000_000;
/**
 * Rows before and behind those in the document that are looked at too, so that they are there when they are come to.
 */
const aheadRows = 50;
/**
 * Milliseconds for which a place is looked at before its rows are asked for: not while the scroll bar is dragged past.
 */
const restMs = 50;

export function MailboxTable({ view, look, choice }: Props) {
  const { rowAt } = view;
  const head = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const isNarrow =
    useMediaQuery('(max-width: 48em)', window.matchMedia('(max-width: 48em)').matches) ?? false;
  useLayoutEffect(() => setTop(body.current?.offsetTop ?? 0), []);
  const height = isNarrow ? rowHeightNarrow : rowHeight;
  const drawn = Math.min(view.length, Math.floor(heightMax / height));
  // Rows are known by their places: one that is taken by another mailbox keeps the focus.
  const virtualizer = useWindowVirtualizer({
    count: drawn,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: top,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height of the rows is measured anew.
  useEffect(() => virtualizer.measure(), [isNarrow]);

  const shown = virtualizer.getVirtualItems();
  const first = pageStart((shown[0]?.index ?? 0) - aheadRows);
  const last = pageStart(Math.min((shown.at(-1)?.index ?? 0) + aheadRows, drawn - 1));
  useEffect(() => {
    if (look === null) return;
    const rest = setTimeout(() => look(first, last), restMs);
    return () => clearTimeout(rest);
  }, [look, first, last]);

  const control = choice?.control ?? null;
  const isAllTicked = isEveryRowTicked(view, control);
  // One page is taken as a whole; of a longer list what the person sees.
  const isOnePage = view.isExact && view.length <= mailboxPageSize;
  const tickOnScreen = (): void => {
    if (control === null) return;
    if (isAllTicked) {
      control.clear();
      return;
    }
    const [from, to] = isOnePage ? [0, view.length - 1] : rowsOnScreen(head, body, height);
    const ids: string[] = [];
    for (let index = from; index <= to; index += 1) {
      const row = rowAt(index);
      if (row !== undefined) ids.push(row.id);
    }
    control.set(ids, !ids.every(control.isSelected));
  };

  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: the rows of a virtual list are placed by hand, which <table> forbids. */}
      <div
        role="table"
        aria-label="Mailboxes"
        aria-rowcount={view.isExact ? view.length + 1 : -1}
        aria-busy={look === null || choice?.ticking.isLoading === true}
        className={classes.table}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
        <div
          role="row"
          tabIndex={-1}
          aria-rowindex={1}
          ref={head}
          className={classes.head}
          data-choice={control !== null}
        >
          {control && (
            // biome-ignore lint/a11y/useSemanticElements: as above.
            <span role="columnheader" tabIndex={-1}>
              <Checkbox
                aria-label={isOnePage ? 'Select all' : 'Select all on the screen'}
                checked={isAllTicked}
                indeterminate={
                  !isAllTicked && control.selection.kind === 'some' && control.selection.ids.size > 0
                }
                onChange={tickOnScreen}
              />
            </span>
          )}
          {columns.map((name) => (
            // biome-ignore lint/a11y/useSemanticElements: as above.
            <span role="columnheader" tabIndex={-1} key={name} className={classes.title}>
              {name}
            </span>
          ))}
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
        <div
          role="rowgroup"
          ref={body}
          className={classes.body}
          style={{ height: virtualizer.getTotalSize() }}
        >
          {shown.map(({ index, key, start }) => (
            <MailboxTableRow
              key={key}
              row={rowAt(index)}
              index={index}
              offset={start - virtualizer.options.scrollMargin}
              isTicked={control === null ? null : control.isSelected(rowAt(index)?.id ?? '')}
              onTick={choice?.ticking.tick ?? nothing}
            />
          ))}
        </div>
      </div>
      {drawn < view.length && (
        <Text size="sm" c="dimmed" mt="sm">
          These are the first {numberOf(drawn)}. Search or filter to find the others.
        </Text>
      )}
    </>
  );
}

const columns = ['Mailbox', 'Status', 'Provider', 'Customer', 'Verified'];
const nothing = (): void => undefined;

/** Only another page is another thing to look at. */
const pageStart = (index: number): number =>
  Math.floor(Math.max(index, 0) / mailboxPageSize) * mailboxPageSize;

function isEveryRowTicked(
  { length, isExact, rowAt }: MailboxView,
  control: SelectionControl | null,
): boolean {
  if (control === null || length === 0) return false;
  if (control.selection.kind === 'all') return true;
  if (!isExact || control.selection.ids.size < length) return false;
  // Some that are ticked may be gone: it is the rows that count, where they are few enough to be there.
  for (let index = 0; index < Math.min(length, mailboxPageSize); index += 1) {
    const row = rowAt(index);
    if (row !== undefined && !control.isSelected(row.id)) return false;
  }
  return true;
}

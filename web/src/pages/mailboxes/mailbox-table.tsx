// The list itself: as long as the filter's result, but with only those rows in the document that are on the screen.
// Pages are asked for one after another until what the person looks at is there.
import { Checkbox } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { MailboxRow } from '../../api/mailboxes.ts';
import classes from './mailbox-table.module.css';
import { MailboxTableRow } from './mailbox-table-row.tsx';
import type { SelectionControl } from './selection.ts';

type Props = {
  rows: readonly MailboxRow[];
  /** How many there are, loaded or not. */
  total: number;
  hasMore: boolean;
  isLoadingMore: boolean;
  onMore: () => void;
  /** Null when the key may not change anything. */
  control: SelectionControl | null;
};

/** Pixels; the style sheet has the same. */
const rowHeight = 60;
const rowHeightNarrow = 104;
/** Rows before the end of what is loaded at which the next page is asked for. */
const aheadRows = 60;

export function MailboxTable({ rows, total, hasMore, isLoadingMore, onMore, control }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const isNarrow =
    useMediaQuery('(max-width: 48em)', window.matchMedia('(max-width: 48em)').matches) ?? false;
  const lastTicked = useRef<number | null>(null);
  useLayoutEffect(() => setTop(body.current?.offsetTop ?? 0), []);
  const virtualizer = useWindowVirtualizer({
    count: total,
    estimateSize: () => (isNarrow ? rowHeightNarrow : rowHeight),
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height of the rows is measured anew.
  useEffect(() => virtualizer.measure(), [isNarrow]);

  const shown = virtualizer.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoadingMore && lastShown >= rows.length - aheadRows) onMore();
  }, [hasMore, isLoadingMore, lastShown, rows.length, onMore]);

  const loaded = (): string[] => rows.map(({ id }) => id);
  const tick = (index: number, isTicked: boolean, isRange: boolean): void => {
    const from = isRange ? (lastTicked.current ?? index) : index;
    const [first, last] = from < index ? [from, index] : [index, from];
    control?.set(
      rows.slice(first, last + 1).map(({ id }) => id),
      isTicked,
      loaded(),
    );
    lastTicked.current = index;
  };
  const tickedCount = rows.filter(({ id }) => control?.isSelected(id)).length;

  return (
    // biome-ignore lint/a11y/useSemanticElements: the rows of a virtual list are placed by hand, which <table> forbids.
    <div role="table" aria-label="Mailboxes" aria-rowcount={total + 1} className={classes.table}>
      {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
      <div role="row" tabIndex={-1} aria-rowindex={1} className={classes.head} data-choice={control !== null}>
        {control && (
          // biome-ignore lint/a11y/useSemanticElements: as above.
          <span role="columnheader" tabIndex={-1}>
            <Checkbox
              aria-label="Select all that are loaded"
              checked={rows.length > 0 && tickedCount === rows.length}
              indeterminate={tickedCount > 0 && tickedCount < rows.length}
              onChange={(event) =>
                event.currentTarget.checked ? control.set(loaded(), true, loaded()) : control.clear()
              }
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
      <div role="rowgroup" ref={body} className={classes.body} style={{ height: virtualizer.getTotalSize() }}>
        {shown.map(({ index, key, start }) => (
          <MailboxTableRow
            key={key}
            row={rows[index]}
            index={index}
            offset={start - virtualizer.options.scrollMargin}
            isTicked={control === null ? null : control.isSelected(rows[index]?.id ?? '')}
            onTick={tick}
          />
        ))}
      </div>
    </div>
  );
}

const columns = ['Mailbox', 'Status', 'Provider', 'Customer', 'Verified'];

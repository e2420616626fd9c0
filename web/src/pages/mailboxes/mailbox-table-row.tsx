// One mailbox in the list, or its outline while it is being loaded.
import { Checkbox, Skeleton, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { MailboxRow } from '../../api/mailbox-pages.ts';
import { MailboxStatusBadge } from '../../components/mailbox-status.tsx';
import { Moment } from '../../components/moment.tsx';
import { ProviderName } from '../../components/provider-name.tsx';
import classes from './mailbox-table.module.css';

type Props = {
  row: MailboxRow | undefined;
  index: number;
  /** Pixels below the first row. */
  offset: number;
  /** Null when nothing can be selected. */
  isTicked: boolean | null;
  onTick: (index: number, isTicked: boolean, isRange: boolean) => void;
};

export function MailboxTableRow({ row, index, offset, isTicked, onTick }: Props) {
  const place = { transform: `translateY(${offset}px)` };
  const common = { className: classes.row, style: place, 'data-choice': isTicked !== null };
  if (row === undefined) {
    return (
      <div {...common} aria-hidden="true">
        {isTicked !== null && <span />}
        <Skeleton h={18} w="70%" />
        <Skeleton h={18} w="50%" />
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: the rows of a virtual list are placed by hand, which <table> forbids.
    <div role="row" tabIndex={-1} aria-rowindex={index + 2} {...common} data-ticked={isTicked === true}>
      {isTicked !== null && (
        <Cell className={classes.tick}>
          <Checkbox
            aria-label={`Select ${row.email}`}
            checked={isTicked}
            onChange={(event) => {
              const { nativeEvent } = event;
              const isRange = 'shiftKey' in nativeEvent && nativeEvent.shiftKey === true;
              onTick(index, event.currentTarget.checked, isRange);
            }}
          />
        </Cell>
      )}
      <Cell className={classes.mailbox}>
        <Link href={`/mailboxes/${row.id}`} className={classes.address}>
          {row.email}
        </Link>
        {row.name !== '' && (
          <Text size="xs" c="dimmed" truncate>
            {row.name}
          </Text>
        )}
      </Cell>
      <Cell className={classes.status}>
        <MailboxStatusBadge status={row.status} />
        {row.sentence !== null && (
          <Text size="xs" c="dimmed" truncate title={row.sentence}>
            {row.sentence}
          </Text>
        )}
      </Cell>
      <Cell className={classes.provider}>
        <ProviderName provider={row.provider} />
      </Cell>
      <Cell className={classes.customer}>{row.customer ?? <Nothing />}</Cell>
      <Cell className={classes.verified}>
        {row.verifiedAt === null ? <Nothing words="Not yet" /> : <Moment at={row.verifiedAt} />}
      </Cell>
    </div>
  );
}

function Cell({ className, children }: { className: string | undefined; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above.
    <div role="cell" className={className}>
      {children}
    </div>
  );
}

function Nothing({ words = 'None' }: { words?: string }) {
  return (
    <Text span size="sm" c="dimmed">
      {words}
    </Text>
  );
}

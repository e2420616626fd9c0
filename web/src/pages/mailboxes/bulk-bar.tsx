// What is selected, and what can be done to it.
import { Button, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { MailboxFilter } from '../../api/mailboxes.ts';
import { useMay } from '../../app/session-context.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { numberOf } from '../../components/numbers.ts';
import { type BulkAction, bulkActions } from './bulk-actions.ts';
import classes from './bulk-bar.module.css';
import { BulkDialog } from './bulk-dialog.tsx';
import { countOf, type SelectionControl } from './selection.ts';

type Props = {
  control: SelectionControl;
  filter: MailboxFilter;
  /** How many match. */
  total: number;
  /** False while nobody knows that for sure. */
  isCounted: boolean;
  /** True while more are loaded to be ticked. */
  isLoading: boolean;
};

export function BulkBar({ control, filter, total, isCounted, isLoading }: Props) {
  const { selection } = control;
  const may = useMay();
  const announce = useAnnounce();
  const [asked, setAsked] = useState<BulkAction | null>(null);
  const count = countOf(selection, total);
  useEffect(() => {
    if (count > 0) announce(`${numberOf(count)} selected`);
  }, [count, announce]);
  if (count === 0) return null;
  const mayTakeAll = selection.kind === 'some' && isCounted && total > count;
  return (
    <section className={classes.bar} aria-label="Selection" data-selection-bar>
      <Group gap="xs" className={classes.words}>
        <Text size="sm" fw={600}>
          {selection.kind === 'all'
            ? `All ${numberOf(total)} that match are selected`
            : `${numberOf(count)} selected${isLoading ? ', loading more' : ''}`}
        </Text>
        {mayTakeAll && (
          <Button size="compact-sm" variant="light" onClick={control.selectAll}>
            Select all {numberOf(total)} that match
          </Button>
        )}
        <Button size="compact-sm" variant="subtle" onClick={control.clear}>
          Clear selection
        </Button>
      </Group>
      <div className={classes.actions}>
        {bulkActions
          .filter(({ scope }) => may(scope))
          .map((action) => (
            <Button
              key={action.action}
              size="xs"
              variant="default"
              leftSection={<action.icon size={15} aria-hidden="true" />}
              onClick={() => setAsked(action)}
            >
              {action.label}
            </Button>
          ))}
      </div>
      <BulkDialog
        action={asked}
        count={count}
        filter={filter}
        selection={selection}
        onClose={() => setAsked(null)}
        onBegun={() => {
          control.clear();
          // The button that was pressed goes away with the selection.
          document.getElementById('page')?.focus();
        }}
      />
    </section>
  );
}

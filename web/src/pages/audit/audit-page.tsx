// The audit log: who changed what, when, from where.
import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { useAuditEntries } from '../../api/audit-entries.ts';
import { useWorkspace } from '../../app/workspace-context.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { Page } from '../../components/page.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { actionChoice } from './action-words.ts';
import { AuditRow } from './audit-row.tsx';
import { useAuditFilter } from './use-audit-filter.ts';

const columns = ['When', 'Who', 'What', 'Object', 'Details'];

export function AuditPage() {
  const { workspaceId } = useWorkspace();
  const { filter, change, clear } = useAuditFilter();
  const list = useAuditEntries(filter);
  const { items, error, isPending, refetch } = list;
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Page
      title="Audit log"
      lead={
        workspaceId === null
          ? 'Every change that was made to the installation itself. Choose a workspace at the top for its own log.'
          : 'Every change that somebody made in this workspace. Nobody can change the log.'
      }
    >
      <search aria-label="Filter the audit log">
        <Group gap="sm" align="flex-end" mb="md">
          <Select
            label="What"
            placeholder="Anything"
            clearable
            searchable
            w="min(18rem, 100%)"
            data={actionChoice}
            value={filter.action ?? null}
            onChange={(value) => change('action', value)}
            nothingFoundMessage="Nothing of this name"
          />
          <IdField
            label="Object"
            value={filter.object_id ?? ''}
            onSettled={(value) => change('object_id', value)}
          />
          <IdField
            label="Who"
            value={filter.actor_id ?? ''}
            onSettled={(value) => change('actor_id', value)}
          />
          <Button variant="subtle" onClick={clear} disabled={!isFiltered}>
            Clear filters
          </Button>
        </Group>
      </search>
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <RowsSkeleton rows={6} height={52} />}
      {items && items.length > 0 && (
        <DataTable title="Audit log" minWidth={860} columns={columns}>
          {items.map((entry) => (
            <AuditRow key={entry.id} entry={entry} onFilter={change} />
          ))}
        </DataTable>
      )}
      {items?.length === 0 && (
        <EmptyState title={isFiltered ? 'No entry fits' : 'Nothing was changed yet'}>
          <Text>
            {isFiltered
              ? 'Take a filter away. Entries also go when they are old enough.'
              : 'Changes appear here as soon as they are made.'}
          </Text>
        </EmptyState>
      )}
      <MoreButton list={list} label="Show older ones" />
    </Page>
  );
}

type IdProps = { label: string; value: string; onSettled: (value: string) => void };

/** An id is pasted, not typed: it counts when it is whole, on Enter or when the field is left. */
function IdField({ label, value, onSettled }: IdProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const settle = (): void => {
    if (text.trim() !== value) onSettled(text);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    settle();
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        label={label}
        placeholder="Id"
        maxLength={200}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={settle}
      />
    </form>
  );
}

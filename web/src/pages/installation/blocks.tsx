// Addresses that are kept out for a while because of too many attempts.
import { Button, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { type Installation, useInstallationActions } from '../../api/installation-actions.ts';
import { useMay } from '../../app/session-context.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { Moment } from '../../components/moment.tsx';
import { notifyDone } from '../../components/notify.ts';
import { numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';

type Block = Installation['blocks'][number];

export function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return (
    <Panel title="Blocked addresses" note="Kept out after too many attempts; each time longer.">
      {blocks.length === 0 ? (
        <Text size="sm">None is blocked.</Text>
      ) : (
        <DataTable
          title="Addresses that are kept out"
          minWidth={460}
          columns={['Address', 'Level', 'Until', 'Actions']}
        >
          {blocks.map((block) => (
            <Row key={block.key} block={block} />
          ))}
        </DataTable>
      )}
    </Panel>
  );
}

function Row({ block }: { block: Block }) {
  const { key, address, level, until, workspace_id: workspaceId, workspace_name: workspaceName } = block;
  const may = useMay();
  const { liftBlock } = useInstallationActions();
  const [isAsked, setAsked] = useState(false);
  const name = address ?? key;
  return (
    <Table.Tr>
      <Table.Td>
        <code>{name}</code>
        {workspaceId !== null && <Text size="xs">only workspace {workspaceName ?? workspaceId}</Text>}
      </Table.Td>
      <Table.Td>{numberOf(level)}</Table.Td>
      <Table.Td>
        <Moment at={until} form="time" />
      </Table.Td>
      <Table.Td>
        {may('installation:update') && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Lift the block of ${name}`}
            onClick={() => setAsked(true)}
          >
            Lift
          </Button>
        )}
        <ConfirmDialog
          isOpen={isAsked}
          onClose={() => setAsked(false)}
          title={`Lift the block of ${name}`}
          confirmLabel="Lift it"
          onConfirm={async () => {
            await liftBlock.mutateAsync(key);
            notifyDone(`${name} is let in again.`);
          }}
        >
          The address is let in again at once. If it goes on as before, it is blocked again.
        </ConfirmDialog>
      </Table.Td>
    </Table.Tr>
  );
}

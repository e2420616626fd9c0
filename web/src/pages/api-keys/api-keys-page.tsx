// The API keys of the workspace, or of the installation when no workspace is chosen.
import { Button, Stack, Switch, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useApiKeys } from '../../api/api-keys.ts';
import { useMay } from '../../app/session-context.tsx';
import { useWorkspace } from '../../app/workspace-context.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { Page } from '../../components/page.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { CreateKeyDialog } from './create-key-dialog.tsx';
import { isGood, KeyRow } from './key-row.tsx';

const columns = ['Name', 'Status', 'May', 'Ends', 'Made', 'Actions'];

export function ApiKeysPage() {
  const may = useMay();
  const { workspaceId } = useWorkspace();
  const list = useApiKeys();
  const { items, error, isPending, refetch } = list;
  const [isMaking, setMaking] = useState(false);
  const [areOverShown, setOverShown] = useState(false);
  const over = items?.filter((key) => !isGood(key)).length ?? 0;
  const shown = items?.filter((key) => areOverShown || isGood(key)) ?? [];
  return (
    <Page
      title="API keys"
      lead={
        workspaceId === null
          ? 'Keys of the installation. They may act in every workspace, as far as their scopes allow.'
          : 'What programs sign in with. Each key has a name, scopes, and an end if you give it one.'
      }
      actions={
        may('api_keys:create') && (
          <Button leftSection={<IconPlus size={16} aria-hidden="true" />} onClick={() => setMaking(true)}>
            Make an API key
          </Button>
        )
      }
    >
      <Stack gap="md">
        {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
        {isPending && <RowsSkeleton rows={3} height={52} />}
        {over > 0 && (
          <Switch
            label="Show keys that are over, too"
            checked={areOverShown}
            onChange={(event) => setOverShown(event.currentTarget.checked)}
          />
        )}
        {shown.length > 0 && (
          <DataTable title="API keys" minWidth={760} columns={columns}>
            {shown.map((key) => (
              <KeyRow key={key.id} apiKey={key} />
            ))}
          </DataTable>
        )}
        {items && shown.length === 0 && (
          <EmptyState title="No key is good now">
            <Text>A program needs one to use the API.</Text>
          </EmptyState>
        )}
      </Stack>
      <MoreButton list={list} />
      {isMaking && <CreateKeyDialog onClose={() => setMaking(false)} />}
    </Page>
  );
}

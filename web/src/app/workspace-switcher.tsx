// Which workspace is looked at: the name of it, or a choice for keys of the installation.
import { Select, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { isProblem } from '../api/problem.ts';
import { useWorkspaceList, useWorkspaceOf } from '../api/workspaces.ts';
import { useAnnounce } from '../components/announcer.tsx';
import { useMay } from './session-context.tsx';
import { useWorkspace } from './workspace-context.tsx';
import classes from './workspace-switcher.module.css';

/** Stands for "no workspace" among the values of the list. */
const installation = 'installation';

export function WorkspaceSwitcher() {
  const { workspaceId, mayChoose } = useWorkspace();
  const may = useMay();
  if (mayChoose && may('workspaces:manage')) return <Choice />;
  return workspaceId === null ? null : <Name workspaceId={workspaceId} />;
}

function Name({ workspaceId }: { workspaceId: string }) {
  const { data } = useWorkspaceOf(workspaceId);
  return (
    <Text size="sm" fw={600} truncate aria-label={data && `Workspace ${data.name}`}>
      {data?.name}
    </Text>
  );
}

function Choice() {
  const { workspaceId, choose } = useWorkspace();
  const list = useWorkspaceList({ enabled: true });
  const current = useWorkspaceOf(workspaceId);
  const queries = useQueryClient();
  const announce = useAnnounce();
  const [path, navigate] = useLocation();
  // The one that was looked at last may be deleted since.
  const isGone = isProblem(current.error) && current.error.status === 404;
  useEffect(() => {
    if (isGone) choose(null);
  }, [isGone, choose]);
  const known = list.data ?? [];
  const isListed = workspaceId === null || known.some(({ id }) => id === workspaceId);
  const all = isListed || !current.data ? known : [current.data, ...known];
  const data = [
    { value: installation, label: 'The installation itself' },
    ...all.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <Select
      className={classes.choice}
      aria-label="Workspace"
      size="sm"
      data={data}
      value={workspaceId ?? installation}
      searchable
      allowDeselect={false}
      limit={200}
      nothingFoundMessage="No workspace of this name"
      maxDropdownHeight={360}
      comboboxProps={{ withinPortal: true, width: 280, position: 'bottom-end' }}
      onChange={(value, option) => {
        if (value === null) return;
        choose(value === installation ? null : value);
        announce(`Workspace: ${option?.label ?? ''}`);
        // An object of one workspace is not found in another: back to the list that it is on.
        const [, page = ''] = path.split('/');
        navigate(`/${page}`);
        void queries.invalidateQueries({ queryKey: ['workspaces', 'one'] });
      }}
    />
  );
}

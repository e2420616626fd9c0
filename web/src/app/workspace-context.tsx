// Which workspace the console looks at. A key of a workspace has one; a key of the installation chooses, and may
// also choose none: then pages show what belongs to the installation itself.
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { ApiProvider } from '../api/api-context.tsx';
import { readLastWorkspace, writeLastWorkspace } from './last-workspace.ts';
import { useSession } from './session-context.tsx';

type Choice = {
  /** Null = the installation itself. */
  workspaceId: string | null;
  mayChoose: boolean;
  choose: (workspaceId: string | null) => void;
};

const Workspace = createContext<Choice | null>(null);

export function WorkspaceProvider({ children }: { children: ReactNode }) {
  const session = useSession();
  const [chosen, setChosen] = useState(readLastWorkspace);
  const mayChoose = session.workspace_id === null;
  const workspaceId = mayChoose ? chosen : session.workspace_id;
  const choose = useCallback((id: string | null) => {
    setChosen(id);
    writeLastWorkspace(id);
  }, []);
  const choice = useMemo(() => ({ workspaceId, mayChoose, choose }), [workspaceId, mayChoose, choose]);
  return (
    <Workspace value={choice}>
      <ApiProvider
        workspaceId={mayChoose ? workspaceId : null}
        hasWorkspace={workspaceId !== null}
        sessionKeyId={session.key_id}
      >
        {children}
      </ApiProvider>
    </Workspace>
  );
}

export function useWorkspace(): Choice {
  const choice = useContext(Workspace);
  if (choice === null) throw new Error('useWorkspace outside of the console');
  return choice;
}

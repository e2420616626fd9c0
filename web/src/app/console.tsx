// The console for somebody who is signed in. Order matters: the session before the workspace, the workspace before
// the pages that call the API.
import { Notifications } from '@mantine/notifications';
import type { ConsoleSession } from '../api/session.ts';
import { SessionProvider } from './session-context.tsx';
import { Shell } from './shell.tsx';
import { WorkspaceProvider } from './workspace-context.tsx';

export function Console({ session }: { session: ConsoleSession }) {
  return (
    <SessionProvider value={session}>
      <WorkspaceProvider>
        <Shell />
      </WorkspaceProvider>
      {/* Not at the top: there they would lie on the actions of the page. */}
      <Notifications position="bottom-left" limit={4} autoClose={6000} />
    </SessionProvider>
  );
}

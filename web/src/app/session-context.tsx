// Who is signed in, for everything inside of the console.
import { createContext, type ReactNode, useContext } from 'react';
import type { ApiKeyScope, ConsoleSession } from '../api/session.ts';

const Session = createContext<ConsoleSession | null>(null);

export function SessionProvider({ value, children }: { value: ConsoleSession; children: ReactNode }) {
  return <Session value={value}>{children}</Session>;
}

export function useSession(): ConsoleSession {
  const session = useContext(Session);
  if (session === null) throw new Error('useSession outside of the console');
  return session;
}

/** Whether the key that the person signed in with may do this. The server decides; this only hides what it refuses. */
export function useMay(): (scope: ApiKeyScope) => boolean {
  const { scopes, is_installation: isInstallation } = useSession();
  return (scope) =>
    scopes.includes(scope) || (scopes.includes('all') && (isInstallation || !isInstallationOnly(scope)));
}

const isInstallationOnly = (scope: ApiKeyScope): boolean =>
  scope === 'workspaces:manage' || scope.startsWith('installation:');

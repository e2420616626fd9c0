// Before it is known who is signed in: nothing for a moment, or that the gateway cannot be reached.
import { Center, Loader, VisuallyHidden } from '@mantine/core';
import { ErrorState } from '../components/error-state.tsx';

export function StartScreen({ error, onRetry }: { error: Error | null; onRetry: () => void }) {
  return (
    <Center component="main" mih="100dvh" p="md">
      {error === null ? (
        <output>
          <Loader />
          <VisuallyHidden>Loading the console</VisuallyHidden>
        </output>
      ) : (
        <ErrorState error={error} onRetry={onRetry} />
      )}
    </Center>
  );
}

// Says things to people who do not see the screen: one polite live region for the whole console.
import { VisuallyHidden } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

const Announce = createContext<(text: string) => void>(() => undefined);

export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', turn: 0 });
  const announce = useCallback((text: string) => setSaid(({ turn }) => ({ text, turn: turn + 1 })), []);
  return (
    <Announce value={announce}>
      {children}
      <VisuallyHidden role="status" aria-live="polite">
        {/* A new element each time: the same words twice are said twice. */}
        <span key={said.turn}>{said.text}</span>
      </VisuallyHidden>
    </Announce>
  );
}

export const useAnnounce = (): ((text: string) => void) => useContext(Announce);

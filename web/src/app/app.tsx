// What is there before anybody has signed in: looks, queries, addresses, and the choice between sign-in and console.
// The console itself is loaded after the sign-in, so that the first page is there at once.
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { Router } from 'wouter';
import { AnnouncerProvider } from '../components/announcer.tsx';
import { colorSchemeManager } from './color-scheme.ts';
import { createQueryClient } from './query-client.ts';
import { SessionGate } from './session-gate.tsx';
import { styleNonce } from './style-nonce.ts';
import { theme } from './theme.ts';

/** Without the slash at its end, as the router wants it. */
const base = import.meta.env.BASE_URL.replace(/\/$/, '');

export function App() {
  const [queryClient] = useState(createQueryClient);
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeManager}
      getStyleNonce={styleNonce}
      deduplicateInlineStyles
    >
      <QueryClientProvider client={queryClient}>
        <AnnouncerProvider>
          <Router base={base}>
            <SessionGate />
          </Router>
        </AnnouncerProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

// Windows of one browser share its session. Each tells the others who is signed in, so that none goes on showing one
// person's pages while its calls are made as somebody else.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ConsoleSession } from './session.ts';
import { sessionKey } from './session-key.ts';

const channelName = 'mailgrant-console-session';

/** `session`: undefined = not known yet, null = nobody. */
export function useSessionNews(session: ConsoleSession | null | undefined): void {
  const queries = useQueryClient();
  const keyId = session === undefined ? undefined : (session?.key_id ?? null);
  useEffect(() => {
    if (keyId === undefined) return;
    const channel = new BroadcastChannel(channelName);
    channel.onmessage = ({ data: heard }: MessageEvent<unknown>) => {
      if (heard === keyId) return;
      // Nothing that was seen is kept. Who is signed in is asked of the server, not believed.
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
      void queries.resetQueries({ queryKey: sessionKey });
    };
    channel.postMessage(keyId);
    return () => channel.close();
  }, [keyId, queries]);
}

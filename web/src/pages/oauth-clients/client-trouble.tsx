// Why the OAuth client is paused, in the words of the API, and whether its credential ends soon.
import { Stack, Text } from '@mantine/core';
import type { OAuthClient } from '../../api/oauth-client.ts';
import { Moment } from '../../components/moment.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProviderWords } from '../../components/provider-words.tsx';
import { VerdictNote } from '../../components/verdict-note.tsx';
import { endingOf } from './client-status.tsx';

export function ClientTrouble({ client }: { client: OAuthClient }) {
  const { verdict, paused_at: pausedAt, provider_words: words, credential, next_credential: next } = client;
  const ending = endingOf(credential.expires_at);
  return (
    <>
      {client.status === 'paused' && verdict !== null && (
        <VerdictNote verdict={verdict} tone="bad">
          <Stack gap="xs">
            <Text size="sm">
              Paused {pausedAt !== null && <Moment at={pausedAt} />}. Its mailboxes stay connected; their
              tokens are renewed again as soon as the provider takes it. A changed id, credential or directory
              makes it active at once.
            </Text>
            {words !== null && <ProviderWords words={words} />}
          </Stack>
        </VerdictNote>
      )}
      {(ending === 'soon' || ending === 'over') && credential.expires_at !== null && (
        <Panel
          title={ending === 'over' ? 'Its credential has ended' : 'Its credential ends soon'}
          tone={ending === 'over' ? 'bad' : 'warn'}
        >
          <Text size="sm">
            {ending === 'over' ? 'It ended ' : 'It ends '}
            <Moment at={credential.expires_at} form="full" />.{' '}
            {next === null
              ? 'Make another one at the provider and enter it below as the next credential: it takes over by itself.'
              : 'The next credential is entered already and takes over by itself.'}
          </Text>
        </Panel>
      )}
    </>
  );
}

// The state of the whole installation, live, and what operators do by hand. For keys that may see it.
import { SimpleGrid, Stack } from '@mantine/core';
import { useInstallation } from '../../api/installation.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { numberOf } from '../../components/numbers.ts';
import { Page } from '../../components/page.tsx';
import { PageSkeleton } from '../../components/page-skeleton.tsx';
import { Panel } from '../../components/panel.tsx';
import { Blocks } from './blocks.tsx';
import { ClientBreakers } from './client-breakers.tsx';
import { EndingClients } from './ending-clients.tsx';
import { KeyringPanel } from './keyring-panel.tsx';
import { Providers } from './providers.tsx';
import { RefreshQueue } from './refresh-queue.tsx';
import { WebhookQueue } from './webhook-queue.tsx';

const engines = { sqlite: 'SQLite', postgres: 'PostgreSQL' } as const;

export function InstallationPage() {
  const { data, error, refetch, dataUpdatedAt } = useInstallation();
  if (!data && error === null) return <PageSkeleton />;
  return (
    <Page title="Installation" lead="How the server fares, renewed every five seconds.">
      <Stack gap="lg">
        {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
        {data && (
          <>
            <ClientBreakers breakers={data.oauth_client_breakers} />
            <EndingClients clients={data.oauth_clients_ending} />
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
              <Stack gap="lg">
                <Providers providers={data.providers} />
                <RefreshQueue queue={data.refresh_queue} lookedAt={dataUpdatedAt} />
              </Stack>
              <Stack gap="lg">
                <Panel title="Release">
                  <Facts
                    facts={[
                      { name: 'Version', value: data.version },
                      { name: 'Started', value: <Moment at={data.started_at} /> },
                      { name: 'Database', value: engines[data.database.engine] },
                    ]}
                  />
                </Panel>
                <Panel title="Grants">
                  <Facts
                    facts={[
                      { name: 'Alive', value: numberOf(data.grants.active) },
                      {
                        name: 'Need reauthorization',
                        value: numberOf(data.grants.needs_reauthorization),
                      },
                      {
                        name: 'Counted',
                        value:
                          data.grants.counted_at === null ? (
                            'Not yet'
                          ) : (
                            <Moment at={data.grants.counted_at} />
                          ),
                      },
                    ]}
                  />
                </Panel>
                <WebhookQueue queue={data.webhooks} />
                <Blocks blocks={data.blocks} />
                <KeyringPanel />
              </Stack>
            </SimpleGrid>
          </>
        )}
      </Stack>
    </Page>
  );
}

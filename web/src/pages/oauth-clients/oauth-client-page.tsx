// One OAuth client: what is the matter with it, what to do at the provider, its credentials, who depends on it.
import { Alert, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useParams } from 'wouter';
import { useIsOwn, useOAuthClient } from '../../api/oauth-client.ts';
import { useMay } from '../../app/session-context.tsx';
import { isMissing, ObjectMissing } from '../../components/object-missing.tsx';
import { Page } from '../../components/page.tsx';
import { PageSkeleton } from '../../components/page-skeleton.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { Timeline } from '../../components/timeline.tsx';
import { ClientFacts } from './client-facts.tsx';
import { ClientMailboxes } from './client-mailboxes.tsx';
import { ClientSettings } from './client-settings.tsx';
import { ClientStatusBadge } from './client-status.tsx';
import { ClientTrouble } from './client-trouble.tsx';
import { Credentials } from './credentials.tsx';
import { DeleteClient } from './delete-client.tsx';
import { ExaminationPanel } from './examination-panel.tsx';
import { SetUp } from './set-up.tsx';

const back = <TextLink href="/oauth-clients">All OAuth clients</TextLink>;

export function OAuthClientPage() {
  const { id = '' } = useParams<{ id: string }>();
  const may = useMay();
  const isOwnClient = useIsOwn();
  const { data: client, error, refetch } = useOAuthClient(id);
  if (isMissing(client, error)) {
    return <ObjectMissing noun="OAuth client" error={error} above={back} onRetry={() => void refetch()} />;
  }
  if (!client) return <PageSkeleton />;
  const isOwn = isOwnClient(client);
  const mayChange = isOwn && may('oauth_clients:update');
  return (
    <Page title={client.name} above={back} beside={<ClientStatusBadge status={client.status} />}>
      <Stack gap="lg">
        {!isOwn && (
          <Alert variant="default" icon={<IconInfoCircle aria-hidden="true" />} title="It is shared">
            <Text size="sm">
              It belongs to the installation. Whoever runs the installation looks after it; a workspace uses
              it.
            </Text>
          </Alert>
        )}
        <ClientTrouble client={client} />
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Stack gap="lg">
            {mayChange && <ExaminationPanel key={client.id} client={client} />}
            {isOwn && <SetUp client={client} />}
          </Stack>
          <Stack gap="lg">
            <ClientFacts client={client} />
            {isOwn && <Credentials client={client} mayChange={mayChange} />}
            {mayChange && <ClientSettings key={`${client.id} ${client.updated_at}`} client={client} />}
            <ClientMailboxes client={client} />
            {may('events:read') && <Timeline objectId={client.id} />}
          </Stack>
        </SimpleGrid>
        {isOwn && may('oauth_clients:delete') && <DeleteClient client={client} />}
      </Stack>
    </Page>
  );
}

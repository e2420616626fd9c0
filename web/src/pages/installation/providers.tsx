// Google and Microsoft as this server sees them: whether calls go there, and how many wait.
import { Group, Stack, Title } from '@mantine/core';
import type { Installation } from '../../api/installation-actions.ts';
import { Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';
import { providerNames } from '../../components/provider-name.tsx';
import { breakerBadges } from './breaker-badge.tsx';
import { CloseBreaker } from './close-breaker.tsx';

export function Providers({ providers }: Pick<Installation, 'providers'>) {
  return (
    <Panel
      title="Providers"
      note="One in trouble is left alone for a while and tried again by itself. Calls are those of the process that answers."
    >
      <Stack gap="md">
        {providers.map(({ provider, breaker, calls_under_way: underWay, calls_waiting: waiting }) => (
          <div key={provider}>
            <Group justify="space-between" mb="xs">
              <Title order={3} size="h6">
                {providerNames[provider]}
              </Title>
              {(breaker.status !== 'closed' || breaker.failures > 0) && (
                <CloseBreaker breakerKey={breaker.key} name={providerNames[provider]} />
              )}
            </Group>
            <Facts
              facts={[
                { name: 'Breaker', value: breakerBadges[breaker.status] },
                ...(breaker.open_until === null
                  ? []
                  : [{ name: 'Tried again', value: <Moment at={breaker.open_until} form="time" /> }]),
                ...(breaker.failures === 0
                  ? []
                  : [{ name: 'Failures in a row', value: numberOf(breaker.failures) }]),
                { name: 'Calls under way', value: numberOf(underWay) },
                { name: 'Calls waiting', value: numberOf(waiting) },
              ]}
            />
          </div>
        ))}
      </Stack>
    </Panel>
  );
}

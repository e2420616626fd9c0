// Whether grants are kept alive as they should: for the workspace by what is alive, for the whole installation by what
// waits to be refreshed and whether its providers answer.
import { Stack } from '@mantine/core';
import { IconCircleCheck, IconClock, IconPlugConnectedX } from '@tabler/icons-react';
import { useInstallation } from '../../api/installation.ts';
import { type MailboxSummary, useMailboxSummary } from '../../api/mailbox-summary.ts';
import { Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';
import { providerNames } from '../../components/provider-name.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';

export function RefreshHealth() {
  const summary = useMailboxSummary();
  const { data: installation } = useInstallation();
  if (!summary.data || summary.data.total === 0) return null;
  const facts = [{ name: 'Grants alive', value: aliveWords(summary.data) }];
  if (!installation) {
    return (
      <Panel title="Refresh health" note="Grants are renewed by themselves, weekly and ahead of use.">
        <Facts facts={facts} />
      </Panel>
    );
  }
  const { refresh_queue: queue, providers } = installation;
  return (
    <Panel
      title="Refresh health"
      note="Grants are renewed by themselves. The queue is the whole installation's."
    >
      <Stack gap="sm">
        <Facts
          facts={[
            ...facts,
            {
              name: 'Due now',
              value: `${numberOf(queue.due)}, of which ${numberOf(queue.leased)} under way`,
            },
            { name: 'Late by ten minutes or more', value: numberOf(queue.overdue) },
            {
              name: 'Oldest due',
              value: queue.oldest_due_at === null ? 'Nothing waits' : <Moment at={queue.oldest_due_at} />,
            },
            ...providers.map(({ provider, breaker }) => ({
              name: providerNames[provider],
              value: breakerBadges[breaker.status],
            })),
          ]}
        />
      </Stack>
    </Panel>
  );
}

const breakerBadges = {
  closed: <StatusBadge tone="ok" icon={IconCircleCheck} label="Answers" />,
  open: <StatusBadge tone="bad" icon={IconPlugConnectedX} label="In trouble, left alone for now" />,
  probing: <StatusBadge tone="warn" icon={IconClock} label="Being tried again" />,
} as const;

function aliveWords({ total, by_status: byStatus }: MailboxSummary): string {
  const alive = total - byStatus.needs_reauthorization;
  return `${numberOf(alive)} of ${numberOf(total)}`;
}

// One mailbox: how it is and why, what it may, what happened, who reads its tokens, and everything that can be done to
// it.
import { Anchor, SimpleGrid, Stack } from '@mantine/core';
import { Link, useParams } from 'wouter';
import { useMailbox } from '../../api/mailboxes.ts';
import { useMay } from '../../app/session-context.tsx';
import { MailboxStatusBadge } from '../../components/mailbox-status.tsx';
import { isMissing, ObjectMissing } from '../../components/object-missing.tsx';
import { Page } from '../../components/page.tsx';
import { PageSkeleton } from '../../components/page-skeleton.tsx';
import { Timeline } from '../../components/timeline.tsx';
import { Diagnosis } from './diagnosis.tsx';
import { MailboxActions } from './mailbox-actions.tsx';
import { MailboxFacts } from './mailbox-facts.tsx';
import { MailboxSettings } from './mailbox-settings.tsx';
import { MailboxVerdict } from './mailbox-verdict.tsx';
import { Scopes } from './scopes.tsx';
import { TokenReads } from './token-reads.tsx';
import { Transports } from './transports.tsx';

export function MailboxPage() {
  const { id = '' } = useParams<{ id: string }>();
  const may = useMay();
  const { data: mailbox, error, refetch } = useMailbox(id);
  const back = (
    <Anchor component={Link} href="/mailboxes" size="sm">
      All mailboxes
    </Anchor>
  );
  if (isMissing(mailbox, error)) {
    return <ObjectMissing noun="mailbox" error={error} above={back} onRetry={() => void refetch()} />;
  }
  if (!mailbox) return <PageSkeleton />;
  return (
    <Page
      title={mailbox.email}
      above={back}
      beside={<MailboxStatusBadge status={mailbox.status} />}
      actions={<MailboxActions mailbox={mailbox} />}
    >
      <Stack gap="lg">
        <MailboxVerdict mailbox={mailbox} />
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Stack gap="lg">
            <Transports mailbox={mailbox} />
            {may('mailboxes:update') && <Diagnosis mailbox={mailbox} />}
            <TokenReads mailboxId={mailbox.id} />
            {may('events:read') && <Timeline objectId={mailbox.id} />}
          </Stack>
          <Stack gap="lg">
            <MailboxFacts mailbox={mailbox} />
            {may('mailboxes:update') && <MailboxSettings key={mailbox.id} mailbox={mailbox} />}
            <Scopes mailbox={mailbox} />
          </Stack>
        </SimpleGrid>
      </Stack>
    </Page>
  );
}

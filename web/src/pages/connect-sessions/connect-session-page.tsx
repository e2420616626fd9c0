// One connect session, live until it is over: its link, where it stands, what came of each try, and who must act.
import { Anchor, Button, Stack, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Link, useParams } from 'wouter';
import { useConnectLinks } from '../../api/connect-links.ts';
import { isOver, useCancelConnectSession, useConnectSession } from '../../api/connect-sessions.ts';
import { useMay } from '../../app/session-context.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { ConnectStatusBadge, connectStatuses } from '../../components/connect-status.tsx';
import { Copyable } from '../../components/copyable.tsx';
import { notifyProblem } from '../../components/notify.ts';
import { isMissing, ObjectMissing } from '../../components/object-missing.tsx';
import { Page } from '../../components/page.tsx';
import { PageSkeleton } from '../../components/page-skeleton.tsx';
import { Panel } from '../../components/panel.tsx';
import { SessionFacts } from './session-facts.tsx';
import { SessionOutcome } from './session-outcome.tsx';

export function ConnectSessionPage() {
  const { id = '' } = useParams<{ id: string }>();
  const { data: session, error, refetch } = useConnectSession(id);
  const link = useConnectLinks().find(id);
  const cancel = useCancelConnectSession();
  const may = useMay();
  const announce = useAnnounce();
  const status = session?.status;
  useEffect(() => {
    if (status) announce(`${connectStatuses[status].label}. ${connectStatuses[status].next}`);
  }, [status, announce]);
  const back = (
    <Anchor component={Link} href="/connect-sessions" size="sm">
      All connect sessions
    </Anchor>
  );
  if (link !== null && !session && !may('connect_sessions:read')) {
    return (
      <Page
        title="Connect session"
        above={back}
        lead="Your key may make links, but not see what becomes of them. Copy it now: it is not shown again."
      >
        <LinkPanel link={link} />
      </Page>
    );
  }
  if (isMissing(session, error)) {
    return <ObjectMissing noun="connect session" error={error} above={back} onRetry={() => void refetch()} />;
  }
  if (!session) return <PageSkeleton />;
  const isOpen = !isOver(session.status);
  return (
    <Page
      title={session.email ?? session.expected_email ?? session.shared_mailbox ?? 'Connect session'}
      above={back}
      beside={<ConnectStatusBadge status={session.status} />}
      actions={
        isOpen &&
        may('connect_sessions:create') && (
          <Button
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate(id, { onError: notifyProblem })}
          >
            Cancel the session
          </Button>
        )
      }
    >
      <Stack gap="lg">
        {isOpen && <LinkPanel link={link} />}
        <SessionOutcome session={session} />
        <SessionFacts session={session} />
      </Stack>
    </Page>
  );
}

/** `link`: null when it was made elsewhere, or before the page was loaded. */
function LinkPanel({ link }: { link: string | null }) {
  return (
    <Panel title="The link" note="For the owner of the mailbox. Whoever has it can use it once.">
      {link === null ? (
        <Text size="sm">
          It was shown when the session was made, and is not kept. If it is lost, cancel this session and make
          a new one.
        </Text>
      ) : (
        <Stack gap="sm" align="stretch">
          <Copyable text={link} label="Copy link" />
          <Button
            component="a"
            href={link}
            target="_blank"
            rel="noopener noreferrer"
            variant="light"
            leftSection={<IconExternalLink size={16} aria-hidden="true" />}
            w="fit-content"
          >
            Open in a new tab
          </Button>
        </Stack>
      )}
    </Panel>
  );
}

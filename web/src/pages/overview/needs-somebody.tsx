// What does not heal by itself: OAuth clients that are paused, mailboxes whose owners must reconnect, mailboxes of
// which a transport does not work. Each with the verdict of the API, and who must act.
import { Anchor, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'wouter';
import { type Mailbox, useFirstMailboxes } from '../../api/mailboxes.ts';
import { type OAuthClient, useOAuthClientChoice } from '../../api/oauth-clients.ts';
import { useMay } from '../../app/session-context.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { NeedRow } from './need-row.tsx';
import classes from './needs-somebody.module.css';

/** Of each kind; a link leads to all. */
const shownMax = 3;

export function NeedsSomebody() {
  const may = useMay();
  const gone = useFirstMailboxes({ status: 'needs_reauthorization' }, shownMax);
  const degraded = useFirstMailboxes({ status: 'degraded' }, shownMax);
  const oauthClients = useOAuthClientChoice();
  const error = gone.error ?? degraded.error ?? oauthClients.error;
  if (error) return <ErrorState error={error} />;
  const isPending =
    gone.isPending || degraded.isPending || (may('oauth_clients:read') && oauthClients.isPending);
  const paused = (oauthClients.data ?? []).filter(({ status }) => status === 'paused');
  const mailboxes = [...(gone.data?.items ?? []), ...(degraded.data?.items ?? [])];
  const isQuiet = paused.length + mailboxes.length === 0;
  const hasMore = [gone, degraded].some(({ data }) => data?.next_cursor);
  return (
    <Panel title="Needs somebody now">
      {isPending ? (
        <RowsSkeleton rows={3} height={52} />
      ) : isQuiet ? (
        <div className={classes.quiet}>
          <StatusBadge tone="ok" icon={IconCircleCheck} label="All quiet" />
          <Text size="sm">Nothing needs you: what is left to do is done by itself.</Text>
        </div>
      ) : (
        <Stack gap="sm">
          <ul className={classes.list}>
            {paused.slice(0, shownMax).map((client) => (
              <PausedRow key={client.id} client={client} />
            ))}
            {mailboxes.map((mailbox) => (
              <MailboxNeed key={mailbox.id} mailbox={mailbox} />
            ))}
          </ul>
          {hasMore && (
            <Text size="sm">
              {gone.data?.next_cursor && (
                <All status="needs_reauthorization" words="All that must be reconnected" />
              )}
              {gone.data?.next_cursor && degraded.data?.next_cursor && ' · '}
              {degraded.data?.next_cursor && <All status="degraded" words="All that are degraded" />}
            </Text>
          )}
        </Stack>
      )}
    </Panel>
  );
}

const PausedRow = ({ client }: { client: OAuthClient }) => (
  <NeedRow
    href={`/oauth-clients/${client.id}`}
    name={client.name}
    kind="OAuth client, paused"
    tone="bad"
    verdict={client.verdict}
  />
);

const MailboxNeed = ({ mailbox }: { mailbox: Mailbox }) => (
  <NeedRow
    href={`/mailboxes/${mailbox.id}`}
    name={mailbox.email}
    kind={mailbox.status === 'degraded' ? 'Degraded' : 'Needs reauthorization'}
    tone={mailbox.status === 'degraded' ? 'warn' : 'bad'}
    verdict={mailbox.verdict}
  />
);

const All = ({ status, words }: { status: string; words: string }) => (
  <Anchor component={Link} href={`/mailboxes?status=${status}`} underline="always">
    {words}
  </Anchor>
);

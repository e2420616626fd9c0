// The mailboxes that depend on the OAuth client, and those whose owners have not granted a scope that was added later.
import { Stack, Text } from '@mantine/core';
import { useMailboxSummary } from '../../api/mailbox-summary.ts';
import { type OAuthClient, useLackingScopes } from '../../api/oauth-client.ts';
import { useMay } from '../../app/session-context.tsx';
import { useWorkspace } from '../../app/workspace-context.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { mailboxStatuses, mailboxStatusNames } from '../../components/mailbox-status.tsx';
import { MoreButton } from '../../components/more-button.tsx';
import { counted, numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { TextLink } from '../../components/text-link.tsx';
import classes from './client-mailboxes.module.css';

export function ClientMailboxes({ client }: { client: OAuthClient }) {
  const may = useMay();
  const { workspaceId } = useWorkspace();
  if (workspaceId === null || !may('mailboxes:read')) return null;
  return <Used client={client} />;
}

function Used({ client }: { client: OAuthClient }) {
  const { data, error, isPending } = useMailboxSummary({ oauth_client_id: client.id });
  const total = data?.total ?? 0;
  const link = (status?: string): string =>
    `/mailboxes?${new URLSearchParams({ oauth_client_id: client.id, ...(status ? { status } : {}) })}`;
  return (
    <Panel title="Mailboxes of this workspace">
      {error !== null && <ErrorState error={error} />}
      {isPending && <RowsSkeleton rows={1} height={24} />}
      {data && total === 0 && <Text size="sm">None depends on it.</Text>}
      {data && total > 0 && (
        <Stack gap="xs">
          <TextLink href={link()} isStrong>
            {counted(total, 'mailbox', 'mailboxes')}
          </TextLink>
          <ul className={classes.counts}>
            {mailboxStatusNames
              .filter((status) => data.by_status[status] > 0)
              .map((status) => (
                <li key={status}>
                  <TextLink href={link(status)}>
                    {mailboxStatuses[status].label}: {numberOf(data.by_status[status])}
                  </TextLink>
                </li>
              ))}
          </ul>
        </Stack>
      )}
      {client.extra_scopes.length > 0 && total > 0 && <Lacking client={client} />}
    </Panel>
  );
}

function Lacking({ client }: { client: OAuthClient }) {
  const list = useLackingScopes(client.id, { enabled: true });
  const { items } = list;
  return (
    <Stack gap="xs" mt="md">
      <Text size="sm" fw={600}>
        Lacking scopes
      </Text>
      {list.error !== null && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {items?.length === 0 && <Text size="sm">Every mailbox has all scopes that it should have.</Text>}
      {items && items.length > 0 && (
        <>
          <Text size="sm">
            Send each owner the link: it leads to the sign-in that grants what is lacking.
          </Text>
          <ul className={classes.lacking}>
            {items.map(({ mailbox_id: id, email, lacking_scopes: scopes, reconnect_url: url }) => (
              <li key={id}>
                <div className={classes.words}>
                  <TextLink href={`/mailboxes/${id}`}>{email}</TextLink>
                  <Text size="xs" c="dimmed">
                    {scopes.join(', ')}
                  </Text>
                </div>
                <CopyButton text={url} label="Copy link" />
              </li>
            ))}
          </ul>
          <MoreButton list={list} />
        </>
      )}
    </Stack>
  );
}

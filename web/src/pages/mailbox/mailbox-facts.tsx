// What is known of the mailbox.
import { Anchor, Code } from '@mantine/core';
import { Link } from 'wouter';
import type { Mailbox } from '../../api/mailboxes.ts';
import { useOAuthClientChoice } from '../../api/oauth-clients.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import type { Fact } from '../../components/facts.tsx';
import { Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProviderName } from '../../components/provider-name.tsx';

export function MailboxFacts({ mailbox }: { mailbox: Mailbox }) {
  const oauthClients = useOAuthClientChoice();
  const clientId = mailbox.oauth_client_id;
  const clientName = oauthClients.data?.find(({ id }) => id === clientId)?.name ?? clientId;
  const facts: Fact[] = [
    { name: 'Provider', value: <ProviderName provider={mailbox.provider} /> },
    ...(mailbox.delegate_email === null ? [] : [{ name: 'Opened by', value: mailbox.delegate_email }]),
    ...(mailbox.aliases.length === 0 ? [] : [{ name: 'Aliases', value: mailbox.aliases.join(', ') }]),
    {
      name: 'OAuth client',
      value: (
        <Anchor component={Link} href={`/oauth-clients/${clientId}`} size="sm" underline="always">
          {clientName}
        </Anchor>
      ),
    },
    { name: 'Connected', value: <Moment at={mailbox.created_at} form="full" /> },
    { name: 'Changed', value: <Moment at={mailbox.updated_at} /> },
    {
      name: 'Grant ends',
      value:
        mailbox.grant_ends_at === null ? 'Not by itself' : <Moment at={mailbox.grant_ends_at} form="full" />,
    },
    { name: 'Id', value: <Code>{mailbox.id}</Code> },
  ];
  return (
    <Panel title="Facts" actions={<CopyButton text={mailbox.id} label="Copy id" />}>
      <Facts facts={facts} />
    </Panel>
  );
}

// What the session asks for.
import { Code } from '@mantine/core';
import { type ConnectSession, isOver } from '../../api/connect-sessions.ts';
import { type Fact, Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProviderName } from '../../components/provider-name.tsx';
import { profiles } from '../connect/profiles.ts';

export function SessionFacts({ session }: { session: ConnectSession }) {
  const profile = profiles.find(({ value }) => value === session.profile);
  const optional = (name: string, value: string | null): Fact[] => (value === null ? [] : [{ name, value }]);
  const facts: Fact[] = [
    { name: 'Provider', value: <ProviderName provider={session.provider} /> },
    {
      name: 'For',
      value:
        profile === undefined ? session.profile : `${profile.label}. ${profile.meaning[session.provider]}`,
    },
    ...optional('Only this address', session.expected_email),
    ...optional('Shared mailbox', session.shared_mailbox),
    ...optional('Customer', session.customer),
    ...(session.managed_accounts_only ? [{ name: 'Consumer accounts', value: 'Refused' }] : []),
    ...(session.exclusive ? [{ name: 'Mailboxes of other workspaces', value: 'Refused' }] : []),
    ...optional('Return URL', session.return_url),
    { name: 'Made', value: <Moment at={session.created_at} form="full" /> },
    session.finished_at === null
      ? {
          name: isOver(session.status) ? 'Ended' : 'Good until',
          value: <Moment at={session.expires_at} form="full" />,
        }
      : { name: 'Ended', value: <Moment at={session.finished_at} form="full" /> },
    { name: 'Id', value: <Code>{session.id}</Code> },
  ];
  return (
    <Panel title="Facts">
      <Facts facts={facts} />
    </Panel>
  );
}

// Connecting a mailbox: asks for what is needed, makes the link, and leads to the page that shows live what becomes of
// it. With `?mailbox=` it reconnects that very mailbox.
import { Stack } from '@mantine/core';
import { useLocation, useSearch } from 'wouter';
import { useConnectLinks } from '../../api/connect-links.ts';
import { type NewConnectSession, useCreateConnectSession } from '../../api/connect-sessions.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ConnectForm } from './connect-form.tsx';
import { ReconnectForm } from './reconnect-form.tsx';

export function ConnectPage() {
  const asked = new URLSearchParams(useSearch());
  const mailboxId = asked.get('mailbox');
  const [, navigate] = useLocation();
  const links = useConnectLinks();
  const create = useCreateConnectSession();
  const onCreated = (session: NewConnectSession): void => {
    links.keep(session.id, session.url);
    navigate(`/connect-sessions/${session.id}`);
  };
  const failure = create.error === null ? null : <ErrorState error={create.error} />;
  return mailboxId === null ? (
    <Page
      title="Connect a mailbox"
      lead="You make a link; the owner of the mailbox opens it, signs in at Google or Microsoft, and allows access. You never see a password."
    >
      <Panel>
        <Stack maw="40rem">
          <ConnectForm
            customer={asked.get('customer') ?? ''}
            isPending={create.isPending}
            failure={failure}
            onSubmit={(body) => create.mutate(body, { onSuccess: onCreated })}
          />
        </Stack>
      </Panel>
    </Page>
  ) : (
    <Page
      title="Reconnect a mailbox"
      lead="The owner opens the link and allows access again. The mailbox keeps its id, settings and customer."
    >
      <ReconnectForm
        mailboxId={mailboxId}
        isPending={create.isPending}
        failure={failure}
        onSubmit={(body) => create.mutate(body, { onSuccess: onCreated })}
      />
    </Page>
  );
}

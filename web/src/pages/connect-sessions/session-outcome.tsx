// Where the session stands, and what the last try came to.
import { Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { ConnectSession } from '../../api/connect-sessions.ts';
import { connectStatuses } from '../../components/connect-status.tsx';
import { Copyable } from '../../components/copyable.tsx';
import { Moment } from '../../components/moment.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProviderWords } from '../../components/provider-words.tsx';
import { VerdictNote } from '../../components/verdict-note.tsx';

export function SessionOutcome({ session }: { session: ConnectSession }) {
  const { status, setback, error, mailbox_id: mailboxId } = session;
  const { label, next } = connectStatuses[status];
  return (
    <Panel title={label} note={next}>
      <Stack gap="sm">
        {status === 'connected' && mailboxId !== null && (
          <Group>
            <Button component={Link} href={`/mailboxes/${mailboxId}`}>
              Go to the mailbox
            </Button>
            <Anchor component={Link} href="/connect" size="sm" underline="always">
              Connect another one
            </Anchor>
          </Group>
        )}
        {setback !== null && (
          <>
            <Text size="sm" c="dimmed">
              Last try <Moment at={setback.at} />
            </Text>
            {setback.verdict !== null && <VerdictNote verdict={setback.verdict} tone="warn" />}
            <Missing scopes={setback.missing_scopes} />
            {setback.provider !== null && <ProviderWords words={setback.provider} />}
          </>
        )}
        {session.admin_consent_url !== null && (
          <div>
            <Text size="sm" mb={6}>
              For the administrator of the owner's organisation, who approves for everybody:
            </Text>
            <Copyable text={session.admin_consent_url} label="Copy link" />
          </div>
        )}
        {session.admin_consented_at !== null && (
          <Text size="sm">
            An administrator approved <Moment at={session.admin_consented_at} />. The owner can open the link
            again.
          </Text>
        )}
        {error !== null && (
          <>
            <VerdictNote verdict={error} tone="bad" />
            <Missing scopes={error.missing_scopes} />
            {error.provider !== null && <ProviderWords words={error.provider} />}
          </>
        )}
        {(status === 'failed' || status === 'expired' || status === 'cancelled') && (
          <Group>
            <Button
              component={Link}
              href={
                session.is_reconnected && mailboxId !== null ? `/connect?mailbox=${mailboxId}` : '/connect'
              }
            >
              Make a new link
            </Button>
          </Group>
        )}
      </Stack>
    </Panel>
  );
}

function Missing({ scopes }: { scopes: readonly string[] }) {
  if (scopes.length === 0) return null;
  return (
    <div>
      <Text size="sm">Not allowed:</Text>
      <List size="sm">
        {scopes.map((scope) => (
          <List.Item key={scope}>
            <code>{scope}</code>
          </List.Item>
        ))}
      </List>
    </div>
  );
}

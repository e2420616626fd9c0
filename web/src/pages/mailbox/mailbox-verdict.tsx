// Why the mailbox is as it is, what to do about it, and the link for its owner where only the owner can.
import { Stack, Text } from '@mantine/core';
import type { Mailbox } from '../../api/mailboxes.ts';
import { Copyable } from '../../components/copyable.tsx';
import { Moment } from '../../components/moment.tsx';
import { ProviderWords } from '../../components/provider-words.tsx';
import { VerdictNote } from '../../components/verdict-note.tsx';

export function MailboxVerdict({ mailbox }: { mailbox: Mailbox }) {
  const {
    verdict,
    status,
    grant_warning: warning,
    grant_ends_at: endsAt,
    reconnect_url: reconnectUrl,
    provider_words: words,
  } = mailbox;
  if (verdict === null && warning === null && reconnectUrl === null) return null;
  return (
    <Stack gap="sm">
      {verdict !== null && (
        <VerdictNote verdict={verdict} tone={status === 'needs_reauthorization' ? 'bad' : 'warn'}>
          {words !== null && <ProviderWords words={words} />}
        </VerdictNote>
      )}
      {warning !== null && (
        <VerdictNote verdict={warning} tone="warn">
          {endsAt !== null && (
            <Text size="sm">
              It ends <Moment at={endsAt} />.
            </Text>
          )}
        </VerdictNote>
      )}
      {reconnectUrl !== null && (
        <div>
          <Text size="sm" mb={6}>
            Send this link to the owner of the mailbox. It leads back to this very mailbox, which keeps its id
            and settings.
          </Text>
          <Copyable text={reconnectUrl} label="Copy link" />
        </div>
      )}
    </Stack>
  );
}

// Where browsers may be sent when a connect session is done.
import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import type { FormEvent } from 'react';
import { useChangeSettings } from '../../api/settings.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import { OvertakenNote } from '../../components/overtaken-note.tsx';
import { Panel } from '../../components/panel.tsx';
import { useDraft } from '../../components/use-draft.ts';

const linesOf = (text: string): string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];

export function ReturnUrls({ urls }: { urls: readonly string[] }) {
  const change = useChangeSettings();
  const { fields, enter, sending, overtaken } = useDraft({ text: urls.join('\n') });
  const { text } = fields;
  const entered = linesOf(text);
  const isChanged = entered.join('\n') !== urls.join('\n');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isChanged) return;
    const saved = sending();
    change.mutate(
      { return_urls: entered },
      {
        onSuccess: () => {
          saved();
          notifyDone('Saved');
        },
      },
    );
  };
  return (
    <Panel
      title="Return URLs"
      note="Where the browser of a mailbox owner may be sent when a connect session is done. Nobody can be sent anywhere else."
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Textarea
            label="One a line"
            description="https, without a query. One that ends with a slash allows everything below it."
            placeholder="https://app.example.com/mailboxes/"
            rows={Math.min(10, Math.max(3, entered.length + 1))}
            spellCheck={false}
            value={text}
            onChange={(event) => enter({ text: event.currentTarget.value })}
          />
          {entered.length === 0 && (
            <Text size="xs" c="dimmed">
              None: connect sessions end on the result page of this server.
            </Text>
          )}
          <OvertakenNote names={overtaken.map(() => 'Return URLs')} />
          {change.error !== null && <ErrorState error={change.error} />}
          <Group>
            <Button type="submit" disabled={!isChanged} loading={change.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

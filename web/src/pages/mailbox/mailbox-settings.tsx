// What the workspace says about the mailbox: name, customer, notes. Nothing is sent before it is saved, and what was
// not changed is not sent.
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { type Mailbox, useMailboxActions } from '../../api/mailboxes.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import { OvertakenNote } from '../../components/overtaken-note.tsx';
import { Panel } from '../../components/panel.tsx';
import { useDraft } from '../../components/use-draft.ts';
import { type Note, notesOf, recordOf, troubleOf } from './notes.ts';
import { NotesEditor } from './notes-editor.tsx';

export function MailboxSettings({ mailbox }: { mailbox: Mailbox }) {
  const { update } = useMailboxActions(mailbox.id);
  // Notes are told apart by keys of this page: made once for what is there.
  const notesThere = useMemo<readonly Note[]>(() => notesOf(mailbox.metadata), [mailbox.metadata]);
  const draft = useDraft({ name: mailbox.name, customer: mailbox.customer ?? '', notes: notesThere });
  const { name, customer, notes } = draft.fields;
  const [areTroublesShown, setTroublesShown] = useState(false);
  const trimmedCustomer = customer.trim();
  const changes = {
    ...(name === mailbox.name ? {} : { name }),
    ...(trimmedCustomer === (mailbox.customer ?? '')
      ? {}
      : { customer: trimmedCustomer === '' ? null : trimmedCustomer }),
    ...(areSame(notes, mailbox.metadata) ? {} : { metadata: recordOf(notes) }),
  };
  const isChanged = Object.keys(changes).length > 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const hasTrouble = notes.some((note) => troubleOf(note, notes) !== null);
    setTroublesShown(hasTrouble);
    if (hasTrouble || !isChanged) return;
    const saved = draft.sending();
    update.mutate(changes, {
      onSuccess: () => {
        saved();
        notifyDone('Saved');
      },
    });
  };
  const reset = (): void => {
    draft.reset();
    update.reset();
  };
  return (
    <Panel title="Settings">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label="Name"
            description="For people; taken from the account at first."
            maxLength={200}
            value={name}
            onChange={(event) => draft.enter({ name: event.currentTarget.value })}
          />
          <TextInput
            label="Customer"
            description="The client of yours that it belongs to."
            maxLength={200}
            value={customer}
            onChange={(event) => draft.enter({ customer: event.currentTarget.value })}
          />
          <NotesEditor
            notes={notes}
            onChange={(changed) => draft.enter({ notes: changed })}
            areTroublesShown={areTroublesShown}
          />
          <OvertakenNote names={draft.overtaken.map((field) => labels[field])} />
          {update.error !== null && <ErrorState error={update.error} />}
          <Group>
            <Button type="submit" disabled={!isChanged} loading={update.isPending}>
              Save
            </Button>
            {isChanged && (
              <Button variant="subtle" onClick={reset}>
                Undo changes
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}

const labels = { name: 'Name', customer: 'Customer', notes: 'Metadata' };

const areSame = (notes: readonly Note[], metadata: Record<string, string>): boolean => {
  const filled = notes.filter(({ name, value }) => name !== '' || value !== '');
  return (
    filled.length === Object.keys(metadata).length &&
    filled.every(({ name, value }) => metadata[name] === value)
  );
};

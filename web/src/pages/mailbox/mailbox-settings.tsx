// What the workspace says about the mailbox: name, customer, notes. Nothing is sent before it is saved, and what was
// not changed is not sent.
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Mailbox, useMailboxActions } from '../../api/mailboxes.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { notifyDone } from '../../components/notify.ts';
import { Panel } from '../../components/panel.tsx';
import { type Note, notesOf, recordOf, troubleOf } from './notes.ts';
import { NotesEditor } from './notes-editor.tsx';

export function MailboxSettings({ mailbox }: { mailbox: Mailbox }) {
  const { update } = useMailboxActions(mailbox.id);
  const [name, setName] = useState(mailbox.name);
  const [customer, setCustomer] = useState(mailbox.customer ?? '');
  const [notes, setNotes] = useState<readonly Note[]>(() => notesOf(mailbox.metadata));
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
    if (!hasTrouble && isChanged) update.mutate(changes, { onSuccess: () => notifyDone('Saved') });
  };
  const reset = (): void => {
    setName(mailbox.name);
    setCustomer(mailbox.customer ?? '');
    setNotes(notesOf(mailbox.metadata));
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
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label="Customer"
            description="The client of yours that it belongs to."
            maxLength={200}
            value={customer}
            onChange={(event) => setCustomer(event.currentTarget.value)}
          />
          <NotesEditor notes={notes} onChange={setNotes} areTroublesShown={areTroublesShown} />
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

const areSame = (notes: readonly Note[], metadata: Record<string, string>): boolean => {
  const filled = notes.filter(({ name, value }) => name !== '' || value !== '');
  return (
    filled.length === Object.keys(metadata).length &&
    filled.every(({ name, value }) => metadata[name] === value)
  );
};

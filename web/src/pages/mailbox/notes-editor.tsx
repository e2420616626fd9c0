// Pairs of texts that the workspace keeps with a mailbox, one pair a line.
import { ActionIcon, Button, Fieldset, Group, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { emptyNote, type Note, nameMax, notesMax, troubleOf, valueMax } from './notes.ts';

type Props = {
  notes: readonly Note[];
  onChange: (notes: readonly Note[]) => void;
  areTroublesShown: boolean;
};

export function NotesEditor({ notes, onChange, areTroublesShown }: Props) {
  const change = (changed: Note): void =>
    onChange(notes.map((note) => (note.key === changed.key ? changed : note)));
  return (
    <Fieldset legend="Metadata" p="sm">
      <Stack gap="xs">
        {notes.map((note, index) => {
          const trouble = areTroublesShown ? troubleOf(note, notes) : null;
          return (
            <Group key={note.key} gap="xs" wrap="nowrap" align="flex-start">
              <TextInput
                flex={1}
                aria-label={`Name of pair ${index + 1}`}
                placeholder="Name"
                maxLength={nameMax}
                value={note.name}
                error={trouble}
                onChange={(event) => change({ ...note, name: event.currentTarget.value })}
              />
              <TextInput
                flex={2}
                aria-label={`Value of pair ${index + 1}`}
                placeholder="Value"
                maxLength={valueMax}
                value={note.value}
                onChange={(event) => change({ ...note, value: event.currentTarget.value })}
              />
              <ActionIcon
                variant="default"
                size={36}
                aria-label={`Remove pair ${index + 1}`}
                onClick={() => onChange(notes.filter(({ key }) => key !== note.key))}
              >
                <IconTrash size={16} aria-hidden="true" />
              </ActionIcon>
            </Group>
          );
        })}
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden="true" />}
            disabled={notes.length >= notesMax}
            onClick={() => onChange([...notes, emptyNote()])}
          >
            Add a pair
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

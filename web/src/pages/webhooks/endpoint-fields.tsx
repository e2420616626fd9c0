// Where webhooks are sent, what the endpoint is for, and which events it is told of.
import { Stack, TextInput } from '@mantine/core';
import type { EventType } from '../../api/event-types.ts';
import { EventTypePicker } from './event-type-picker.tsx';

export type EndpointDraft = { url: string; description: string; types: readonly EventType[] | null };

type Props = { draft: EndpointDraft; onChange: (draft: EndpointDraft) => void; areMissingShown: boolean };

export const isComplete = ({ url, types }: EndpointDraft): boolean =>
  url.trim() !== '' && (types === null || types.length > 0);

export function EndpointFields({ draft, onChange, areMissingShown }: Props) {
  return (
    <Stack gap="md">
      <TextInput
        type="url"
        label="URL"
        description="https, port 443, a public address. Webhooks are posted there."
        placeholder="https://app.example.com/webhooks"
        maxLength={2048}
        spellCheck={false}
        autoComplete="off"
        value={draft.url}
        error={areMissingShown && draft.url.trim() === '' ? 'Enter the URL.' : undefined}
        onChange={(event) => onChange({ ...draft, url: event.currentTarget.value })}
        data-autofocus
      />
      <TextInput
        label="Description"
        description="What it is for. May be left out."
        maxLength={200}
        value={draft.description}
        onChange={(event) => onChange({ ...draft, description: event.currentTarget.value })}
      />
      <EventTypePicker
        types={draft.types}
        onChange={(types) => onChange({ ...draft, types })}
        error={areMissingShown && draft.types?.length === 0 ? 'Tick at least one.' : null}
      />
    </Stack>
  );
}

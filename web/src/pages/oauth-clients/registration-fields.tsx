// What the provider gave for the registration, and at Microsoft, whose accounts it is for.
import { Radio, Select, Stack, TextInput } from '@mantine/core';
import { cloudChoice } from './client-words.ts';
import type { Audience, Missing, NewClientDraft } from './new-client-draft.ts';

type Props = {
  draft: NewClientDraft;
  missing: Missing;
  onChange: (changes: Partial<NewClientDraft>) => void;
};

export function RegistrationFields({ draft, missing, onChange }: Props) {
  const isKeyFile = draft.credential.kind === 'service_account_key';
  return (
    <Stack gap="md">
      <TextInput
        label="Name"
        description="For people here; owners do not see it."
        maxLength={200}
        value={draft.name}
        error={missing.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <TextInput
        label="Client id"
        description={
          isKeyFile
            ? 'May be left out: the key file names it.'
            : draft.provider === 'google'
              ? 'Ends with .apps.googleusercontent.com.'
              : 'Application (client) id, on the overview page of the registration.'
        }
        maxLength={512}
        spellCheck={false}
        autoComplete="off"
        value={draft.clientId}
        error={missing.clientId}
        onChange={(event) => onChange({ clientId: event.currentTarget.value })}
      />
      {draft.provider === 'microsoft' && (
        <MicrosoftFields draft={draft} missing={missing} onChange={onChange} />
      )}
    </Stack>
  );
}

const audiences = [
  {
    value: 'organizations',
    label: 'Any organisation',
    description: 'Work and school accounts of any directory.',
  },
  {
    value: 'common',
    label: 'Any organisation, and consumers',
    description: 'Also outlook.com and hotmail.com.',
  },
  { value: 'consumers', label: 'Consumers only', description: 'outlook.com and hotmail.com.' },
  { value: 'one', label: 'One directory', description: 'Accounts of a single organisation.' },
] as const satisfies readonly { value: Audience; label: string; description: string }[];

function MicrosoftFields({ draft, missing, onChange }: Props) {
  const isDirect = draft.grantType === 'client_credentials';
  return (
    <>
      {!isDirect && (
        <Radio.Group
          label="Accounts"
          description="As “Supported account types” of the registration says."
          value={draft.audience}
          onChange={(value) =>
            onChange({
              audience: audiences.find((known) => known.value === value)?.value ?? 'organizations',
            })
          }
        >
          <Stack gap="xs" mt={6}>
            {audiences.map(({ value, label, description }) => (
              <Radio key={value} value={value} label={label} description={description} />
            ))}
          </Stack>
        </Radio.Group>
      )}
      {draft.audience === 'one' && (
        <TextInput
          label="Directory"
          description="Directory (tenant) id, or a domain of it such as contoso.com."
          maxLength={253}
          spellCheck={false}
          autoComplete="off"
          value={draft.directory}
          error={missing.directory}
          onChange={(event) => onChange({ directory: event.currentTarget.value })}
        />
      )}
      <Select
        label="Cloud"
        data={[...cloudChoice]}
        allowDeselect={false}
        value={draft.cloud}
        onChange={(value) => value !== null && onChange({ cloud: value })}
      />
    </>
  );
}

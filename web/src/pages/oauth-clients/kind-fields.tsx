// Where the registration is, and how it gets access.
import { Group, Radio, Stack } from '@mantine/core';
import { providerNames } from '../../components/provider-name.tsx';
import { grantTypeLabels, grantTypeMeanings, grantTypesOf } from './client-words.ts';
import { type NewClientDraft, withKind } from './new-client-draft.ts';

const providers = ['google', 'microsoft'] as const;

type Props = { draft: NewClientDraft; isShared: boolean; onChange: (draft: NewClientDraft) => void };

export function KindFields({ draft, isShared, onChange }: Props) {
  const offered = grantTypesOf[draft.provider];
  return (
    <Stack gap="md">
      <Radio.Group
        label="Provider"
        value={draft.provider}
        onChange={(value) =>
          onChange(withKind(draft, value === 'microsoft' ? 'microsoft' : 'google', 'authorization_code'))
        }
      >
        <Group mt={6}>
          {providers.map((value) => (
            <Radio key={value} value={value} label={providerNames[value]} />
          ))}
        </Group>
      </Radio.Group>
      <Radio.Group
        label="Access"
        value={draft.grantType}
        onChange={(value) =>
          onChange(
            withKind(draft, draft.provider, offered.find((known) => known === value) ?? 'authorization_code'),
          )
        }
      >
        <Stack gap="xs" mt={6}>
          {offered.map((value) => {
            const isRefused = isShared && value !== 'authorization_code';
            return (
              <Radio
                key={value}
                value={value}
                label={grantTypeLabels[value]}
                disabled={isRefused}
                description={
                  isRefused
                    ? 'Only within a workspace: shared, it would open its mailboxes to every workspace.'
                    : grantTypeMeanings[value]
                }
              />
            );
          })}
        </Stack>
      </Radio.Group>
    </Stack>
  );
}

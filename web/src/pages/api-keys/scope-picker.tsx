// Chooses the scopes of a key: each explained, by what it is about; only those that whoever chooses has.
import { Button, Checkbox, Fieldset, Group, Radio, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ApiKeyScope } from '../../api/session.ts';
import { useMay } from '../../app/session-context.tsx';
import { scopeGroups, scopePresets } from './scope-words.ts';

type Props = {
  scopes: readonly ApiKeyScope[];
  onChange: (scopes: readonly ApiKeyScope[]) => void;
  /** Of a key of the installation. */
  isInstallation: boolean;
  error: string | null;
};

const installationTitle = 'Installation';

export function ScopePicker({ scopes, onChange, isInstallation, error }: Props) {
  const may = useMay();
  const isAll = scopes.includes('all');
  const offered = scopeGroups
    .filter(({ title }) => isInstallation || title !== installationTitle)
    .map(({ title, scopes: known }) => ({ title, scopes: known.filter(({ scope }) => may(scope)) }))
    .filter(({ scopes: known }) => known.length > 0);
  const toggle = (scope: ApiKeyScope, isChosen: boolean): void =>
    onChange(isChosen ? [...scopes, scope] : scopes.filter((known) => known !== scope));
  return (
    <Stack gap="sm">
      <Radio.Group
        label="What it may do"
        value={isAll ? 'all' : 'some'}
        onChange={(value) => onChange(value === 'all' ? ['all'] : [])}
      >
        <Stack gap="xs" mt={6}>
          <Radio value="some" label="Only what is ticked" />
          <Radio
            value="all"
            disabled={!may('all')}
            label="Everything"
            description="Also reading access tokens, and whatever later releases add."
          />
        </Stack>
      </Radio.Group>
      {!isAll && (
        <>
          <Group gap="xs">
            <Text size="sm">Usual:</Text>
            {scopePresets.map(({ label, scopes: preset }) => (
              <Button
                key={label}
                size="compact-sm"
                variant="default"
                onClick={() => onChange(preset.filter((scope) => may(scope)))}
              >
                {label}
              </Button>
            ))}
          </Group>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            {offered.map(({ title, scopes: known }) => (
              <Fieldset key={title} legend={title} p="sm">
                <Stack gap="xs">
                  {known.map(({ scope, meaning }) => (
                    <Checkbox
                      key={scope}
                      label={meaning}
                      description={scope}
                      checked={scopes.includes(scope)}
                      onChange={(event) => toggle(scope, event.currentTarget.checked)}
                    />
                  ))}
                </Stack>
              </Fieldset>
            ))}
          </SimpleGrid>
        </>
      )}
      {error !== null && (
        <Text size="sm" role="alert" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </Stack>
  );
}

// Chooses which events an endpoint is told of: all, or some, grouped by what they are about.
import { Checkbox, Fieldset, Radio, SimpleGrid, Stack } from '@mantine/core';
import { type EventType, eventTypeGroups, eventTypeMeanings } from '../../api/event-types.ts';
import classes from './event-type-picker.module.css';

type Props = {
  /** Null = all. */
  types: readonly EventType[] | null;
  onChange: (types: readonly EventType[] | null) => void;
  error: string | null;
};

export function EventTypePicker({ types, onChange, error }: Props) {
  const chosen = types ?? [];
  return (
    <Stack gap="sm">
      <Radio.Group
        label="Events"
        error={error}
        value={types === null ? 'all' : 'some'}
        onChange={(value) => onChange(value === 'all' ? null : [])}
      >
        <Stack gap="xs" mt={6} mb={4}>
          <Radio value="all" label="All, also those of later releases" />
          <Radio value="some" label="Only some" />
        </Stack>
      </Radio.Group>
      {types !== null && (
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          {eventTypeGroups.map(({ title, types: known }) => {
            const count = known.filter((type) => chosen.includes(type)).length;
            return (
              <Fieldset key={title} legend={title} p="sm">
                <Stack gap="xs">
                  {known.length > 1 && (
                    <Checkbox
                      label="All of these"
                      checked={count === known.length}
                      indeterminate={count > 0 && count < known.length}
                      onChange={(event) => {
                        const rest = chosen.filter((type) => !known.some((one) => one === type));
                        onChange(event.currentTarget.checked ? [...rest, ...known] : rest);
                      }}
                    />
                  )}
                  {known.map((type) => (
                    <Checkbox
                      key={type}
                      label={eventTypeMeanings[type]}
                      description={<code className={classes.type}>{type}</code>}
                      checked={chosen.includes(type)}
                      onChange={(event) =>
                        onChange(
                          event.currentTarget.checked
                            ? [...chosen, type]
                            : chosen.filter((one) => one !== type),
                        )
                      }
                    />
                  ))}
                </Stack>
              </Fieldset>
            );
          })}
        </SimpleGrid>
      )}
    </Stack>
  );
}

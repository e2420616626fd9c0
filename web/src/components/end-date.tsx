// The day on which something ends, typed or chosen; empty = it has no known end.
import { TextInput } from '@mantine/core';

type Props = {
  label: string;
  description?: string;
  /** `2027-03-31`, or empty. */
  value: string;
  onChange: (day: string) => void;
};

export function EndDate({ label, description, value, onChange }: Props) {
  return (
    <TextInput
      type="date"
      label={label}
      description={description}
      value={value}
      min={dayOf(new Date())}
      onChange={(event) => onChange(event.currentTarget.value)}
      maw="16rem"
    />
  );
}

/** The end of that day where the person is, as the API takes it; null for none. */
export function endOfDay(day: string): string | null {
  const date = new Date(`${day}T23:59:59`);
  return day === '' || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** The day, where the person is, as a date field has it. */
export function dayOf(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

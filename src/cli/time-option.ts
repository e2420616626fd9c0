// A time as it is written on the line: RFC 3339, or a day alone, which begins at midnight UTC.
import { type Input, UsageError } from './command.ts';

const written = /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d))?$/;

/** In the form that the API takes; null when the option is not there. Throws `UsageError` for what is no time. */
export function timeOption(input: Input, name: string): string | null {
  const text = input.text(name);
  if (text === null) return null;
  const milliseconds = written.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new UsageError(`--${name} must be a time like 2026-03-01T00:00:00Z, or a day like 2026-03-01`);
  }
  return new Date(milliseconds).toISOString();
}

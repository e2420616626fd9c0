// How a command is confirmed that cannot be taken back: `--confirm` repeats what it is about, and a person at a
// terminal is asked for that. Nobody is asked where no one sits; the line is refused then.
import { type Input, type Option, UsageError } from './command.ts';
import { confirmWord } from './terminal.ts';

type Deed = {
  /** What is said first when it was not confirmed, like "Not erased". */
  undone: string;
  /** What has to be repeated, in words, like "the address". */
  what: string;
  /** That itself, in any case of its letters unless `isExact`. */
  expected: string;
  isExact?: boolean;
  /** Another way to confirm it, as the end of the sentence that refuses. */
  otherwise?: string;
};

/** `value` stands for `what` in the help. */
export const confirmOption = (value: string, what: string): Option => ({
  value,
  help: `${what} once more; asked for on a terminal`,
});

/** What was repeated, as it was written. Throws `UsageError` when it is something else or nothing. */
export async function requireConfirmed(
  input: Input,
  { undone, what, expected, isExact = false, otherwise = '' }: Deed,
): Promise<string> {
  const said =
    input.text('confirm') ?? (await confirmWord(`This cannot be undone. Type ${what} (${expected}):`));
  const plain = (text: string): string => (isExact ? text : text.toLowerCase());
  if (said !== null && plain(said) === plain(expected)) return said;
  throw new UsageError(`${undone}: --confirm must repeat ${what}, ${expected}${otherwise}.`);
}

// What is wrong with the options of a line, in words that name the right ones. Knows no command; `command.ts` asks when
// it could not read the line.
import { parseArgs } from 'node:util';
import type { Option } from './command.ts';
import { didYouMean } from './nearest.ts';

type Options = Readonly<Record<string, Option>>;

/** How a line says that something is meant; a command that asks for that has one of the first two. */
const confirmations: readonly string[] = ['confirm', 'yes', 'force'];

/** As `parseArgs` takes them. */
export const forParser = (options: Options) =>
  Object.fromEntries(
    Object.entries(options).map(([name, { value, isRepeatable }]) => [
      name,
      { type: value ? 'string' : 'boolean', multiple: isRepeatable ?? false } as const,
    ]),
  );

/** Null when nothing of that kind is wrong. */
export function wrongOption(options: Options, called: string, words: readonly string[]): string | null {
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: forParser(options),
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!option) return unknownOption(options, called, token.name, token.rawName);
    if (option.value) {
      const isMissing = token.value === undefined || (!token.inlineValue && token.value.startsWith('-'));
      if (isMissing)
        return `--${token.name} needs a value: --${token.name} ${option.value}${beginsWithDash(token)}.`;
    } else if (token.value !== undefined) return `--${token.name} takes no value.`;
  }
  return null;
}

function unknownOption(options: Options, called: string, name: string, written: string): string {
  const start = `\`mailgrant ${called}\` has no ${written}`;
  if (!confirmations.includes(name))
    return `${start}; it has: ${namesOf(options)}.${didYouMean(`--${name}`, Object.keys(options).map(withDashes))}`;
  const own = confirmations
    .filter((other) => other !== 'force' && Object.hasOwn(options, other))
    .map((other) => usageOf(other, options[other]));
  if (own.length > 0) return `${start}. What it does is confirmed by ${own.join(' or by ')}.`;
  const { force } = options;
  return `${start}: it asks for no confirmation${force ? `; there is ${usageOf('force', force)}` : ''}.`;
}

const usageOf = (name: string, option: Option | undefined): string =>
  `--${name}${option?.value ? ` ${option.value}` : ''} (${option?.help ?? ''})`;

const withDashes = (name: string): string => `--${name}`;

const namesOf = (options: Options): string => Object.keys(options).map(withDashes).join(', ');

const beginsWithDash = ({ name, value }: { name: string; value?: string | undefined }): string =>
  value === undefined || value.startsWith('--') ? '' : `, or --${name}=${value} if that is the value`;

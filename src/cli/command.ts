// What a command is: verbs with arguments and options as data, from which the line is read, the help is written and
// shells complete. Runs nothing itself.
import { parseArgs } from 'node:util';
import type { Context } from './context.ts';
import { didYouMean } from './nearest.ts';
import { forParser, wrongOption } from './wrong-option.ts';

/** How the program ends. `docs/command-line.md` has the table. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** The command worked, and the answer is no: several mailboxes have the address, a migration is outstanding. */
  answerIsNo: 2,
  /** Some of many things did not work; the report says which. */
  inPart: 3,
  usage: 64,
  unreachable: 69,
  denied: 77,
  interrupted: 130,
} as const;

export type Option = {
  /** What the value stands for, as the help shows it; absent = a switch. */
  value?: string;
  isRepeatable?: boolean;
  /** The only values there are; also offered by shells. */
  choices?: readonly string[];
  help: string;
};

export type Verb = {
  /** One line, without a full stop. */
  summary: string;
  /** Arguments in their order: `ID` is needed, `[FILE]` may be left out, a last `ID...` may be repeated. */
  takes?: readonly string[];
  options?: Readonly<Record<string, Option>>;
  /**
   * Whether it asks an installation: as a whole, in one workspace, or in whichever of both is meant. The last two know
   * `--workspace`, all of them `--url`.
   */
  asks?: 'installation' | 'workspace' | 'either';
  /** Paragraphs below the options of the help. */
  details?: string;
  /** The exit code; nothing = 0. */
  run(input: Input, context: Context): Promise<number | undefined>;
};

/** `verbs` by their word; the one named '' is what the command does without any. */
export type Command = { verbs: Readonly<Record<string, Verb>> };

export type Input = {
  asks: NonNullable<Verb['asks']> | null;
  args: readonly string[];
  text(name: string): string | null;
  texts(name: string): string[];
  flag(name: string): boolean;
  /** Throws `UsageError` outside of the bounds. */
  whole(name: string, bounds: { least: number; most: number }): number | null;
};

/** The line cannot be carried out as it was written. Ends with code 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Whoever sits at the terminal wants it to end. Ends with code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('Interrupted.');
  }
}

/** Several things have the name that was given. Ends with code 2. */
export class Ambiguous extends Error {
  override readonly name = 'Ambiguous';
  readonly ids: readonly string[];

  constructor(words: string, ids: readonly string[]) {
    super(words);
    this.ids = ids;
  }
}

const jsonOption: Option = { help: 'one JSON document in place of text; errors too, on standard error' };
const helpOption: Option = { help: 'show this' };

const askOptions = {
  installation: {
    url: { value: 'URL', help: 'ask the gateway that runs there, with the key in MAILGRANT_API_KEY' },
  },
  workspace: {
    workspace: {
      value: 'ID|NAME',
      help: 'where to act, for whoever may act in several',
    },
  },
} as const satisfies Record<string, Readonly<Record<string, Option>>>;

/** Everything that may be written behind a verb. */
export const optionsOf = (verb: Verb): Readonly<Record<string, Option>> => ({
  ...verb.options,
  ...(verb.asks && verb.asks !== 'installation' ? askOptions.workspace : {}),
  ...(verb.asks ? askOptions.installation : {}),
  json: jsonOption,
  help: helpOption,
});

/** The verb that these words name, its own words, and what it is called. Throws `UsageError` for an unknown one. */
export function chooseVerb(
  command: Command,
  name: string,
  words: readonly string[],
): { verb: Verb; rest: string[]; called: string } {
  const [word = '', ...others] = words;
  const named = Object.hasOwn(command.verbs, word) && word !== '' ? command.verbs[word] : undefined;
  if (named) return { verb: named, rest: others, called: `${name} ${word}` };
  const plain = command.verbs[''];
  const known = Object.keys(command.verbs).filter((other) => other !== '');
  if (plain) refuseForeignOption(command, name, plain, words);
  if (plain && (known.length === 0 || word === '' || word.startsWith('-') || plain.takes?.length)) {
    return { verb: plain, rest: [...words], called: name };
  }
  const what =
    word === ''
      ? `Say what to do: ${known.join(', ')}.`
      : `${name} has no ${word}; it has: ${known.join(', ')}.${didYouMean(word, known)}`;
  throw new UsageError(`${what} \`mailgrant ${name} --help\` tells more.`);
}

/** An option that only other verbs have: their word is missing on the line. */
function refuseForeignOption(command: Command, name: string, plain: Verb, words: readonly string[]): void {
  for (const word of words) {
    if (word === '--' || !words[0]?.startsWith('-')) return;
    if (!word.startsWith('--')) continue;
    const option = word.slice(2).split('=')[0] ?? '';
    if (Object.hasOwn(optionsOf(plain), option)) continue;
    const having = Object.keys(command.verbs).filter(
      (verb) => Object.hasOwn(command.verbs[verb]?.options ?? {}, option) && verb !== '',
    );
    if (having.length === 0) continue;
    const lines = having.map((verb) => `\`mailgrant ${name} ${verb}\``).join(', ');
    throw new UsageError(`Say what to do: --${option} belongs to ${lines}.`);
  }
}

/** Throws `UsageError` for what the verb does not take. */
export function readInput(verb: Verb, called: string, words: readonly string[]): Input {
  const options = optionsOf(verb);
  const { values, positionals } = parsed(options, called, words);
  requireArguments(verb, called, positionals);
  const valuesOf = (name: string): string[] => {
    if (!Object.hasOwn(options, name)) throw new Error(`${called} has no option ${name}`);
    const value = values[name];
    const list = Array.isArray(value) ? value : [value];
    return list.filter((one) => typeof one === 'string');
  };
  for (const [name, { choices }] of Object.entries(options)) {
    const wrong = choices && valuesOf(name).find((value) => !choices.includes(value));
    if (wrong !== undefined) throw new UsageError(`--${name} takes: ${choices?.join(', ')}`);
  }
  const text = (name: string): string | null => valuesOf(name)[0] ?? null;
  return {
    asks: verb.asks ?? null,
    args: positionals,
    text,
    texts: valuesOf,
    flag: (name) => values[name] === true,
    whole(name, { least, most }) {
      const value = text(name);
      if (value === null) return null;
      if (/^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
      throw new UsageError(`--${name} must be a whole number from ${least} to ${most}`);
    },
  };
}

function parsed(options: Readonly<Record<string, Option>>, called: string, words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: forParser(options),
    });
  } catch (cause) {
    const raw = cause instanceof Error ? cause.message : String(cause);
    const wrong = wrongOption(options, called, words) ?? raw;
    throw new UsageError(`${wrong}\n\`mailgrant ${called} --help\` tells what it takes.`, { cause });
  }
}

function requireArguments(verb: Verb, called: string, args: readonly string[]): void {
  const takes = verb.takes ?? [];
  const needed = takes.filter((name) => !name.startsWith('[')).length;
  const most = takes.at(-1)?.replace(']', '').endsWith('...') ? Number.POSITIVE_INFINITY : takes.length;
  if (args.length >= needed && args.length <= most) return;
  const wanted = takes.length === 0 ? 'no arguments' : takes.join(' ');
  throw new UsageError(`\`mailgrant ${called}\` takes ${wanted}. \`mailgrant ${called} --help\` tells more.`);
}

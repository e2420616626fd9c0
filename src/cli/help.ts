// The help of the program, of a command and of a verb, written from their descriptions.
import { type Command, optionsOf, type Verb } from './command.ts';

/** `commands`: name and summary, in their order. */
export function programHelp(commands: readonly (readonly [string, string])[]): string {
  return [
    'Mailgrant connects Gmail and Outlook mailboxes and hands out access tokens that work.',
    '',
    ...columns(commands.map(([name, summary]) => [`mailgrant ${name}`, summary])),
    '',
    '`mailgrant COMMAND --help` tells about one of them. Settings come from the environment:',
    '`mailgrant config` shows them. Commands work on the database of these settings; while a gateway',
    'has that database, let it do the work with --url (or MAILGRANT_URL) and a key in MAILGRANT_API_KEY.',
    '',
  ].join('\n');
}

export function commandHelp(name: string, command: Command): string {
  const verbs = Object.entries(command.verbs);
  const [only] = verbs;
  if (only && verbs.length === 1) return verbHelp(called(name, only[0]), only[1]);
  return [
    ...columns(verbs.map(([word, verb]) => [usageOf(called(name, word), verb), verb.summary])),
    '',
    `\`mailgrant ${name} VERB --help\` tells the options of one of them.`,
    '',
  ].join('\n');
}

export function verbHelp(name: string, verb: Verb): string {
  const options = Object.entries(optionsOf(verb)).map(([option, { value, help, choices, isRepeatable }]) => {
    const listed = choices && choices.length <= 12 ? `: ${choices.join(', ')}` : '';
    const again = isRepeatable ? ' (may be repeated)' : '';
    return [`  --${option}${value ? ` ${value}` : ''}`, `${help}${listed}${again}`] as const;
  });
  return [
    `${usageOf(name, verb)} [OPTIONS]`,
    '',
    `${verb.summary}.`,
    '',
    ...columns(options),
    ...(verb.details ? ['', verb.details] : []),
    '',
  ].join('\n');
}

const called = (name: string, word: string): string => (word === '' ? name : `${name} ${word}`);

const usageOf = (name: string, { takes = [] }: Verb): string => ['mailgrant', name, ...takes].join(' ');

/** The second column begins where the longest of the first ends, unless that is far. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(36, Math.max(...rows.map(([first]) => first.length)));
  return rows.flatMap(([first, second]) => {
    const lines = wrapped(second, 100 - width - 2);
    const head = first.length > width ? [first, ''.padEnd(width)] : [first.padEnd(width)];
    const [before, start = ''] = head.length === 2 ? head : [null, head[0]];
    return [
      ...(before === null || before === undefined ? [] : [before]),
      ...lines.map((line, index) => `${index === 0 ? start : ''.padEnd(width)}  ${line}`),
    ];
  });
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

// The words behind `npm run demo --`. Nothing is started for a word that the demo does not know.
import { parseArgs } from 'node:util';

export const usage = `npm run demo [-- --auto]

Starts a gateway on a fresh database beside stand-ins for Google and Microsoft, and prints addresses
and an API key. Ctrl-C ends it, and nothing is left.

  --auto   play the mailbox owner too, print what came of it as one JSON object, and end
  --help   show this
`;

export type DemoArguments = { isAuto: boolean; isHelp: boolean };

/** In words, what is wrong with them. */
export type Refusal = { refused: string };

export function readArguments(words: readonly string[]): DemoArguments | Refusal {
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  const names = new Set<string>();
  for (const token of tokens) {
    const isKnown =
      token.kind === 'option' && ['auto', 'help'].includes(token.name) && token.value === undefined;
    if (!isKnown) return { refused: `The demo does not know ${words[token.index] ?? ''}.` };
    names.add(token.name);
  }
  return { isAuto: names.has('auto'), isHelp: names.has('help') };
}

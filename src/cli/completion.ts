// `mailgrant completion`: scripts for shells, written from the descriptions of the commands.
import { type Command, exitCodes, optionsOf, UsageError, type Verb } from './command.ts';
import type { Context } from './context.ts';

/**
 * `words` may follow the words of `path`; `values` are those of its options that take one, none = whatever one likes.
 */
type Word = { path: string; words: readonly string[]; values: ReadonlyMap<string, readonly string[]> };

const shells = ['bash', 'zsh', 'fish'] as const;

export const command: Command = {
  verbs: {
    '': {
      summary: 'print a completion script for a shell',
      takes: ['bash|zsh|fish'],
      details: [
        'bash:  source <(mailgrant completion bash)',
        'zsh:   source <(mailgrant completion zsh)',
        'fish:  mailgrant completion fish > ~/.config/fish/completions/mailgrant.fish',
      ].join('\n'),
      async run(input, context) {
        const shell = shells.find((name) => name === input.args[0]);
        if (!shell) throw new UsageError(`There is completion for: ${shells.join(', ')}.`);
        const words = await wordsOf(context);
        process.stdout.write(shell === 'fish' ? fishScript(words) : bashScript(words, shell === 'zsh'));
        return exitCodes.done;
      },
    },
  },
};

/** What may follow: after nothing, after a command, after a command and its verb. */
async function wordsOf({ commands }: Context): Promise<Word[]> {
  const none: Word['values'] = new Map();
  const known = Object.keys(commands);
  const all: Word[] = [
    { path: '', words: [...known, 'help', '--version'], values: none },
    { path: 'help', words: known, values: none },
  ];
  for (const [name, { load }] of Object.entries(commands)) {
    const { verbs } = (await load()).command;
    const names = Object.keys(verbs).filter((verb) => verb !== '');
    const plain = verbs[''];
    all.push({
      path: name,
      words: [...names, ...(plain ? [...argumentWords(plain), ...optionWords(plain)] : ['--help'])],
      values: plain ? optionValues(plain) : none,
    });
    all.push({ path: `help ${name}`, words: names, values: none });
    for (const verb of names) {
      const described = verbs[verb];
      if (!described) continue;
      all.push({
        path: `${name} ${verb}`,
        words: [...argumentWords(described), ...optionWords(described)],
        values: optionValues(described),
      });
    }
  }
  return all;
}

const optionWords = (verb: Verb): string[] => Object.keys(optionsOf(verb)).map((name) => `--${name}`);

/** Those of an argument that is one of a few words, like `bash|zsh|fish`. */
const argumentWords = ({ takes = [] }: Verb): string[] =>
  takes.flatMap((name) => (/^[a-z|]+$/.test(name) ? name.split('|') : []));

const optionValues = (verb: Verb): Word['values'] =>
  new Map(
    Object.entries(optionsOf(verb)).flatMap(([name, { value, choices }]) =>
      value ? [[`--${name}`, choices ?? []] as const] : [],
    ),
  );

/** zsh reads the same script once it has been told to understand it. Every word is of ours: nothing to be quoted. */
function bashScript(all: readonly Word[], isZsh: boolean): string {
  const cases = all
    .filter(({ path }) => path !== '')
    .sort((a, b) => b.path.length - a.path.length)
    .flatMap(({ path, words, values }) => [
      ...valueCases(path, values),
      `    "${path}"|"${path} "*) words="${words.join(' ')}" ;;`,
    ]);
  return [
    ...(isZsh ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    '_mailgrant() {',
    `  local current="\${COMP_WORDS[COMP_CWORD]}" line words`,
    `  line="\${COMP_WORDS[*]:1:COMP_CWORD-1}"`,
    // bash takes the sign of `--option=value` for a word of its own.
    '  [ "$current" = "=" ] && line="$line =" current=""',
    `  line="\${line% =}"`,
    '  case "$line" in',
    `    "") words="${all[0]?.words.join(' ') ?? ''}" ;;`,
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _mailgrant mailgrant',
    '',
  ].join('\n');
}

/**
 * Before the words of the same path: what follows an option that takes a value. Without choices, the shell's own files.
 */
function valueCases(path: string, values: Word['values']): string[] {
  const pattern = (option: string): string => `"${path} ${option}"|"${path} "*" ${option}"`;
  const free = [...values].filter(([, choices]) => choices.length === 0).map(([option]) => pattern(option));
  const chosen = [...values].filter(([, choices]) => choices.length > 0);
  return [
    ...chosen.map(([option, choices]) => `    ${pattern(option)}) words="${choices.join(' ')}" ;;`),
    ...(free.length > 0 ? [`    ${free.join('|')}) words="" ;;`] : []),
  ];
}

function fishScript(all: readonly Word[]): string {
  const lines = all.flatMap(({ path, words, values }) => {
    const [name, verb] = path.split(' ');
    const condition =
      path === ''
        ? '__fish_use_subcommand'
        : `__fish_seen_subcommand_from ${name}${verb ? `; and __fish_seen_subcommand_from ${verb}` : ''}`;
    return words.map((word) => {
      if (!word.startsWith('--')) return `complete -c mailgrant -f -n '${condition}' -a ${word}`;
      const choices = values.get(word);
      const value =
        choices === undefined ? '' : choices.length === 0 ? ' -r' : ` -x -a '${choices.join(' ')}'`;
      return `complete -c mailgrant -n '${condition}' -l ${word.slice(2)}${value}`;
    });
  });
  return `${lines.join('\n')}\n`;
}

// `mailgrant completion`: scripts for shells, written from the descriptions of the commands.
import { type Command, exitCodes, optionsOf, UsageError } from './command.ts';
import type { Context } from './context.ts';

type Word = { path: string; words: readonly string[] };

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
  const all: Word[] = [{ path: '', words: [...Object.keys(commands), 'help', '--version'] }];
  for (const [name, { load }] of Object.entries(commands)) {
    const { verbs } = (await load()).command;
    const names = Object.keys(verbs).filter((verb) => verb !== '');
    const plain = verbs[''];
    all.push({ path: name, words: [...names, ...(plain ? optionWords(plain) : ['--help'])] });
    for (const verb of names) {
      const described = verbs[verb];
      if (described) all.push({ path: `${name} ${verb}`, words: optionWords(described) });
    }
  }
  return all;
}

const optionWords = (verb: Command['verbs'][string]): string[] =>
  Object.keys(optionsOf(verb)).map((name) => `--${name}`);

/** zsh reads the same script once it has been told to understand it. Every word is of ours: nothing to be quoted. */
function bashScript(all: readonly Word[], isZsh: boolean): string {
  const cases = all
    .filter(({ path }) => path !== '')
    .sort((a, b) => b.path.length - a.path.length)
    .map(({ path, words }) => `    "${path}"|"${path} "*) words="${words.join(' ')}" ;;`);
  return [
    ...(isZsh ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    '_mailgrant() {',
    `  local current="\${COMP_WORDS[COMP_CWORD]}" line words`,
    `  line="\${COMP_WORDS[*]:1:COMP_CWORD-1}"`,
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

function fishScript(all: readonly Word[]): string {
  const lines = all.flatMap(({ path, words }) => {
    const [name, verb] = path.split(' ');
    const condition =
      path === ''
        ? '__fish_use_subcommand'
        : `__fish_seen_subcommand_from ${name}${verb ? `; and __fish_seen_subcommand_from ${verb}` : ''}`;
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c mailgrant -n '${condition}' -l ${word.slice(2)}`
        : `complete -c mailgrant -f -n '${condition}' -a ${word}`,
    );
  });
  return `${lines.join('\n')}\n`;
}

// One command line carried out: the command loaded, its words read, help shown, failures told.
import { type Command, chooseVerb, exitCodes, readInput, UsageError } from './command.ts';
import type { Context } from './context.ts';
import { tellFailure } from './failure.ts';
import { commandHelp, programHelp, verbHelp } from './help.ts';

/** The exit code. Throws nothing. */
export async function runCommand(name: string, words: readonly string[], context: Context): Promise<number> {
  try {
    return await run(name, words, context);
  } catch (error) {
    return tellFailure(error, words.includes('--json'));
  }
}

async function run(name: string, words: readonly string[], context: Context): Promise<number> {
  if (name === 'help' || name === '--help' || name === '-h') {
    const [about] = words;
    process.stdout.write(
      about === undefined ? helpOf(context) : commandHelp(about, await load(about, context)),
    );
    return exitCodes.done;
  }
  const command = await load(name, context);
  const wantsHelp = words.includes('--help') || words.includes('-h');
  if (wantsHelp && words.every((word) => word === '--help' || word === '-h')) {
    process.stdout.write(commandHelp(name, command));
    return exitCodes.done;
  }
  const { verb, rest, called } = chooseVerb(command, name, words);
  if (wantsHelp) {
    process.stdout.write(verbHelp(called, verb));
    return exitCodes.done;
  }
  return (await verb.run(readInput(verb, called, rest), context)) ?? exitCodes.done;
}

async function load(name: string, context: Context): Promise<Command> {
  const entry = Object.hasOwn(context.commands, name) ? context.commands[name] : undefined;
  if (entry) return (await entry.load()).command;
  throw new UsageError(`Unknown command: ${name}\n\n${helpOf(context)}`);
}

const helpOf = ({ commands }: Context): string =>
  programHelp(Object.entries(commands).map(([name, { summary }]) => [name, summary]));

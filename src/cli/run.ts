// One command line carried out: the command loaded, its words read, help shown, failures told.
import { ApiProblem } from './api.ts';
import {
  type Command,
  chooseVerb,
  exitCodes,
  optionsOf,
  readInput,
  UsageError,
  type Verb,
} from './command.ts';
import type { Context } from './context.ts';
import { tellFailure } from './failure.ts';
import { commandHelp, programHelp, verbHelp } from './help.ts';
import { didYouMean } from './nearest.ts';

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
    process.stdout.write(await helpAbout(words, context));
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
  const input = readInput(verb, called, rest);
  try {
    return (await verb.run(input, context)) ?? exitCodes.done;
  } catch (error) {
    if (error instanceof ApiProblem) error.message = inWordsOfTheLine(error.message, verb);
    throw error;
  }
}

/** The API names members of its bodies; who typed a line has options of the same names. */
function inWordsOfTheLine(words: string, verb: Verb): string {
  const options = optionsOf(verb);
  return words.replaceAll(/`([a-z]+(?:_[a-z]+)*)`/g, (written, member: string) => {
    const option = member.replaceAll('_', '-');
    return Object.hasOwn(options, option) ? `\`--${option}\`` : written;
  });
}

/** Of the program, a command, or a verb, as `words` name it. */
async function helpAbout([name, ...words]: readonly string[], context: Context): Promise<string> {
  if (name === undefined || name.startsWith('-')) return helpOf(context);
  const command = await load(name, context);
  if (words.length === 0) return commandHelp(name, command);
  const { verb, called } = chooseVerb(command, name, words);
  return verbHelp(called, verb);
}

async function load(name: string, context: Context): Promise<Command> {
  const entry = Object.hasOwn(context.commands, name) ? context.commands[name] : undefined;
  if (entry) return (await entry.load()).command;
  const known = Object.keys(context.commands);
  throw new UsageError(
    `Unknown command: ${name}.${didYouMean(name, known)}\nThere are: ${known.join(', ')}. \`mailgrant help\` tells more.`,
  );
}

const helpOf = ({ commands }: Context): string =>
  programHelp(Object.entries(commands).map(([name, { summary }]) => [name, summary]));

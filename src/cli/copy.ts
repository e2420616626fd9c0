// `mailgrant copy`: a database copied into another, with a bar that shows how far it is.
import { type Config, loadConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { copyDatabase } from '../stores/copy/index.ts';
import { databaseFile } from '../stores/index.ts';
import { createKeyring, parseKeyring } from '../stores/keyring.ts';
import { type Command, exitCodes, UsageError } from './command.ts';
import { type Show, showAsBar, showAsJson, showAsLines } from './copy-progress.ts';

export const command: Command = {
  verbs: {
    '': {
      summary:
        'copy everything into an empty database and compare both; run again, it goes on where it stopped',
      options: {
        from: { value: 'DATABASE', help: 'what is copied; `sqlite` without it' },
        to: { value: 'DATABASE', help: 'where the copy goes' },
      },
      details:
        'DATABASE is sqlite (the data directory), postgres (MAILGRANT_DATABASE_URL), sqlite:PATH or postgres://...\nNo gateway may run on either. --json prints the result as one document, and on standard error a line of JSON for each step.',
      async run(input) {
        const to = input.text('to');
        if (to === null) throw new UsageError('Say with --to where the copy goes.');
        await copy({ from: input.text('from') ?? 'sqlite', to, isJson: input.flag('json') });
        return exitCodes.done;
      },
    },
  },
};

async function copy({ from, to, isJson }: { from: string; to: string; isJson: boolean }): Promise<void> {
  const config = loadConfig();
  const show = showFor(isJson);
  const started = performance.now();
  try {
    const result = await copyDatabase({
      from: databaseOf(from, config),
      to: databaseOf(to, config),
      keyring: createKeyring(parseKeyring(config.keyring)),
      log: createLog(config.logLevel),
      onProgress: show.progress,
    });
    // Below the bar.
    show.end();
    show.result(result, Math.round((performance.now() - started) / 1000));
  } finally {
    show.end();
  }
}

const showFor = (isJson: boolean): Show => {
  if (isJson) return showAsJson();
  return process.stderr.isTTY ? showAsBar() : showAsLines();
};

/** Words of the command line as a URL. The short ones keep a password out of the list of processes. */
function databaseOf(word: string, { dataDir, databaseUrl }: Config): string {
  if (word === 'sqlite') return `sqlite:${databaseFile(dataDir)}`;
  if (word !== 'postgres') return word;
  if (databaseUrl !== null) return databaseUrl;
  throw new Error('`postgres` stands for the database of MAILGRANT_DATABASE_URL, which is not set.');
}

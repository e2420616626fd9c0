// `mailgrant copy`: a database copied into another, with a bar that shows how far it is.
import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { copyDatabase } from '../stores/copy/index.ts';
import { databaseFile } from '../stores/index.ts';
import { createKeyring, parseKeyring } from '../stores/keyring.ts';
import { type Show, showAsBar, showAsJson, showAsLines } from './copy-progress.ts';

export const copyUsage = `mailgrant copy --to DATABASE [--from DATABASE] [--json]
                                        copy everything into an empty database and compare both; run again,
                                        it goes on where it stopped. DATABASE is sqlite (the data directory;
                                        the default of --from), postgres (MAILGRANT_DATABASE_URL),
                                        sqlite:PATH or postgres://... No gateway may run on either`;

export async function copy(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      from: { type: 'string', default: 'sqlite' },
      to: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  if (values.to === undefined) throw new Error(`Say with --to where the copy goes.\n\n${copyUsage}`);
  const config = loadConfig();
  const show = showFor(values.json);
  const started = performance.now();
  try {
    const result = await copyDatabase({
      from: databaseOf(values.from, config),
      to: databaseOf(values.to, config),
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

// `mailgrant migrate`: what a start of the gateway does to the database, by itself and to its end, so that it can be
// done before the gateways are replaced, or by another way to the database than theirs.
import { existsSync } from 'node:fs';
import { type Config, loadConfigWithKeyring } from '../config.ts';
import { createLog } from '../log.ts';
import { refuseUnfinishedCopy } from '../stores/copy/unfinished.ts';
import type { Engine } from '../stores/engine.ts';
import { databaseFile, openEngine } from '../stores/index.ts';
import { generateKey } from '../stores/keyring.ts';
import { migrate as apply, missingIndexes, outstanding } from '../stores/migrate.ts';
import { type Command, exitCodes, UsageError } from './command.ts';

export const command: Command = {
  verbs: {
    '': {
      summary: 'bring the database to this release, indexes included, and say what was done',
      options: {
        create: { help: 'make the embedded database where there is none' },
        'dry-run': { help: 'only say what would be done, and end with 2 if that is anything' },
        database: {
          value: 'DATABASE',
          help: 'postgres://... or sqlite:PATH; without it, what the gateway uses',
        },
      },
      details: 'On PostgreSQL it may run beside gateways that run; an embedded database must not be in use.',
      run: (input) =>
        migrate({
          database: input.text('database'),
          isDry: input.flag('dry-run'),
          isCreating: input.flag('create'),
          isJson: input.flag('json'),
        }),
    },
  },
};

type Request = { database: string | null; isDry: boolean; isCreating: boolean; isJson: boolean };
type Outcome = { migrations: readonly string[]; indexes: readonly string[] };

/** The exit code: a dry run answers no when the database is not of this release. */
async function migrate({ database: named, isDry, isCreating, isJson }: Request): Promise<number> {
  const database = databaseOf(named);
  if (isDry && isCreating)
    throw new UsageError('A dry run makes no database: leave --create or --dry-run out.');
  if (!isCreating) requireFile(database);
  const engine = await openEngine(database);
  try {
    await refuseUnfinishedCopy(engine);
    const { migrations, indexes } = await (isDry ? outstanding(engine) : bringUpToDate(engine));
    const isUpToDate = migrations.length + indexes.length === 0;
    if (isJson) say(JSON.stringify({ migrations, indexes, applied: !isDry }));
    else {
      for (const name of migrations) say(isDry ? `would apply   ${name}` : `applied   ${name}`);
      for (const name of indexes) say(isDry ? `would build   ${name}` : `built     ${name}`);
      if (isUpToDate) say(upToDate);
    }
    return isDry && !isUpToDate ? exitCodes.answerIsNo : exitCodes.done;
  } finally {
    await engine.close();
  }
}

/** No secret is opened or sealed, so that any key will do: who migrates need not have the keyring. */
const databaseOf = (database: string | null) => {
  const config: Config = loadConfigWithKeyring(generateKey());
  return {
    databaseUrl: database ?? config.databaseUrl,
    dataDir: config.dataDir,
    log: createLog(config.logLevel),
    poolSize: 2,
  };
};

/** To open a file that is not there makes it: of a mistyped path, an empty database that nobody looks for. */
const requireFile = ({ databaseUrl, dataDir }: { databaseUrl: string | null; dataDir: string }): void => {
  if (databaseUrl !== null && !databaseUrl.startsWith('sqlite:')) return;
  const path = databaseUrl?.replace(/^sqlite:(\/\/)?/, '') ?? databaseFile(dataDir);
  if (!existsSync(path))
    throw new Error(
      `There is no database at ${path}. \`mailgrant init\` makes one with what belongs to it; \`mailgrant migrate --create\` makes one that is empty.`,
    );
};

const bringUpToDate = async (engine: Engine): Promise<Outcome> => {
  const migrations = await apply(engine, { now: Date.now() });
  const missing = await missingIndexes(engine);
  if (missing.length === 0) return { migrations, indexes: [] };
  const result = await engine.upkeep.build(missing);
  if ('refused' in result) {
    const names = missing.map(({ name }) => name).join(', ');
    const before = migrations.length === 0 ? '' : ` Applied before that: ${migrations.join(', ')}.`;
    throw new Error(`Not built: ${names}. ${result.refused}${before}`);
  }
  return { migrations, indexes: result.built };
};

const upToDate = 'The database is of this release: nothing to do.';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

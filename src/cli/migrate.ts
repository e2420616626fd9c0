// `mailgrant migrate`: what a start of the gateway does to the database, by itself and to its end, so that it can be
// done before the gateways are replaced, or by another way to the database than theirs.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Config, loadConfigWithKeyring } from '../config.ts';
import { createLog } from '../log.ts';
import { refuseUnfinishedCopy } from '../stores/copy/unfinished.ts';
import type { Engine } from '../stores/engine.ts';
import { databaseFile, openEngine } from '../stores/index.ts';
import { generateKey } from '../stores/keyring.ts';
import { migrate as apply, missingIndexes, outstanding } from '../stores/migrate.ts';

export const migrateUsage = `mailgrant migrate [--dry-run] [--database DATABASE]
                                        bring the database to this release, indexes included, and say what was
                                        done; beside running gateways, too. With --dry-run say what would be
                                        done, and end with 2 if that is anything. DATABASE is postgres://... or
                                        sqlite:PATH; without it, what the gateway uses`;

/** Answers the exit code: 0 = the database is of this release, 2 = it is not (only of a dry run). Throws for the rest. */
export async function migrate(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { 'dry-run': { type: 'boolean', default: false }, database: { type: 'string' } },
  });
  const database = databaseOf(values.database);
  if (values['dry-run']) requireFile(database);
  const engine = await openEngine(database);
  try {
    await refuseUnfinishedCopy(engine);
    return await (values['dry-run'] ? tell(engine) : bringUpToDate(engine));
  } finally {
    await engine.close();
  }
}

/** No secret is opened or sealed, so that any key will do: who migrates need not have the keyring. */
const databaseOf = (database: string | undefined) => {
  const config: Config = loadConfigWithKeyring(generateKey());
  return {
    databaseUrl: database ?? config.databaseUrl,
    dataDir: config.dataDir,
    log: createLog(config.logLevel),
    poolSize: 2,
  };
};

/** To open a file that is not there makes it, and a dry run changes nothing. */
const requireFile = ({ databaseUrl, dataDir }: { databaseUrl: string | null; dataDir: string }): void => {
  if (databaseUrl !== null && !databaseUrl.startsWith('sqlite:')) return;
  const path = databaseUrl?.replace(/^sqlite:(\/\/)?/, '') ?? databaseFile(dataDir);
  if (!existsSync(path))
    throw new Error(`There is no database at ${path}: a gateway makes it when it starts.`);
};

const tell = async (engine: Engine): Promise<number> => {
  const { migrations, indexes } = await outstanding(engine);
  for (const name of migrations) say(`would apply   ${name}`);
  for (const name of indexes) say(`would build   ${name}`);
  if (migrations.length + indexes.length > 0) return 2;
  say(upToDate);
  return 0;
};

const bringUpToDate = async (engine: Engine): Promise<number> => {
  const applied = await apply(engine, { now: Date.now() });
  for (const name of applied) say(`applied   ${name}`);
  const missing = await missingIndexes(engine);
  if (missing.length > 0) {
    const result = await engine.upkeep.build(missing);
    if ('refused' in result) {
      const names = missing.map(({ name }) => name).join(', ');
      throw new Error(`Not built: ${names}. ${result.refused}`);
    }
    for (const name of result.built) say(`built     ${name}`);
  }
  if (applied.length + missing.length === 0) say(upToDate);
  return 0;
};

const upToDate = 'The database is of this release: nothing to do.';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

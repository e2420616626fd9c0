// `mailgrant config`: every setting with its value and where that came from, and a check of all that a start would
// stumble over, at once and without changing anything.
import { existsSync } from 'node:fs';
import {
  type Config,
  ConfigError,
  loadConfig,
  loadConfigWithKeyring,
  missingKeyringFile,
  type SettingSource,
  settingSources,
} from '../config.ts';
import { createLog } from '../log.ts';
import { describeReplacements, parseEndpointFile } from '../providers/endpoints.ts';
import { databaseFile, openEngine } from '../stores/index.ts';
import { checkProofs } from '../stores/key-proofs.ts';
import { createKeyring, generateKey, parseKeyring } from '../stores/keyring.ts';
import { outstanding } from '../stores/migrate.ts';
import { type Command, exitCodes, type Verb } from './command.ts';
import type { Context } from './context.ts';
import { member, printList, say, sayJson } from './output.ts';

type Finding = { what: string; result: 'ok' | 'note' | 'mistake'; words: string };

const show: Verb = {
  summary: 'show every setting, its value, and where that came from',
  options: { changed: { help: 'only those that are not at their default' } },
  async run(input) {
    const sources = settingSources().filter(({ from }) => !input.flag('changed') || from !== 'default');
    const rows = sources.map((source) => ({ ...source, value: shownValue(source) }));
    await printList(
      rows,
      [member('SETTING', 'name'), member('VALUE', 'value'), member('FROM', 'from'), member('FILE', 'file')],
      { json: input.flag('json'), none: 'Every setting is at its default.' },
    );
    return exitCodes.done;
  },
};

const secretSettings: ReadonlySet<string> = new Set(['MAILGRANT_KEYRING', 'MAILGRANT_API_KEY']);

/** Secrets of later settings are told by their names. A database's address loses its password. */
function shownValue({ name, value, from }: SettingSource): string {
  if (from === 'file') return '(in the file)';
  if (value === '') return '';
  if (secretSettings.has(name) || /SECRET|PASSWORD|TOKEN$/.test(name)) return '[secret]';
  const url = /^[a-z]+:\/\//.test(value) && URL.canParse(value) ? new URL(value) : null;
  if (url === null || url.password === '') return value;
  url.password = 'secret';
  return url.href.replace(':secret@', ':[secret]@');
}

const check: Verb = {
  summary: 'check all of it: settings, endpoint table, keyring, database; code 1 for a mistake',
  details: 'Changes nothing: a database that is not there is not made, and none is migrated.',
  async run(input, context) {
    const findings = await examine(context);
    const isWell = findings.every(({ result }) => result !== 'mistake');
    if (input.flag('json')) sayJson({ ok: isWell, findings });
    else print(findings);
    return isWell ? exitCodes.done : exitCodes.failed;
  },
};

const signs = { ok: '✓', note: '!', mistake: '✗' } as const;

function print(findings: readonly Finding[]): void {
  for (const { what, result, words } of findings) say(`${signs[result]} ${what}${words ? `: ${words}` : ''}`);
}

async function examine(context: Context): Promise<Finding[]> {
  const isKeyringMissing = missingKeyringFile() !== null;
  const findings: Finding[] = [];
  let config: Config;
  try {
    config = isKeyringMissing ? loadConfigWithKeyring(generateKey()) : loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.mistakes.map((words) => ({ what: 'settings', result: 'mistake', words }));
  }
  findings.push({ what: 'settings', result: 'ok', words: '' });
  findings.push(await tried('surfaces', () => context.checkSurfaces(config)));
  findings.push(
    await tried('endpoint table', () => {
      const replaced = describeReplacements(parseEndpointFile(config.endpoints ?? {}));
      return replaced.length === 0 ? null : `${replaced.length} entries replaced`;
    }),
  );
  const isWithoutDatabase = config.databaseUrl === null && !existsSync(databaseFile(config.dataDir));
  if (isKeyringMissing) {
    const words = isWithoutDatabase
      ? 'none yet: `mailgrant serve` or `mailgrant init` makes one'
      : 'there is none, but there is a database: put the keyring back that belongs to it';
    findings.push({ what: 'keyring', result: isWithoutDatabase ? 'note' : 'mistake', words });
  } else {
    findings.push(
      await tried('keyring', () => {
        createKeyring(parseKeyring(config.keyring));
        return null;
      }),
    );
  }
  if (isWithoutDatabase) {
    const words = `none yet at ${databaseFile(config.dataDir)}: the first start makes it`;
    findings.push({ what: 'database', result: 'note', words });
  } else findings.push(...(await examineDatabase(config, isKeyringMissing)));
  return findings;
}

async function examineDatabase(config: Config, isKeyringMissing: boolean): Promise<Finding[]> {
  const { databaseUrl, dataDir, logLevel } = config;
  const log = createLog(logLevel === 'debug' ? 'error' : 'silent');
  let engine: Awaited<ReturnType<typeof openEngine>>;
  try {
    engine = await openEngine({ databaseUrl, dataDir, log, poolSize: 1 });
  } catch (error) {
    const words = wordsOf(error);
    // The embedded database is its gateway's while that runs, which is no mistake.
    const isInUse = databaseUrl === null && /in use/.test(words);
    return [{ what: 'database', result: isInUse ? 'note' : 'mistake', words }];
  }
  try {
    const { migrations, indexes } = await outstanding(engine);
    const open = [...migrations, ...indexes];
    const database: Finding = {
      what: `database (${engine.name})`,
      result: open.length === 0 ? 'ok' : 'note',
      words: open.length === 0 ? '' : `not of this release; a start would apply ${open.join(', ')}`,
    };
    if (isKeyringMissing || migrations.length > 0) return [database];
    const fits = await tried('keyring fits the database', async () => {
      const proofs = await checkProofs(engine.session.reader, createKeyring(parseKeyring(config.keyring)));
      return proofs === 0 ? 'nothing is sealed in it yet' : null;
    });
    return [database, fits];
  } finally {
    await engine.close();
  }
}

/** What it answers are words beside the result; what it throws is a mistake. */
async function tried(what: string, work: () => string | null | Promise<string | null>): Promise<Finding> {
  try {
    return { what, result: 'ok', words: (await work()) ?? '' };
  } catch (error) {
    return { what, result: 'mistake', words: wordsOf(error) };
  }
}

const wordsOf = (error: unknown): string => {
  if (error instanceof ConfigError) return error.mistakes.join('; ');
  return error instanceof Error ? error.message : String(error);
};

export const command: Command = { verbs: { '': show, show, check } };

// `mailgrant import`: mailboxes of another system taken over, each with its refresh token, which is proved at the
// provider. The whole file is read before anything is sent; what was sent is in a journal.
import { statSync } from 'node:fs';
import { type Command, exitCodes, type Input, UsageError } from './command.ts';
import { importRows } from './import-run.ts';
import { note, say, sayJson } from './output.ts';
import { ask } from './place.ts';
import { type RowSource, readRows } from './read-rows.ts';

/** Mistakes beyond these are only counted. */
const mistakesShown = 20;
/** Larger files are to be split. Rows. */
const rowsMax = 1_000_000;

export type Survey = { rows: number; mistakes: number; duplicates: number };

export const command: Command = {
  verbs: {
    '': {
      summary: 'take over mailboxes of another system; run again, it goes on where it stopped',
      takes: ['FILE'],
      asks: 'workspace',
      options: {
        format: { value: 'FORMAT', choices: ['jsonl', 'csv'], help: 'by the name of the file without it' },
        from: {
          value: 'SYSTEM',
          choices: ['emailengine'],
          help: 'rows are accounts as that system writes them (JSON Lines)',
        },
        provider: { value: 'NAME', choices: ['google', 'microsoft'], help: 'for rows that do not say' },
        'oauth-client': {
          value: 'ID',
          help: 'for rows that do not say: the registration their tokens were given to',
        },
        customer: { value: 'NAME', help: 'for rows that do not say' },
        client: {
          value: 'THEIRS=ID',
          isRepeatable: true,
          help: 'their application or client id is this OAuth client here',
        },
        rename: { value: 'THEIRS=OURS', isRepeatable: true, help: 'their column is this one of ours' },
        ignore: { value: 'COLUMN', isRepeatable: true, help: 'their column says nothing here' },
        'skip-mistakes': { help: 'send the good rows although others cannot be read' },
        replace: { help: 'give tokens also to mailboxes that are connected and work' },
        'retry-failed': { help: 'send rows again that were refused in an earlier run' },
        concurrency: { value: 'N', help: 'so many rows at once, 1 to 64; 8 without it' },
        journal: { value: 'FILE', help: 'FILE.journal without it' },
        report: { value: 'FILE', help: 'what became of each row, as CSV; FILE.report.csv without it' },
        'dry-run': { help: 'only read the file, and tell mistakes and duplicates' },
      },
      details: [
        'Columns: provider, email, refresh_token, oauth_client_id, scope, name, customer, metadata (a JSON object),',
        'disabled. Only the refresh token and the provider are needed. CSV has them in its first line.',
        'Ends with code 0 when every row is there, 3 when some are not: the report says why. A row that is refused',
        'for good is not sent again; one that failed because something was down is, by the next run.',
      ].join('\n'),
      run: async (input, context) => {
        const source = sourceOf(input);
        const survey = await surveyRows(source);
        if (survey.mistakes > 0 && !input.flag('skip-mistakes')) {
          throw new UsageError(
            `${survey.mistakes} of ${survey.rows} rows cannot be read, and nothing was sent. Mend them, or add --skip-mistakes.`,
          );
        }
        if (input.flag('dry-run')) {
          if (input.flag('json')) sayJson(survey);
          else
            say(
              `${survey.rows} rows, ${survey.mistakes} with mistakes, ${survey.duplicates} there twice. Nothing was sent.`,
            );
          return exitCodes.done;
        }
        return ask(input, context, ({ api }) =>
          importRows(api, source, {
            total: survey.rows,
            journal: input.text('journal') ?? `${source.path}.journal`,
            report: input.text('report') ?? `${source.path}.report.csv`,
            concurrency: input.whole('concurrency', { least: 1, most: 64 }) ?? 8,
            replace: input.flag('replace'),
            retryFailed: input.flag('retry-failed'),
            json: input.flag('json'),
          }),
        );
      },
    },
  },
};

function sourceOf(input: Input): RowSource {
  const [path = ''] = input.args;
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new UsageError(`There is no file ${path}. It is read twice, so that it must be a file.`);
  const isEmailEngine = input.text('from') === 'emailengine';
  const extension = /\.(csv|jsonl|ndjson)$/i.exec(path)?.[1]?.toLowerCase() ?? null;
  const named = input.text('format') ?? (isEmailEngine ? 'jsonl' : extension);
  if (named === null) throw new UsageError('Say with --format what the file is: jsonl or csv.');
  if (isEmailEngine && named === 'csv') throw new UsageError('--from emailengine reads JSON Lines.');
  return {
    path,
    format: named === 'csv' ? 'csv' : 'jsonl',
    rename: pairsOf(input, 'rename'),
    ignore: new Set(input.texts('ignore')),
    isEmailEngine,
    clients: pairsOf(input, 'client'),
    defaults: {
      provider: input.text('provider'),
      oauthClientId: input.text('oauth-client'),
      customer: input.text('customer'),
    },
  };
}

function pairsOf(input: Input, option: string): ReadonlyMap<string, string> {
  return new Map(
    input.texts(option).map((pair) => {
      // The last one: addresses and client ids of others may hold the sign themselves.
      const at = pair.lastIndexOf('=');
      if (at < 1 || at === pair.length - 1) throw new UsageError(`--${option} takes THEIRS=OURS.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** All of it, before anything is sent. Mistakes are told with their lines. */
async function surveyRows(source: RowSource): Promise<Survey> {
  const survey = { rows: 0, mistakes: 0, duplicates: 0 };
  const seen = new Set<string>();
  for await (const row of readRows(source)) {
    survey.rows += 1;
    if (survey.rows > rowsMax)
      throw new UsageError(`${source.path} has more than ${rowsMax} rows: split it.`);
    if ('mistake' in row) {
      survey.mistakes += 1;
      if (survey.mistakes <= mistakesShown) note(`line ${row.line}: ${row.mistake}`);
      continue;
    }
    const name = row.email === null ? row.key : `${row.provider} ${row.email}`;
    if (seen.has(name)) survey.duplicates += 1;
    seen.add(name);
  }
  if (survey.mistakes > mistakesShown) note(`... and ${survey.mistakes - mistakesShown} more`);
  return survey;
}

// One run of an import: rows sent a few at a time, each told to the journal before and after, each in the report.
import { closeSync, openSync, writeSync } from 'node:fs';
import { type Api, ApiProblem, itemsOf } from './api.ts';
import { exitCodes, UsageError } from './command.ts';
import { csvLine } from './csv-text.ts';
import { type Journal, type Outcome, openJournal } from './import-journal.ts';
import { type Counts, progressFor } from './import-progress.ts';
import { note, say, sayJson } from './output.ts';
import { Unreachable } from './place.ts';
import { type ImportRow, type ReadRow, type RowSource, readRows } from './read-rows.ts';
import { memberOf, textOf } from './report.ts';

export type RunOptions = {
  total: number;
  journal: string;
  report: string;
  concurrency: number;
  replace: boolean;
  retryFailed: boolean;
  json: boolean;
};

type Told = Outcome & { told: keyof Counts };

/** After so many rows in a row that nobody answered, the rest would fare no better. */
const unansweredMax = 5;

/** The exit code: done, in part, or unreachable. */
export async function importRows(api: Api, source: RowSource, options: RunOptions): Promise<number> {
  const report = newReport(options.report);
  const journal = await openJournal(options.journal);
  const counts: Counts = {
    imported: 0,
    updated: 0,
    exists: 0,
    failed: 0,
    duplicate: 0,
    'done before': 0,
    'not sent': 0,
  };
  const progress = progressFor(options.total, options);
  const stop = stopOnInterrupt();
  let done = 0;
  let unanswered = 0;
  let broken: { error: unknown } | null = null;
  const tell = (row: ReadRow, told: Told): void => {
    counts[told.told] += 1;
    const email = told.email ?? row.email;
    writeSync(report, csvLine([row.line, email, told.told, told.mailboxId, told.code, told.reason]));
    done += 1;
    progress.show(done, counts);
  };
  const work = async (row: ImportRow): Promise<void> => {
    const told = await importOne(api, journal, row, options);
    unanswered = told.code === 'unreachable' ? unanswered + 1 : 0;
    tell(row, told);
  };

  writeSync(report, csvLine(['line', 'email', 'result', 'mailbox_id', 'code', 'reason']));
  try {
    const firstLines = new Map<string, number>();
    const running = new Set<Promise<void>>();
    for await (const row of readRows(source)) {
      if (stop.signal.aborted || broken !== null || unanswered >= unansweredMax) break;
      const settled = settledWithout(row, firstLines, journal, options);
      if (settled !== null) {
        tell(row, settled);
        continue;
      }
      if ('mistake' in row) continue;
      const one: Promise<void> = work(row)
        .catch((error: unknown) => {
          broken ??= { error };
        })
        .finally(() => running.delete(one));
      running.add(one);
      if (running.size >= options.concurrency) await Promise.race(running);
    }
    await Promise.all(running);
  } finally {
    progress.end();
    stop.end();
    closeSync(report);
    journal.close();
  }
  if (broken !== null) {
    note('Not finished. What was done is in the journal: mend this and run the same command again to go on.');
    throw errorOf(broken);
  }
  const isCutShort = done < options.total;
  summarize(counts, options, isCutShort);
  if (unanswered >= unansweredMax)
    throw new Unreachable('The gateway does not answer. Run the same command again to go on.');
  if (stop.signal.aborted) return exitCodes.interrupted;
  const failed = counts.failed + counts['not sent'] + (isCutShort ? 1 : 0);
  return failed === 0 ? exitCodes.done : exitCodes.inPart;
}

function newReport(path: string): number {
  try {
    return openSync(path, 'w', 0o600);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--report: ${path} cannot be written (${reason})`, { cause });
  }
}

/** Assigned where the compiler does not look. */
const errorOf = ({ error }: { error: unknown }): unknown => error;

/** What needs no call: rows that cannot be read, are there twice, or are done. */
function settledWithout(
  row: ReadRow,
  firstLines: Map<string, number>,
  journal: Journal,
  { retryFailed }: RunOptions,
): Told | null {
  const nothing = { mailboxId: null, email: null, code: null, reason: null };
  if ('mistake' in row) {
    return { ...nothing, result: 'failed', told: 'failed', code: 'unreadable', reason: row.mistake };
  }
  const name = row.email === null ? row.key : `${row.provider} ${row.email}`;
  const first = firstLines.get(name);
  if (first !== undefined) {
    const reason = `the same mailbox as in line ${first}`;
    return { ...nothing, result: 'exists', told: 'duplicate', code: 'duplicate', reason };
  }
  firstLines.set(name, row.line);
  const { outcome } = journal.before(row.key);
  if (outcome === null) return null;
  if (outcome.result !== 'failed') return { ...outcome, told: 'done before' };
  return retryFailed ? null : { ...outcome, told: 'failed' };
}

async function importOne(api: Api, journal: Journal, row: ImportRow, options: RunOptions): Promise<Told> {
  const { begunAt } = journal.before(row.key);
  try {
    const found = row.email === null ? null : await findMailbox(api, row.provider, row.email);
    const outcome = found === null ? null : alreadyThere(found, begunAt, options);
    if (outcome) {
      // Its answer was lost with the run that sent it: the mailbox is there, what follows it may not be.
      if (outcome.result !== 'exists' && outcome.mailboxId !== null)
        await finish(api, row, outcome.mailboxId);
      journal.end(row.key, outcome);
      return { ...outcome, told: outcome.result };
    }
    journal.begin(row.key, new Date().toISOString());
    const mailbox = await api.call('POST', '/v1/mailbox-imports', { body: bodyOf(row) });
    const mailboxId = textOf(mailbox, 'id');
    if (mailboxId === null) throw new Error('The gateway answered without a mailbox.');
    await finish(api, row, mailboxId);
    const made: Outcome = {
      result: found === null ? 'imported' : 'updated',
      mailboxId,
      email: textOf(mailbox, 'email'),
      code: null,
      reason: null,
    };
    journal.end(row.key, made);
    return { ...made, told: made.result };
  } catch (error) {
    return failureOf(error, journal, row);
  }
}

/** What is wrong with an OAuth client here, and not with the row: mended, the next run sends it again. */
const ofRegistration: readonly (string | null)[] = [
  'oauth_client_paused',
  'oauth_client_missing',
  'client_secret_wrong',
  'client_secret_expired',
  'client_assertion_refused',
  'credential_unavailable',
];

/** One that passes is not in the journal, so that the next run sends the row again. */
function failureOf(error: unknown, journal: Journal, row: ImportRow): Told {
  const nothing = { result: 'failed', mailboxId: null, email: row.email } as const;
  const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');
  if (error instanceof Unreachable) return { ...nothing, told: 'not sent', code: 'unreachable', reason };
  // A key that may not do this says nothing of the row: it would mark every other one as refused for good.
  if (!(error instanceof ApiProblem) || error.status === 401 || error.status === 403) throw error;
  const verdict = memberOf(error.document, 'verdict');
  const code = textOf(verdict, 'code') ?? error.code ?? String(error.status);
  const passes =
    error.status === 429 ||
    error.status >= 500 ||
    memberOf(verdict, 'heals_itself') === true ||
    ofRegistration.includes(error.code) ||
    ofRegistration.includes(code);
  const words = fieldWords(error.document) ?? textOf(error.document, 'detail') ?? reason;
  const outcome: Outcome = { ...nothing, code, reason: words };
  if (passes) return { ...outcome, told: 'not sent' };
  journal.end(row.key, outcome);
  return { ...outcome, told: 'failed' };
}

/** Which column is wrong, where the answer says so. */
function fieldWords(document: unknown): string | null {
  const fields = memberOf(document, 'fields');
  if (!Array.isArray(fields) || fields.length === 0) return null;
  return fields
    .map((field) => `${(textOf(field, 'field') ?? '').replace(/^\//, '')} ${textOf(field, 'message') ?? ''}`)
    .join('; ');
}

/** Null when the row is to be sent. */
function alreadyThere(mailbox: unknown, begunAt: string | null, { replace }: RunOptions): Outcome | null {
  const there = {
    mailboxId: textOf(mailbox, 'id'),
    email: textOf(mailbox, 'email'),
    code: null,
    reason: null,
  };
  // Clocks of two machines: a minute is no difference.
  const slack = 60_000;
  const wroteAt = (name: string): number => Date.parse(textOf(mailbox, name) ?? '');
  if (begunAt !== null && wroteAt('created_at') >= Date.parse(begunAt) - slack)
    return { ...there, result: 'imported' };
  const works = textOf(mailbox, 'status') !== 'needs_reauthorization';
  if (begunAt !== null && works && wroteAt('updated_at') >= Date.parse(begunAt) - slack)
    return { ...there, result: 'updated' };
  return works && !replace ? { ...there, result: 'exists', reason: 'is connected already' } : null;
}

async function findMailbox(api: Api, provider: string, email: string): Promise<unknown> {
  const [found] = itemsOf(await api.call('GET', '/v1/mailboxes', { query: { email, provider } }));
  return found ?? null;
}

const bodyOf = (row: ImportRow): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries({
      provider: row.provider,
      refresh_token: row.refreshToken,
      oauth_client_id: row.oauthClientId,
      email: row.email,
      scope: row.scope,
      name: row.name,
      customer: row.customer,
    }).filter(([, value]) => value !== null),
  );

/** What the import itself does not take. */
async function finish(api: Api, { metadata, disabled }: ImportRow, mailboxId: string): Promise<void> {
  if (metadata === null && !disabled) return;
  const body = { ...(metadata === null ? {} : { metadata }), ...(disabled ? { disabled } : {}) };
  await api.call('PATCH', `/v1/mailboxes/${encodeURIComponent(mailboxId)}`, { body });
}

function summarize(counts: Counts, { report, json, total }: RunOptions, isCutShort: boolean): void {
  if (json) {
    const { 'done before': done_before, 'not sent': not_sent, ...others } = counts;
    sayJson({ rows: total, ...others, done_before, not_sent, report, finished: !isCutShort });
    return;
  }
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  say(parts.map(([name, count]) => `${count} ${name}`).join(', ') || 'no rows');
  say(`Report: ${report}`);
  if (counts.failed > 0) note('Rows that were refused for good are sent again only with --retry-failed.');
  if (isCutShort) note('Not finished. Run the same command again to go on.');
}

/** The first signal lets running rows end, the second ends at once. */
function stopOnInterrupt(): { signal: AbortSignal; end(): void } {
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) process.exit(exitCodes.interrupted);
    note('\nEnding after the rows that are under way ...');
    stopping.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: stopping.signal,
    end: () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}

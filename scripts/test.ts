// Runs the tests: all of them against real mail servers, a real database and a real browser, or with
// --portable those that need npm alone. Other arguments name the files to run, by any part of their name.
// MAILGRANT_TEST_TIMEOUT_SECONDS (360) bounds each file, MAILGRANT_TEST_CONCURRENCY (3, for many of them wait)
// how many run at once.
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { stateVariable } from '../test/counterparts/state.ts';
import { startWorld } from '../test/counterparts/world.ts';
import {
  ensureSystemPackages,
  MissingSystemPackages,
  pythonWithRequests,
} from './testing/debian-packages.ts';
import { createReport, type Report } from './testing/report.ts';
import { runFiles } from './testing/run-files.ts';
import { createRunFolder, endLeftovers, removeRunFolder } from './testing/run-folder.ts';
import { findTestFiles, type TestFile } from './testing/test-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const reasons = {
  counterparts: 'needs the database server or the browser of the full run',
  mail: 'needs the mail servers of the full run',
} as const;

/** Answers the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const isPortable = args.includes('--portable');
  const filters = args.filter((argument) => !argument.startsWith('--'));
  const found = findTestFiles(root, filters);
  if (found.length === 0 && filters.length > 0) {
    console.error(`No test file has a name that contains ${filters.join(' or ')}`);
    return 1;
  }
  const files = isPortable ? found.filter((file) => file.needs === 'nothing') : found;
  const leftOut = found.filter((file) => !files.includes(file));
  if (leftOut.length > 0) console.log('Left out of this portable run:');
  for (const { name, needs } of leftOut) if (needs !== 'nothing') console.log(`  ${name}: ${reasons[needs]}`);
  // First of all, so that a signal during the installation does not keep it from cleaning up.
  const stopping = stopOnSignal();
  if (!isPortable) ensureSystemPackages();

  const report = createReport((line) => console.log(line));
  await inRunFolder(report, async (folder) => {
    const isAlone = files.every((file) => file.needs === 'nothing');
    await (isAlone ? runAll : runAllWithWorld)({ files, folder, report, signal: stopping });
  });
  const isGood = report.end({ seconds: (performance.now() - started) / 1000, leftOut: leftOut.length });
  return isGood ? 0 : 1;
}

type Run = { files: readonly TestFile[]; folder: string; report: Report; signal: AbortSignal };

async function inRunFolder(report: Report, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await createRunFolder();
  process.once('exit', () => removeRunFolder(folder));
  try {
    await work(folder);
  } catch (cause) {
    report.addFailure('the test run itself', cause instanceof Error ? describe(cause) : String(cause));
  } finally {
    removeRunFolder(folder);
  }
}

async function runAllWithWorld(run: Run): Promise<void> {
  const started = performance.now();
  const python = pythonWithRequests() ?? 'python3';
  const world = await startWorld({ folder: run.folder, python });
  console.log(`Counterparts ready in ${Math.round(performance.now() - started)} ms`);
  try {
    process.env[stateVariable] = world.statePath;
    await runAll(run);
  } finally {
    await world.stop();
    await expectNothingRuns(run.folder, 'the counterparts left processes running', run.report);
  }
}

async function runAll({ files, folder, report, signal }: Run): Promise<void> {
  // For the test files alone: what carries this folder later is theirs.
  process.env.TMPDIR = join(folder, 'tmp');
  // Some hundred processes read the same TypeScript: one that has done so does it for those that come after.
  process.env.NODE_COMPILE_CACHE ??= join(folder, 'compiled');
  await runFiles({
    files,
    concurrency: setting('MAILGRANT_TEST_CONCURRENCY', 3),
    timeoutSeconds: setting('MAILGRANT_TEST_TIMEOUT_SECONDS', 360),
    signal,
    onResult: report.addFile,
  });
  if (signal.aborted) report.addFailure('the test run itself', String(signal.reason));
  await expectNothingRuns(join(folder, 'tmp'), 'tests left processes running', report);
}

/** A browser's helpers need a moment to end; anything that outlives it was forgotten. */
async function expectNothingRuns(folder: string, failure: string, report: Report): Promise<void> {
  const left = await endLeftovers(folder, 3);
  if (left.length > 0) report.addFailure(failure, left.join('\n'));
}

/** The first signal ends the run in good order. So does the end of the parent, which may have been killed. */
function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => controller.abort(new Error(`stopped by ${signal}`)));
  }
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) controller.abort(new Error('stopped: the parent process is gone'));
  }, 500);
  watch.unref();
  return controller.signal;
}

function setting(name: string, otherwise: number): number {
  const value = Number(process.env[name] ?? otherwise);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} must be a positive whole number`);
}

function describe(error: Error): string {
  const parts = error instanceof AggregateError ? error.errors.map((part) => `\n${String(part?.stack)}`) : [];
  return `${error.stack ?? error.message}${parts.join('')}`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (cause) {
  console.error(cause instanceof MissingSystemPackages ? cause.message : cause);
  process.exitCode = 1;
}
// Not before the last line is out: on some systems a pipe is written in the background.
process.stdout.write('', () => process.exit());

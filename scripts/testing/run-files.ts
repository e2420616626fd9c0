// Owns the running of test files: each in a process of its own by node:test, a few at a time, each stopped when its
// time is up. Which one is next is the queue's matter.
import { run } from 'node:test';
import { createQueue } from './queue.ts';
import { createTally, type FileResult, type TestEvent } from './tally.ts';
import type { TestFile } from './test-files.ts';

export type RunOptions = {
  files: readonly TestFile[];
  /** How many files run at once. */
  concurrency: number;
  timeoutSeconds: number;
  signal: AbortSignal;
  onResult: (file: TestFile, result: FileResult, milliseconds: number) => void;
};

/** Runs all files; returns when the last process has ended. An aborted run ends early, without an error. */
export async function runFiles(options: RunOptions): Promise<void> {
  const queue = createQueue(options.files);
  const lane = async (number: number): Promise<void> => {
    for (
      let file = queue.take(number);
      file !== undefined && !options.signal.aborted;
      file = queue.take(number)
    ) {
      try {
        const started = performance.now();
        const result = await runFile(file, options);
        options.onResult(file, result, performance.now() - started);
      } finally {
        queue.giveBack(file);
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, (_, number) => lane(number)));
}

async function runFile(file: TestFile, options: RunOptions): Promise<FileResult> {
  const tally = createTally({ path: file.path, timeoutSeconds: options.timeoutSeconds });
  const output: string[] = [];
  const timeout = AbortSignal.timeout(options.timeoutSeconds * 1000);
  const events = run({
    files: [file.path],
    isolation: 'process',
    concurrency: 1,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    signal: AbortSignal.any([options.signal, timeout]),
  });
  for await (const event of events) {
    if (event.type === 'test:pass') tally.add(testEvent('pass', event.data));
    if (event.type === 'test:fail') {
      tally.add({ ...testEvent('fail', event.data), error: event.data.details.error });
    }
    if (event.type === 'test:stdout' || event.type === 'test:stderr') keep(output, event.data.message);
    if (event.type === 'test:diagnostic' && isNote(event.data.message)) tally.note(event.data.message);
    // With a file: what went wrong after its tests. Without: node:test's own summary.
    if (event.type === 'test:diagnostic' && event.data.file) keep(output, `${event.data.message}\n`);
    if (event.type === 'test:dequeue' && event.data.name !== file.path) tally.begin(event.data.name);
    if (event.type === 'test:complete') tally.finish(event.data.name);
  }
  return tally.end(output.join(''));
}

/** What a test wants to be read in a good run too; it says so by `t.diagnostic('note: ...')`. */
const isNote = (message: string): boolean => message.startsWith('note: ');

type NodeTestData = {
  name: string;
  nesting: number;
  details: { type?: 'suite' | 'test' | undefined; duration_ms: number };
  skip?: string | boolean | undefined;
  todo?: string | boolean | undefined;
};

function testEvent(outcome: TestEvent['outcome'], data: NodeTestData): TestEvent {
  return {
    outcome,
    name: data.name,
    nesting: data.nesting,
    kind: data.details.type ?? 'test',
    milliseconds: data.details.duration_ms,
    skip: data.skip,
    todo: data.todo,
  };
}

const outputLinesMax = 200;

/** Keeps the latest lines: the reason for a crash stands at the end. */
function keep(output: string[], message: string): void {
  output.push(message);
  if (output.length > outputLinesMax) output.shift();
}

// Owns the judgement on one test file: which of the runner's events count as a test passed or failed. Only leaves
// count, so that a suite adds nothing to its tests; a test that is skipped or still to do, and a file that tests
// nothing, have failed.
import { inspect } from 'node:util';

export type Failure = { name: string; message: string };
export type TestTime = { name: string; milliseconds: number };

export type FileResult = {
  passed: number;
  failures: Failure[];
  times: TestTime[];
  /** What tests have to say beside pass and fail. */
  notes: string[];
};

/** What `test:pass` and `test:fail` of node:test carry, as far as it matters here. */
export type TestEvent = {
  outcome: 'pass' | 'fail';
  name: string;
  nesting: number;
  kind: 'suite' | 'test';
  milliseconds: number;
  skip: string | boolean | undefined;
  todo: string | boolean | undefined;
  error?: unknown;
};

/** Collects the events of one file, in the order in which node:test reports them: children before parents. */
export function createTally(file: { path: string; timeoutSeconds: number }): {
  /** A test (or suite) of this name runs, or has ended: said at once, while `add` keeps the order of the file. */
  begin(name: string): void;
  finish(name: string): void;
  add(event: TestEvent): void;
  note(text: string): void;
  end(output: string): FileResult;
} {
  const result: FileResult = { passed: 0, failures: [], times: [], notes: [] };
  const hasChildren: boolean[] = [];
  const unfinished: string[] = [];
  const finish = (name: string): void => {
    const place = unfinished.lastIndexOf(name);
    if (place >= 0) unfinished.splice(place, 1);
  };

  const add = (event: TestEvent): void => {
    const isLeaf = hasChildren[event.nesting + 1] !== true;
    hasChildren[event.nesting + 1] = false;
    hasChildren[event.nesting] = true;
    const { name } = event;

    // node:test makes an event for the file itself when it tested nothing, crashed or was stopped.
    if (event.nesting === 0 && name === file.path) {
      if (event.outcome === 'pass') return;
      const message = describeFileFailure(event.error, unfinished, file.timeoutSeconds);
      result.failures.push({ name: 'the file as a whole', message });
      return;
    }
    if (event.outcome === 'fail') {
      if (isLeaf || failureTypeOf(event.error) !== 'subtestsFailed') {
        result.failures.push({ name, message: describeError(event.error) });
      }
      return;
    }
    if (isSaid(event.skip) || isSaid(event.todo)) {
      const word = isSaid(event.skip) ? 'skipped' : 'still to do';
      const reason = event.skip || event.todo;
      const why = typeof reason === 'string' ? `: ${reason}` : '';
      result.failures.push({ name, message: `a test may not be ${word}${why}` });
      return;
    }
    if (!isLeaf || event.kind === 'suite') return;
    result.passed++;
    result.times.push({ name, milliseconds: event.milliseconds });
  };

  const end = (output: string): FileResult => {
    const isEmpty = result.passed === 0 && result.failures.length === 0;
    if (isEmpty) result.failures.push({ name: 'the file as a whole', message: 'it holds not a single test' });
    const whole = result.failures.find((failure) => failure.name === 'the file as a whole');
    if (whole && output.trim() !== '') whole.message += `\n${output.trim()}`;
    return result;
  };
  const begin = (name: string): void => void unfinished.push(name);
  return { begin, finish, add, note: (text) => void result.notes.push(text), end };
}

/** node:test reports `skip: ''` for a skip without a reason, and false or nothing for none. */
const isSaid = (value: string | boolean | undefined): boolean => value !== undefined && value !== false;

function describeFileFailure(error: unknown, unfinished: readonly string[], timeoutSeconds: number): string {
  if (failureTypeOf(error) === 'testAborted') {
    const which =
      unfinished.length > 0 ? `not finished: ${unfinished.join(' > ')}` : 'something was not closed';
    return `stopped before its end, at the latest after ${timeoutSeconds} s; ${which}`;
  }
  const detail = (name: string): unknown => Object(error)[name] ?? undefined;
  const how = detail('signal')
    ? `ended by ${String(detail('signal'))}`
    : `exit code ${String(detail('exitCode'))}`;
  return `the file crashed or left an error behind (${how}); its output stands below`;
}

function failureTypeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'failureType') : undefined;
}

/** node:test wraps what a test threw; the wrapper says nothing of its own when there is a cause. */
function describeError(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (typeof cause === 'string') return cause;
  return inspect(cause, { depth: 6, breakLength: 110, maxStringLength: 4000, maxArrayLength: 50 });
}

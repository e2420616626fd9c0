// Owns what a test run prints: a line per file as it ends, then the slowest tests, failures in full,
// and the count, alone on the last line.
import type { FileResult } from './tally.ts';
import type { TestFile } from './test-files.ts';

const slowestMax = 8;
const slowFromMs = 500;

export type Report = {
  addFile(file: TestFile, result: FileResult, milliseconds: number): void;
  /** Something that went wrong outside of any test. */
  addFailure(name: string, message: string): void;
  /** Prints the rest and answers whether the run was good. */
  end(summary: { seconds: number; leftOut: number }): boolean;
};

export function createReport(print: (line: string) => void): Report {
  let passed = 0;
  const failures: { place: string; name: string; message: string }[] = [];
  const times: { place: string; name: string; milliseconds: number }[] = [];

  const addFile: Report['addFile'] = (file, result, milliseconds) => {
    passed += result.passed;
    const place = file.name;
    failures.push(...result.failures.map((failure) => ({ place, ...failure })));
    times.push(...result.times.map((time) => ({ place, ...time })));
    const counts = [`${result.passed} passed`];
    if (result.failures.length > 0) counts.push(`${result.failures.length} failed`);
    const verdict = result.failures.length > 0 ? 'FAIL' : 'ok  ';
    print(`${verdict} ${place}  ${counts.join(', ')}  ${Math.round(milliseconds)} ms`);
    for (const note of result.notes) print(`     ${note}`);
  };

  const end: Report['end'] = ({ seconds, leftOut }) => {
    const slow = times.filter((time) => time.milliseconds >= slowFromMs);
    slow.sort((a, b) => b.milliseconds - a.milliseconds);
    if (slow.length > 0) print('\nSlowest tests:');
    for (const { place, name, milliseconds } of slow.slice(0, slowestMax)) {
      print(`  ${Math.round(milliseconds)} ms  ${place}: ${name}`);
    }
    for (const { place, name, message } of failures) {
      print(`\nFAILED ${place}: ${name}\n${indent(message)}`);
    }
    print(`\n${seconds.toFixed(1)} s`);
    if (leftOut > 0) print(`${leftOut} left out`);
    if (passed === 0 && failures.length === 0) print('Nothing was tested, which is no success.');
    print(`${passed} passed, ${failures.length} failed`);
    return passed > 0 && failures.length === 0;
  };

  const addFailure = (name: string, message: string) => {
    failures.push({ place: 'test run', name, message });
  };
  return { addFile, addFailure, end };
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

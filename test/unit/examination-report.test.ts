// What the command line makes of an examination: when it is well, and what it never says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReport } from '../../src/cli/report.ts';

const examination = (...results: string[]) => ({
  steps: results.map((result, at) => ({ subject: `step_${at}`, result })),
});

test('an examination is well when something passed and nothing failed', () => {
  const isWell = (...results: string[]): boolean => readReport(examination(...results)).isWell;
  assert.deepEqual(
    [isWell('passed'), isWell('passed', 'unknown', 'skipped', 'warned'), isWell('passed', 'failed')],
    [true, true, false],
  );
  assert.equal(isWell('unknown', 'unknown', 'skipped'), false, 'nothing could be tried');
});

test('what a provider says brings no control characters to the terminal', () => {
  const [, said] = readReport({
    steps: [{ subject: 'credential', result: 'failed', provider: { description: 'no\u001b[2Jway' } }],
  }).lines;
  assert.equal(said, '    The provider says: no [2Jway');
});

test('an answer that is no examination is refused', () => {
  assert.throws(() => readReport({ ok: true }), /no examination/);
});

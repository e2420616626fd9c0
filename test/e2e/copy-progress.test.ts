import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showAsBar, showAsLines } from '../../src/cli/copy-progress.ts';

const step = (done: number) => ({ phase: 'copy' as const, table: 'grants', done, total: 1_000 });

test('a bar stays in one line, fills up, and leaves the cursor below itself', () => {
  const written: string[] = [];
  const show = showAsBar((text) => written.push(text));
  for (const done of [0, 500, 500, 1_000]) show.progress(step(done));
  show.end();
  show.end();
  assert.equal(written.length, 4, 'the same line is not drawn twice');
  assert.ok(written.slice(0, 3).every((line) => line.startsWith('\r') && !line.includes('\n')));
  assert.deepEqual(
    written.slice(0, 3).map((line) => line.split('█').length - 1),
    [0, 15, 30],
  );
  assert.match(written[2] ?? '', / 100 % {2}1000\/1000 {2}grants/);
  assert.equal(written[3], '\n');
});

test('without a terminal a long table is at most a line for each tenth of the whole', () => {
  const written: string[] = [];
  const show = showAsLines((text) => written.push(text));
  for (let done = 1; done <= 1_000; done += 1) show.progress(step(done));
  assert.equal(written.length, 11);
  assert.equal(written[5], 'copying grants: 500 of 1000 rows\n');
});

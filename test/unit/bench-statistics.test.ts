// The numbers of a report mean what their names say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printed } from '../../bench/support/printing.ts';
import { atLeast, atMost } from '../../bench/support/report.ts';
import { median, percentile, spread, takeTurns } from '../../bench/support/statistics.ts';

test('a percentile is a sample that was measured, by nearest rank', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(percentile(samples, 0.5), 50);
  assert.equal(percentile(samples, 0.99), 99);
  assert.equal(percentile([7], 0.99), 7);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

test('a median of an even number of samples lies between the two in the middle', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(spread([0.5, 0.25, 0.75]), '0.25-0.75');
});

test('sides take turns, each round begins with another one, and the round that warms up is not counted', async () => {
  const order: string[] = [];
  const side = (name: string) => async (): Promise<number> => order.push(name);
  const rounds = await takeTurns(2, { limit: side('limit'), subject: side('subject') });
  assert.deepEqual(order, ['limit', 'subject', 'subject', 'limit', 'limit', 'subject']);
  assert.deepEqual(rounds, [
    { limit: 4, subject: 3 },
    { limit: 5, subject: 6 },
  ]);
});

test('a target that was missed or not measured is not met, and the report says so', () => {
  assert.equal(atLeast('a', 0.7, 0.7).ok, true);
  assert.equal(atLeast('a', 0.69, 0.7).ok, false);
  assert.equal(atMost('a', 3.01, 3).ok, false);
  const targets = [atMost('met', 1, 2), atMost('missed', 3, 2), atMost('unknown', null, 2)];
  assert.deepEqual(
    targets.map(({ ok }) => ok),
    [true, false, false],
  );
  const machine = { cores: 2, model: 'm', node: 'v24', platform: 'p' };
  const report = {
    bench: 'b',
    size: 'tiny',
    startedAt: '',
    seconds: 1,
    machine,
    tables: [],
    targets,
  } as const;
  const text = printed({ ...report, tables: [], targets });
  assert.match(text, /^met .* met$/m);
  assert.match(text, /^missed .* MISSED$/m);
  assert.match(text, /^unknown .*not measured/m);
});

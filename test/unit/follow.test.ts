// A list that is followed: what comes is told once, whenever its transaction ends, and a list that stands still is not
// read again and again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createApi } from '../../src/cli/api.ts';
import { follow } from '../../src/cli/follow.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

/** A list of ids behind the API, and whoever follows it. */
function startFollowing(given: readonly string[], first: number | 'all') {
  const rows = new Set(given);
  let requests = 0;
  const api = createApi(
    async ({ path }) => {
      requests += 1;
      const query = new URL(path, 'http://localhost').searchParams;
      const [limit, cursor] = [Number(query.get('limit')), query.get('cursor') ?? ''];
      const isNewestFirst = query.get('order') === 'newest';
      const sorted = [...rows].sort().filter((id) => isNewestFirst || id > cursor);
      if (isNewestFirst) sorted.reverse();
      const found = sorted.slice(0, limit);
      const next = sorted.length > limit ? (found.at(-1) ?? null) : null;
      const document = { items: found.map((id) => ({ id })), next_cursor: next };
      return { status: 200, text: JSON.stringify(document), retryAfter: null };
    },
    'key',
    null,
  );
  const clock = createManualClock();
  const stopping = new AbortController();
  const told: unknown[] = [];
  const following = (async () => {
    const items = follow({ api, path: '/v1/list', query: {}, first, stopping: stopping.signal, clock });
    for await (const item of items) told.push(item);
  })();
  const rest = () => until('it waits for the next reading', () => clock.waits() === 1);
  return {
    rows,
    told: () => told.map((item) => JSON.stringify(item).slice(7, -2)),
    /** Readings after so long; answers what they cost. */
    async after(milliseconds: number): Promise<number> {
      await rest();
      const before = requests;
      await clock.advance(milliseconds);
      await rest();
      return requests - before;
    },
    async end(): Promise<void> {
      stopping.abort();
      await following;
    },
  };
}

const named = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `b${String(at).padStart(4, '0')}`);

test('what came in one go is read again for a minute and then no more, also when nothing else comes', async () => {
  const list = startFollowing(named(450), 'all');
  assert.equal(await list.after(1_000), 5);
  await list.after(60_000);
  assert.equal(await list.after(1_000), 1);
  list.rows.add('c');
  await list.after(1_000);
  assert.deepEqual(list.told(), [...named(450), 'c']);
  await list.end();
});

test('one that is seen after others with later ids is told, once', async () => {
  const list = startFollowing(named(3), 'all');
  await list.after(30_000);
  list.rows.add('b0001 late');
  await list.after(1_000);
  await list.after(59_000);
  await list.after(1_000);
  assert.deepEqual(list.told(), [...named(3), 'b0001 late']);
  await list.end();
});

test('of those that are there so many come first, and what was there before is not told later', async () => {
  const list = startFollowing(named(300), 2);
  list.rows.add('c');
  await list.after(61_000);
  await list.after(1_000);
  assert.deepEqual(list.told(), ['b0298', 'b0299', 'c']);
  await list.end();
});

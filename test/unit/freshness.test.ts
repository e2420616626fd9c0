import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createFreshness } from '../../src/core/freshness.ts';
import type { Change } from '../../src/core/ports.ts';
import { createFeed } from './kept-tokens.ts';

const change = (id: string): Change => ({ kind: 'mailbox', id });

function world() {
  const feed = createFeed();
  return { feed, freshness: createFreshness(feed) };
}

it('what was marked before a change of an object is void, what is marked after it is not', () => {
  const { feed, freshness } = world();
  const before = freshness.mark();
  feed.tell([change('a')]);
  const after = freshness.mark();
  assert.equal(freshness.isSure(before, ['x', 'a']), false);
  assert.equal(freshness.isSure(before, ['x', 'y']), true);
  assert.equal(freshness.isSure(after, ['x', 'a']), true);
});

it('everything is void when changes may have been missed', () => {
  const { feed, freshness } = world();
  const before = freshness.mark();
  feed.tell(null);
  assert.equal(freshness.isSure(before, ['x']), false);
  assert.equal(freshness.isSure(freshness.mark(), ['x']), true);
});

it('nothing is sure while the feed is not current, and all is as before when it is again', () => {
  const { feed, freshness } = world();
  const mark = freshness.mark();
  feed.isCurrent = false;
  assert.equal(freshness.isSure(mark, ['x']), false);
  feed.isCurrent = true;
  assert.equal(freshness.isSure(mark, ['x']), true);
});

it('a change is never forgotten while something older counts as sure, however many follow', () => {
  const { feed, freshness } = world();
  const marks: { mark: number; id: string }[] = [];
  for (let round = 0; round < 60; round++) {
    const id = `object ${round}`;
    marks.push({ mark: freshness.mark(), id });
    feed.tell([change(id)]);
    feed.tell(Array.from({ length: 997 }, (_, index) => change(`other ${round} ${index}`)));
    for (const one of marks) assert.equal(freshness.isSure(one.mark, [one.id]), false, one.id);
  }
});

it('what is marked anew now and then stays sure through any number of changes of other objects', () => {
  const { feed, freshness } = world();
  let mark = freshness.mark();
  for (let round = 0; round < 100; round++) {
    feed.tell(Array.from({ length: 1_000 }, (_, index) => change(`other ${round} ${index}`)));
    assert.equal(freshness.isSure(mark, ['mine']), true, `round ${round}`);
    mark = freshness.mark();
  }
});

it('more changes at once than are remembered make everything void', () => {
  const { feed, freshness } = world();
  const mark = freshness.mark();
  feed.tell(Array.from({ length: 10_001 }, (_, index) => change(`other ${index}`)));
  assert.equal(freshness.isSure(mark, ['mine']), false);
});

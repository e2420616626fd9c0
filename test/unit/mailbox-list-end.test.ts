// How long the console takes a list to be, when its count and its pages tell different things at different moments.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type HeardPage, lengthOf, lengthOfPage } from '../../web/src/api/mailbox-list-end.ts';

const size = 100;
const full = (page: number, at: number): HeardPage => ({ page, length: size, isLast: false, at });
const end = (page: number, length: number, at: number): HeardPage => ({ page, length, isLast: true, at });
const exactly = (length: number) => ({ length, isExact: true });

describe('the length of a list', () => {
  it('is not known while nothing has come, nor from a page behind its end alone', () => {
    assert.equal(lengthOf(size, null, []), null);
    assert.equal(lengthOf(size, null, [end(57, 0, 1)]), null);
  });

  it('is what was counted, and without a count what the pages show', () => {
    assert.deepEqual(lengthOf(size, { total: 10_000, at: 1 }, [full(0, 2), full(3, 3)]), exactly(10_000));
    assert.deepEqual(lengthOf(size, null, [full(0, 1)]), { length: 101, isExact: false });
    assert.deepEqual(lengthOf(size, null, [full(0, 1), end(2, 7, 2)]), exactly(207));
    assert.deepEqual(lengthOf(size, null, [end(0, 0, 1)]), exactly(0));
    assert.deepEqual(lengthOf(size, null, [end(0, size, 1)]), exactly(100));
  });

  it('shrinks with a last page that came later than the count, in whatever order they are given', () => {
    const count = { total: 10_000, at: 5 };
    assert.deepEqual(lengthOf(size, count, [end(99, 90, 6), full(98, 1)]), exactly(9_990));
    assert.deepEqual(lengthOf(size, count, [full(98, 1), end(99, 90, 6)]), exactly(9_990));
    assert.deepEqual(lengthOf(size, count, [end(99, 90, 4)]), exactly(10_000));
  });

  it('ends no later than where a page that is behind the end begins', () => {
    assert.deepEqual(lengthOf(size, { total: 10_000, at: 1 }, [end(95, 0, 2)]), exactly(9_500));
    assert.deepEqual(
      lengthOf(size, { total: 10_000, at: 1 }, [end(95, 0, 2), end(94, 3, 3)]),
      exactly(9_403),
    );
    assert.deepEqual(lengthOf(size, { total: 40, at: 1 }, [end(1, 0, 2)]), exactly(40));
  });

  it('grows with a page that more follow, until it is known how many', () => {
    const count = { total: 150, at: 1 };
    assert.deepEqual(lengthOf(size, count, [full(1, 2)]), { length: 201, isExact: false });
    assert.deepEqual(lengthOf(size, count, [full(1, 2), end(2, 4, 3)]), exactly(204));
    assert.deepEqual(lengthOf(size, { total: 260, at: 3 }, [full(1, 2)]), exactly(260));
  });
});

it('a page holds what is left of the list for it, and nothing behind the end', () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((page) => lengthOfPage(page, size, 207)),
    [100, 100, 7, 0],
  );
});

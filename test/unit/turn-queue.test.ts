import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurnQueue, type TurnQueue } from '../../src/stores/turn-queue.ts';

const taken = (queue: TurnQueue<string>): string[] => {
  const all: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) all.push(item);
  return all;
};

const filled = (most: number, items: string): TurnQueue<string> => {
  const queue = createTurnQueue<string>(most);
  for (const item of items.split(' ')) queue.add(item.slice(0, 1), item);
  return queue;
};

test('owners take turns, each with the oldest of its own', () => {
  const queue = filled(9, 'a1 a2 a3 b1 b2 c1');
  assert.equal(queue.size(), 6);
  assert.deepEqual(taken(queue), ['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  assert.equal(queue.size(), 0);
});

test('who comes back has its turn behind those that wait', () => {
  const queue = filled(9, 'a1 b1');
  assert.equal(queue.take(), 'a1');
  queue.add('a', 'a2');
  assert.deepEqual(taken(queue), ['b1', 'a2']);
});

test('a full queue refuses who has most in it, and nobody for one who would then have as many', () => {
  const queue = filled(4, 'a1 a2 a3 b1');
  assert.equal(queue.add('a', 'a4'), 'a4');
  assert.equal(queue.add('b', 'b2'), 'a3');
  assert.equal(queue.add('b', 'b3'), 'b3');
  assert.equal(queue.add('c', 'c1'), 'a2');
  assert.equal(queue.add('d', 'd1'), 'b2');
  assert.equal(queue.add('e', 'e1'), 'e1', 'each has one');
  assert.equal(queue.size(), 4);
  assert.deepEqual(taken(queue), ['a1', 'b1', 'c1', 'd1']);
});

test('what is removed has no turn, and what is not there is left alone', () => {
  const queue = filled(4, 'a1 b1 b2');
  queue.remove('a', 'a1');
  queue.remove('a', 'a1');
  queue.remove('b', 'b2');
  assert.equal(queue.size(), 1);
  assert.deepEqual(queue.takeAll(), ['b1']);
  assert.equal(queue.size(), 0);
  assert.equal(queue.take(), undefined);
});

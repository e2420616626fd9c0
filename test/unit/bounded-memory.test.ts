import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createBoundedMemory } from '../../src/core/bounded-memory.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

it('never holds more entries than it may', () => {
  const memory = createBoundedMemory<number>({ entriesMax: 10, bytesMax: Number.POSITIVE_INFINITY });
  for (const number of numbers(1000)) {
    memory.set(`key ${number}`, number, 1);
    if (number % 3 === 0) memory.find(`key ${number - 1}`);
    assert.ok(memory.size().entries <= 10);
  }
  assert.equal(memory.size().entries, 10);
});

it('never holds more bytes than it may, whatever the entries take', () => {
  const memory = createBoundedMemory<number>({ entriesMax: 1000, bytesMax: 800 });
  for (const number of numbers(500)) {
    memory.set(`key ${number % 40}`, number, 1 + ((number * 37) % 100));
    if (number % 2 === 0) memory.find(`key ${number % 7}`);
    assert.ok(memory.size().bytes <= 800, `${memory.size().bytes} bytes`);
  }
  const kept = numbers(40).filter((number) => memory.find(`key ${number}`) !== null);
  assert.equal(memory.size().entries, kept.length);
});

it('counts no bytes twice, and none of what is gone', () => {
  const memory = createBoundedMemory<string>({ entriesMax: 10, bytesMax: 1000 });
  memory.set('a', 'first', 100);
  memory.set('a', 'second', 50);
  memory.set('b', 'third', 20);
  assert.deepEqual(memory.size(), { entries: 2, bytes: 70 });
  memory.remove('a');
  memory.remove('a');
  assert.deepEqual(memory.size(), { entries: 1, bytes: 20 });
  memory.clear();
  assert.deepEqual(memory.size(), { entries: 0, bytes: 0 });
});

it('what somebody asks for outlives a stream of entries that nobody asks for', () => {
  const memory = createBoundedMemory<number>({ entriesMax: 10, bytesMax: Number.POSITIVE_INFINITY });
  memory.set('wanted', 0, 1);
  for (const number of numbers(1000)) {
    memory.find('wanted');
    memory.set(`stream ${number}`, number, 1);
  }
  assert.equal(memory.find('wanted'), 0);
});

it('an entry that would take an eighth of the room and more is not kept, and drives out nothing', () => {
  const memory = createBoundedMemory<string>({ entriesMax: 10, bytesMax: 800 });
  memory.set('small', 'small', 10);
  memory.set('large', 'large', 101);
  assert.equal(memory.find('large'), null);
  assert.equal(memory.find('small'), 'small');
});

for (const room of [
  { entriesMax: 0, bytesMax: 1000 },
  { entriesMax: 10, bytesMax: 0 },
]) {
  it(`keeps nothing in no room: ${JSON.stringify(room)}`, () => {
    const memory = createBoundedMemory<number>(room);
    memory.set('key', 1, 10);
    assert.equal(memory.find('key'), null);
    assert.deepEqual(memory.size(), { entries: 0, bytes: 0 });
  });
}

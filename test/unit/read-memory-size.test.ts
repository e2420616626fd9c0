// What the memory of token reads says that it takes is what it takes: the bound in megabytes rests on it.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMemoryWorld, newReadOf, readMailboxOf } from './kept-tokens.ts';

/** As many as by default: a hash table that has just grown is the worst case, and this is not far from it. */
const entries = 100_000;

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes in use after everything that is not needed is gone. */
function heapBytes(): number {
  assert.ok(typeof collect === 'function');
  for (let time = 0; time < 3; time++) collect();
  return process.memoryUsage().heapUsed;
}

for (const [name, tokenLength] of [
  ['Google', 220],
  ['Microsoft', 1_800],
] as const) {
  it(`an entry with a token as long as ${name}'s takes what is estimated, within a quarter`, (test) => {
    const { memory, freshness } = createMemoryWorld({ entriesMax: entries, megabytesMax: 4096 });
    const before = heapBytes();
    for (let index = 0; index < entries; index++) {
      memory.keep(freshness.mark(), readMailboxOf(index), newReadOf(index, tokenLength));
    }
    const taken = (heapBytes() - before) / entries;
    const size = memory.size();
    assert.equal(size.entries, entries);
    const estimated = size.bytes / entries;
    test.diagnostic(`${Math.round(taken)} bytes, estimated ${Math.round(estimated)}`);
    assert.ok(Math.abs(taken / estimated - 1) < 0.25, `${taken} bytes, estimated ${estimated}`);
  });
}

// Chance that can be had again: every draw of a run follows from one seed. CHAOS_SEED repeats a run, as far as the
// machine's own timing allows.
import process from 'node:process';

export type Chance = {
  /** From 0 to below 1. */
  fraction(): number;
  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
};

/** The seed of this run, for all files of it. */
export const seed: number = readSeed();

/** `name` keeps the draws of one test apart from those of another. */
export function createChance(name: string): Chance {
  let state = seed;
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193);
  const fraction = (): number => {
    // One step of a Weyl sequence, its bits mixed twice (as in the 32-bit finalizers of hash functions).
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
  const whole = (least: number, most: number): number => least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    whole,
    pick: (list) => list[whole(0, list.length - 1)] ?? list[0],
  };
}

function readSeed(): number {
  const text = process.env.CHAOS_SEED;
  if (text === undefined || text === '') return Math.floor(Math.random() * 2 ** 31);
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error('CHAOS_SEED must be a whole number');
}

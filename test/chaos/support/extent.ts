// How much of the suite is run: its short form, which `npm test` has, or all of it by `npm run chaos`.
import process from 'node:process';

/** Rounds of killing for each engine and way of rotation. */
export const rounds: number = wholeOf('CHAOS_ROUNDS', 2);

export const isFull: boolean = rounds >= 100;

function wholeOf(name: string, otherwise: number): number {
  const value = Number(process.env[name] ?? otherwise);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`${name} must be a positive whole number`);
}

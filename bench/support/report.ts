// What a bench hands back. A missed target is a finding, not an error. How it is shown is printing.ts's.
import { availableParallelism, cpus, loadavg } from 'node:os';
import process from 'node:process';

/** `full` is what README.md quotes, `short` takes a minute or two, `tiny` only proves that the bench runs. */
export type Size = 'full' | 'short' | 'tiny';

export type Cell = string | number | null;
export type Table = { title: string; rows: Record<string, Cell>[] };

export type Target = {
  name: string;
  /** Null when this run did not measure it. */
  value: number | null;
  bound: 'at least' | 'at most';
  target: number;
  ok: boolean;
  /** Lowest and highest of the rounds: how far the value can be trusted. */
  spread?: string;
};

export type Findings = { tables: Table[]; targets: Target[]; notes?: string[] };

export type Report = Findings & {
  bench: string;
  size: Size;
  startedAt: string;
  seconds: number;
  machine: {
    cores: number;
    model: string;
    node: string;
    platform: string;
    /** How many processes wanted to run, on average over the minute before the bench: others' work. */
    load?: number;
  };
};

type Bound = Target['bound'];

/** Judged as it is shown, so that no reader wonders why 0.7 is not 0.7. */
function judged(name: string, measured: number | null, bound: Bound, target: number): Target {
  const value = measured === null ? null : rounded(measured);
  const ok = value !== null && (bound === 'at least' ? value >= target : value <= target);
  return { name, value, bound, target, ok };
}

export const atLeast = (name: string, value: number | null, target: number): Target =>
  judged(name, value, 'at least', target);

export const atMost = (name: string, value: number | null, target: number): Target =>
  judged(name, value, 'at most', target);

/** Three significant digits below 1000, whole numbers above: more would be noise. */
export function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}

export const machine = (): Report['machine'] => ({
  cores: availableParallelism(),
  model: cpus()[0]?.model ?? 'unknown',
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  load: rounded(loadavg()[0] ?? 0),
});

// What a bench is told: how large, on which engines, and where a profile goes.
import type { EngineName } from './support/databases.ts';
import type { Findings, Size } from './support/report.ts';

export type BenchOptions = {
  size: Size;
  engines: readonly EngineName[];
  /** Folder for CPU profiles; null = none are taken. */
  profileFolder: string | null;
  /** Tells a person what is going on. */
  say: (line: string) => void;
};

export type Bench = (options: BenchOptions) => Promise<Findings>;

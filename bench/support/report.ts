// What a bench hands back, and how it is shown: tables for people, one JSON object for programs. A missed target is
// a finding, not an error.
import { availableParallelism, cpus } from 'node:os';
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
};

export type Findings = { tables: Table[]; targets: Target[]; notes?: string[] };

export type Report = Findings & {
  bench: string;
  size: Size;
  startedAt: string;
  seconds: number;
  machine: { cores: number; model: string; node: string; platform: string };
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
});

/** The report as lines of text. */
export function printed(report: Report): string {
  const { bench, size, machine: at, tables, targets, notes = [], seconds } = report;
  const heading = `${bench} (${size}), ${at.cores} cores, ${at.model}, Node.js ${at.node}, ${Math.round(seconds)} s`;
  const verdicts: Table = {
    title: 'Targets',
    rows: targets.map(({ name, value, bound, target, ok }) => ({
      target: name,
      value: value ?? 'not measured',
      wanted: `${bound} ${target}`,
      '': ok ? 'met' : value === null ? '-' : 'MISSED',
    })),
  };
  const blocks = [...tables, ...(targets.length > 0 ? [verdicts] : [])].map(printedTable);
  return [
    heading,
    ...blocks,
    ...(notes.length > 0 ? [notes.map((note) => `- ${note}`).join('\n')] : []),
  ].join('\n\n');
}

function printedTable({ title, rows }: Table): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const texts = rows.map((row) => columns.map((column) => textOf(row[column] ?? null)));
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...texts.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[], isNumber: (index: number) => boolean): string =>
    cells
      .map((cell, index) =>
        isNumber(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const hasNumbers = (index: number): boolean =>
    rows.some((row) => typeof row[columns[index] ?? ''] === 'number');
  return [title, line(columns, hasNumbers), ...texts.map((row) => line(row, hasNumbers))].join('\n');
}

function textOf(cell: Cell): string {
  if (cell === null) return '-';
  return typeof cell === 'number' ? String(rounded(cell)) : cell;
}

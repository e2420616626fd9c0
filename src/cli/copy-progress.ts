// How `mailgrant copy` shows itself: a bar on a terminal, a line for each table elsewhere, JSON for programs. Progress
// goes to standard error, the result to standard output.
import type { CopyProgress, CopyResult } from '../stores/copy/index.ts';
import { barOf } from './bar.ts';

export type Show = {
  progress(progress: CopyProgress): void;
  result(result: CopyResult, seconds: number): void;
  /** Nothing more of progress will come. May be called twice. */
  end(): void;
};

const words = { copy: 'copying', verify: 'comparing' } as const satisfies Record<
  CopyProgress['phase'],
  string
>;

export const showAsBar = (write = toStandardError): Show => {
  let shown = '';
  return {
    progress: (progress) => {
      const line = lineOf(progress);
      if (line === shown) return;
      shown = line;
      // Back to the first column, and the rest of an older, longer line away.
      write(`\r${line}\u001b[K`);
    },
    result: printSummary,
    end: () => {
      if (shown !== '') write('\n');
      shown = '';
    },
  };
};

export const showAsLines = (write = toStandardError): Show => {
  let shown = '';
  return {
    progress: ({ phase, table, done, total }) => {
      const tenth = Math.floor((done * 10) / total);
      const place = `${phase} ${table} ${tenth}`;
      if (place === shown) return;
      shown = place;
      write(`${words[phase]} ${table}: ${done} of ${total} rows\n`);
    },
    result: printSummary,
    end: () => {},
  };
};

export const showAsJson = (write = toStandardError): Show => ({
  progress: (progress) => write(`${JSON.stringify(progress)}\n`),
  result: ({ isResumed, ...result }, seconds) => {
    process.stdout.write(`${JSON.stringify({ ...result, resumed: isResumed, seconds })}\n`);
  },
  end: () => {},
});

/** More than all is all: of rows that came while a copy was resumed the comparison at the end tells. */
const lineOf = ({ phase, table, done, total }: CopyProgress): string =>
  `${words[phase].padEnd(9)} ${barOf(done / Math.max(total, 1))}  ${done}/${total}  ${table}`;

function printSummary({ from, to, rows, tables }: CopyResult, seconds: number): void {
  const width = Math.max(...tables.map(({ name }) => name.length));
  const lines = tables.map(
    (table) =>
      `${table.name.padEnd(width)}  ${String(table.rows).padStart(9)}  ${table.checksum.slice(0, 16)}`,
  );
  process.stdout.write(
    [
      ...lines,
      `${rows} rows in ${seconds} s from ${from} to ${to}; counts and checksums are equal.`,
      'The source is as it was. Keep it until the new database has proved itself, but start no gateway on it again.',
      '',
    ].join('\n'),
  );
}

const toStandardError = (text: string): void => {
  process.stderr.write(text);
};

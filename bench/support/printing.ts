// Shows a report to people: on a terminal, and as Markdown for figures/.
import { type Cell, type Report, rounded, type Table } from './report.ts';

const headingOf = ({ bench, size, machine: at, startedAt, seconds }: Report): string =>
  `${bench} (${size}), ${startedAt.slice(0, 10)}, ${at.cores} shared cores, ${at.model}, Node.js ${at.node}, ${at.load === undefined ? '' : `load ${at.load} before, `}${Math.round(seconds)} s`;

const verdictsOf = ({ targets }: Report): Table[] =>
  targets.length === 0
    ? []
    : [
        {
          title: 'Targets',
          rows: targets.map(({ name, value, bound, target, ok, spread }) => ({
            target: name,
            value: value ?? 'not measured',
            ...(targets.some((other) => other.spread !== undefined) ? { spread: spread ?? '' } : {}),
            wanted: `${bound} ${target}`,
            '': ok ? 'met' : value === null ? '-' : 'MISSED',
          })),
        },
      ];

const notesOf = ({ notes = [] }: Report): string[] =>
  notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')];

/** Aligned columns. */
export const printed = (report: Report): string =>
  [
    headingOf(report),
    ...[...report.tables, ...verdictsOf(report)].map(printedTable),
    ...notesOf(report),
  ].join('\n\n');

/** Without the profile by function, which is long. */
export const markdown = (report: Report): string =>
  [
    `# ${headingOf(report)}`,
    ...[...verdictsOf(report), ...report.tables]
      .filter(({ title }) => !title.startsWith('Profile by function'))
      .map(markdownTable),
    ...notesOf(report),
  ].join('\n\n');

function markdownTable({ title, rows }: Table): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const dashes = columns.map((column) =>
    rows.some((row) => typeof row[column] === 'number') ? '--:' : '---',
  );
  const body = rows.map((row) => line(columns.map((column) => textOf(row[column] ?? null))));
  return [`## ${title}`, '', line(columns), line(dashes), ...body].join('\n');
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

// Lines of CSV as they are written (RFC 4180), safe to be opened in a spreadsheet, and their cells as they were before.

/**
 * A spreadsheet would run a cell that begins so. An apostrophe makes it a text; one that has some already gets one
 * more, so that it can be told from a cell that had none.
 */
const formula = /^'*[=+\-@\t\r]/;

export const csvLine = (cells: readonly (string | number | null)[]): string =>
  `${cells.map(cellOf).join(',')}\n`;

/** A cell as it was before `csvLine` made it safe, so that an export can be imported. */
export const plainCell = (cell: string): string =>
  cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;

function cellOf(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

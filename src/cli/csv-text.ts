// Lines of CSV as they are written (RFC 4180), safe to be opened in a spreadsheet.

/** A spreadsheet would run a cell that begins so. An apostrophe makes it a text. */
const formula = /^[=+\-@\t\r]/;

export const csvLine = (cells: readonly (string | number | null)[]): string =>
  `${cells.map(cellOf).join(',')}\n`;

function cellOf(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

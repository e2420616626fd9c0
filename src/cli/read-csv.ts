// The only door to csv-parse: records of a CSV file with the line that each begins on. Spreadsheets' habits are taken as
// they are: byte order mark, CRLF, semicolons or tabs for commas, line breaks within quotes.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse';
import { UsageError } from './command.ts';
import { plainCell } from './csv-text.ts';
import type { RawRow } from './read-rows.ts';

/** A longer record is no mailbox. Characters. */
export const recordMax = 64 * 1024;
const delimiters = [',', ';', '\t'] as const;

/**
 * Throws `UsageError` with the line for what is no CSV, and what `unknownOf` says of the columns. `rename`: from their
 * column to ours.
 */
export async function* readCsv(
  path: string,
  { rename, unknownOf }: { rename: ReadonlyMap<string, string>; unknownOf(columns: string[]): string | null },
): AsyncGenerator<RawRow> {
  const delimiter = await delimiterOf(path);
  const parser = createReadStream(path).pipe(
    parse({
      bom: true,
      delimiter,
      info: true,
      max_record_size: recordMax,
      relax_column_count: true,
      skip_empty_lines: true,
    }),
  );
  let header: string[] | null = null;
  let lastLine = 0;
  let countedTwice = 0;
  try {
    for await (const entry of parser) {
      const { record, info } = recordOf(entry);
      // Lines are counted at the end of a record, which may have breaks within quotes; there CRLF counts as two.
      const breaks = record.join('').match(/\r\n|\n|\r/g) ?? [];
      countedTwice += breaks.filter((text) => text.length === 2).length;
      lastLine = info.lines - countedTwice;
      const line = lastLine - breaks.length;
      if (header === null) {
        header = columnsOf(
          record.map((cell) => cell.trim()),
          rename,
        );
        const unknown = unknownOf(header);
        if (unknown !== null) throw new UsageError(`${path}, line ${line}: ${unknown}`);
        continue;
      }
      yield rowOf(header, record, line);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UsageError(`${path}, line ${lastLine + 1}: ${error.message}`, { cause: error });
  }
}

function recordOf(entry: unknown): { record: string[]; info: { lines: number } } {
  const record: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'record') : null;
  const info: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'info') : null;
  const lines: unknown = typeof info === 'object' && info !== null ? Reflect.get(info, 'lines') : null;
  if (!Array.isArray(record) || typeof lines !== 'number')
    throw new Error('csv-parse answered in another form');
  return { record: record.map(String), info: { lines } };
}

function columnsOf(record: readonly string[], rename: ReadonlyMap<string, string>): string[] {
  const columns = record.map((name) => rename.get(name) ?? name.toLowerCase().replaceAll(/[ -]+/g, '_'));
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`The column ${twice} is there twice (line 1).`);
  return columns;
}

function rowOf(header: readonly string[], record: readonly string[], line: number): RawRow {
  if (record.length !== header.length) {
    return { line, mistake: `has ${record.length} columns, the first line has ${header.length}` };
  }
  // An empty cell says nothing.
  const cells = header.map((name, index) => [name, plainCell((record[index] ?? '').trim())] as const);
  return { line, members: new Map(cells.filter(([, value]) => value !== '')) };
}

/** The one that is there most often in the first line, outside of quotes. */
async function delimiterOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(8192), position: 0 });
    const [first = ''] = buffer.toString('utf8', 0, bytesRead).split(/\r\n|\n|\r/);
    const plain = first.replaceAll(/"[^"]*"/g, '');
    const counts = delimiters.map((delimiter) => plain.split(delimiter).length);
    return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
  } finally {
    await file.close();
  }
}

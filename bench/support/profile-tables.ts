// A profile as tables: by part with microseconds of each request, then the functions that cost most.
import { listAt, numberAt, textAt } from './members.ts';
import type { Table } from './report.ts';

/** `microseconds` is what one request costs without the profiler. */
export function profileTables(
  profile: unknown,
  { of, microseconds }: { of: string; microseconds: number },
): Table[] {
  const rowsOf = (name: string) =>
    listAt(profile, name).map((line) => ({
      name: textAt(line, 'name'),
      'self %': Number(numberAt(line, 'selfPercent').toFixed(1)),
      'self us': Number(((numberAt(line, 'selfPercent') / 100) * microseconds).toFixed(2)),
      'with callees %': Number(numberAt(line, 'totalPercent').toFixed(1)),
    }));
  return [
    { title: `Profile by part: ${of}`, rows: rowsOf('parts').filter((row) => row['self %'] >= 0.1) },
    { title: `Profile by function: ${of}`, rows: rowsOf('functions') },
  ];
}

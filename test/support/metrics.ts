// A scrape taken apart (the Prometheus text format, version 0.0.4): one series a line.

export type Series = { name: string; labels: Record<string, string>; value: number };

const line = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/g;

/** Throws for a line that is none. */
export function parseMetricsText(text: string): Series[] {
  return text.split('\n').flatMap((row) => {
    if (row === '' || row.startsWith('#')) return [];
    const [, name, labels = '', value] = line.exec(row) ?? [];
    if (name === undefined || value === undefined) throw new Error(`not a series: ${row}`);
    const pairs = [...labels.matchAll(label)].map(([, key = '', text = '']) => [key, text] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** The sum over all series of this name with these labels; null when there is none. */
export function sumOf(
  series: readonly Series[],
  name: string,
  labels: Record<string, string> = {},
): number | null {
  const found = series.filter(
    (each) =>
      each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value),
  );
  return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
}

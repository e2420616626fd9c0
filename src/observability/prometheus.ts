// The one door to the Prometheus library: its figures of the Node.js process, and the text format. Loaded only where
// metrics are asked for. The program's own numbers are read at the scrape, so that counting costs nothing in between.
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import type { Family, Sample } from './families.ts';
import { parseMetrics, type Report, type ReportedMetric, type ReportedValue } from './reports.ts';

export const contentType = Registry.PROMETHEUS_CONTENT_TYPE;

/** Reads the metrics of this process. `process`: its number among several, from 1. */
export function createReporter(families: readonly Family[], process: number): () => Promise<Report> {
  const registry = new Registry();
  const labels = { process: String(process) };
  collectDefaultMetrics({ register: registry, labels });
  return async () => {
    const own = await Promise.all(families.map((family) => reported(family, labels)));
    const ofNode = parseMetrics(await registry.getMetricsAsJSON());
    return [...own, ...(ofNode ?? [])];
  };
}

/** Gauges of the whole installation, which one process tells for all. */
export const reportInstallation = (families: readonly Family[]): Promise<Report> =>
  Promise.all(families.map((family) => reported(family, {})));

/** Series with the same name and labels are added up. */
export const textOf = (reports: readonly Report[]): Promise<string> =>
  AggregatorRegistry.aggregate<typeof Registry.PROMETHEUS_CONTENT_TYPE>([...reports]).metrics();

async function reported(family: Family, process: Record<string, string>): Promise<ReportedMetric> {
  const { name, help } = family;
  const metric = { name, help, aggregator: 'sum' } as const;
  switch (family.kind) {
    case 'counter':
      return { ...metric, type: 'counter', values: family.read().map(plain) };
    case 'histogram':
      return {
        ...metric,
        type: 'histogram',
        values: family.read().flatMap((spread) => buckets(name, family.bounds, spread)),
      };
    case 'process':
      return {
        ...metric,
        type: 'gauge',
        values: family.read().map((sample) => plain({ ...sample, labels: { ...sample.labels, ...process } })),
      };
    case 'installation':
      return { ...metric, type: 'gauge', values: (await family.read()).map(plain) };
    default:
      return family satisfies never;
  }
}

const plain = ({ labels, value }: Sample): ReportedValue => ({ labels: { ...labels }, value });

function buckets(
  name: string,
  bounds: readonly number[],
  { labels, counts, sum }: { labels: Sample['labels']; counts: readonly number[]; sum: number },
): ReportedValue[] {
  let total = 0;
  const values: ReportedValue[] = bounds.map((bound, index) => {
    total += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le: bound, ...labels }, value: total };
  });
  total += counts[bounds.length] ?? 0;
  return [
    ...values,
    { metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: total },
    { metricName: `${name}_sum`, labels: { ...labels }, value: sum },
    { metricName: `${name}_count`, labels: { ...labels }, value: total },
  ];
}

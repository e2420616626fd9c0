// What one process tells another of its metrics: plain data that goes through a message, and adding up. Counters and
// histograms of a process that has ended stay in the sum: a sum that falls would look like a reset of all of them.
export type ReportedValue = { labels: Record<string, string | number>; value: number; metricName?: string };

export type ReportedMetric = {
  name: string;
  help: string;
  type: string;
  aggregator: 'sum';
  values: ReportedValue[];
};

/** All metrics of one process. */
export type Report = ReportedMetric[];

const valuesMax = 100_000;

/** Null for anything else: what comes in a message is input. */
export function parseMetrics(value: unknown): Report | null {
  if (!Array.isArray(value)) return null;
  const metrics: Report = [];
  let count = 0;
  for (const each of value) {
    const [name, help, type] = ['name', 'help', 'type'].map((member) => memberOf(each, member));
    const values = memberOf(each, 'values');
    if (typeof name !== 'string' || typeof help !== 'string' || typeof type !== 'string') return null;
    if (!Array.isArray(values)) return null;
    count += values.length;
    if (count > valuesMax) return null;
    metrics.push({ name, help, type, aggregator: 'sum', values: values.flatMap(numbersOf) });
  }
  return metrics;
}

/** Without what is no number: a delay of which nothing was measured yet. */
function numbersOf(given: unknown): ReportedValue[] {
  const value = memberOf(given, 'value');
  const labels = memberOf(given, 'labels');
  const metricName = memberOf(given, 'metricName');
  if (typeof value !== 'number' || !Number.isFinite(value)) return [];
  const pairs = typeof labels === 'object' && labels !== null ? Object.entries(labels) : [];
  const known = pairs.filter(
    (pair): pair is [string, string | number] => typeof pair[1] === 'string' || typeof pair[1] === 'number',
  );
  return [
    { labels: Object.fromEntries(known), value, ...(typeof metricName === 'string' ? { metricName } : {}) },
  ];
}

/** Of a process that has ended, added to those before it: what only grows, and is not of one process by name. */
export function withEnded(ended: Report, last: Report): Report {
  const sums = new Map(ended.map((metric) => [metric.name, metric]));
  for (const metric of last) {
    if (metric.type !== 'counter' && metric.type !== 'histogram') continue;
    const values = metric.values.filter(({ labels }) => !('process' in labels));
    if (values.length === 0) continue;
    const before = sums.get(metric.name);
    sums.set(metric.name, { ...metric, values: added(before?.values ?? [], values) });
  }
  return [...sums.values()];
}

function added(before: readonly ReportedValue[], more: readonly ReportedValue[]): ReportedValue[] {
  const keyOf = ({ labels, metricName = '' }: ReportedValue): string =>
    `${metricName} ${JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)))}`;
  const sums = new Map(before.map((each) => [keyOf(each), each]));
  for (const each of more) {
    const key = keyOf(each);
    sums.set(key, { ...each, value: each.value + (sums.get(key)?.value ?? 0) });
  }
  return [...sums.values()];
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

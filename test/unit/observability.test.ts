// Counting in bounds, adding up over processes, and the settings of traces.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTraceSettings } from '../../src/config-traces.ts';
import { createCounter, createHistogram } from '../../src/core/measures/measures.ts';
import { createLog } from '../../src/log.ts';
import { withLogFields } from '../../src/log-context.ts';
import { parseMetrics, type Report, withEnded } from '../../src/observability/reports.ts';
import { createMetricsExchange, type Reporter } from '../../src/processes/metrics-exchange.ts';

test('a counter that somebody feeds with free text keeps its bound, and counts the rest as other', () => {
  const counter = createCounter(['word']);
  for (let index = 0; index < 10_000; index += 1) counter.add({ word: `word ${index}` });
  const all = counter.list();
  assert.ok(all.length <= 2_001, String(all.length));
  assert.equal(
    all.reduce((sum, { value }) => sum + value, 0),
    10_000,
  );
  assert.equal(counter.of({ word: 'other' }).value, 8_000);
});

test('a histogram puts each duration into the first bucket that holds it, bounds included', () => {
  const histogram = createHistogram(['kind'], [0.1, 1]);
  for (const seconds of [0, 0.1, 0.11, 1, 1.01, -5]) histogram.add({ kind: 'a' }, seconds);
  const [spread] = histogram.list();
  assert.deepEqual(spread?.counts, [3, 2, 1]);
  assert.ok(Math.abs((spread?.sum ?? 0) - 2.22) < 1e-9);
});

const metric = (name: string, type: string, value: number, labels = {}): Report[number] => ({
  name,
  help: name,
  type,
  aggregator: 'sum',
  values: [{ labels, value }],
});

test('what an ended process counted stays in the sum; what was its own does not', () => {
  const first = withEnded(
    [],
    [
      metric('a_total', 'counter', 3, { x: '1', y: '2' }),
      metric('gauge', 'gauge', 7),
      metric('cpu_total', 'counter', 9, { process: '1' }),
    ],
  );
  const both = withEnded(first, [metric('a_total', 'counter', 4, { y: '2', x: '1' })]);
  assert.deepEqual(
    both.map(({ name, values }) => [name, values.map(({ value }) => value)]),
    [['a_total', [7]]],
  );
});

test('what is no report is none, and what is no number is left out of one', () => {
  for (const odd of [null, 3, {}, [{}], [{ name: 'a', help: 'a', type: 'counter', values: 3 }]]) {
    assert.equal(parseMetrics(odd), null);
  }
  const values = [{ labels: { a: 'b', c: {} }, value: 1 }, { labels: {}, value: null }, 'x'];
  const [parsed] = parseMetrics([{ name: 'a', help: 'a', type: 'gauge', values }]) ?? [];
  assert.deepEqual(parsed?.values, [{ labels: { a: 'b' }, value: 1 }]);
});

test('one that does not answer counts with what it said last, and one that ends is not waited for', async () => {
  const asked: number[] = [];
  const answering: Reporter = {
    send: ({ id }) => {
      asked.push(id);
      exchange.note(answering, id, [metric('a_total', 'counter', 1)]);
    },
  };
  const ending: Reporter = { send: () => queueMicrotask(() => exchange.end(ending)) };
  const members = new Set([answering, ending]);
  const exchange = createMetricsExchange(() => members);
  exchange.note(ending, 0, [metric('a_total', 'counter', 5)]);
  const sums = (await exchange.collect()).map((report) => report.map(({ values }) => values[0]?.value));
  assert.deepEqual(sums, [[1], [5]]);
  members.delete(ending);
  const [left, right] = await Promise.all([exchange.collect(), exchange.collect()]);
  assert.equal(left, right);
  assert.equal(asked.length, 2);
});

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/' };
const settingsOf = (environment: Record<string, string>) => {
  const mistakes: string[] = [];
  return { traces: readTraceSettings(environment, mistakes), mistakes };
};

test('traces are off until an endpoint is named, and can be switched off again', () => {
  for (const environment of [
    {},
    { OTEL_SERVICE_NAME: 'x' },
    { ...endpoint, OTEL_SDK_DISABLED: 'true' },
    { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
  ]) {
    assert.deepEqual(settingsOf(environment), { traces: null, mistakes: [] });
  }
});

test('the endpoint of traces is taken as it is, the general one gets the path', () => {
  assert.equal(settingsOf(endpoint).traces?.url, 'http://127.0.0.1:4318/v1/traces');
  const own = { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com/in' };
  assert.equal(settingsOf(own).traces?.url, 'https://traces.example.com/in');
  const share = {
    ...endpoint,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
  };
  const { traces } = settingsOf(share);
  assert.deepEqual([traces?.sampler, traces?.isParentBased], [{ kind: 'traceidratio', ratio: 0.25 }, true]);
});

test('mistakes in the settings of traces are told by name, without the values, which may be keys', () => {
  const { mistakes } = settingsOf({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hidden@127.0.0.1',
    OTEL_EXPORTER_OTLP_HEADERS: 'hidden',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_TIMEOUT: 'soon',
    OTEL_TRACES_SAMPLER: 'sometimes',
  });
  assert.deepEqual(mistakes.map((line) => line.split(' ')[0]).sort(), [
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    'OTEL_TRACES_SAMPLER',
  ]);
  assert.doesNotMatch(mistakes.join(), /hidden/);
});

test('a line of the log names its process and its call, and the next one outside does not', async () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => lines.push(line), process: 3 });
  await withLogFields({ requestId: 'request-1', traceId: 'trace-1' }, async () => {
    await Promise.resolve();
    log.info('inside', { key: 'value' });
    log.info('inside again');
  });
  log.info('outside');
  const parsed = lines.map((line): Record<string, unknown> => JSON.parse(line));
  assert.deepEqual(
    parsed.map(({ msg, process, requestId, traceId, key }) => [msg, process, requestId, traceId, key]),
    [
      ['inside', 3, 'request-1', 'trace-1', 'value'],
      ['inside again', 3, 'request-1', 'trace-1', undefined],
      ['outside', 3, undefined, undefined, undefined],
    ],
  );
});

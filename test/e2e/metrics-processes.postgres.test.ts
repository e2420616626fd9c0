// One scrape tells of all processes behind the port, whichever answers it, and no counter falls when one of them ends.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { counterparts } from '../counterparts/index.ts';
import { freePort, type Installation, startInstallation } from '../support/installation.ts';
import { parseMetricsText, type Series, sumOf } from '../support/metrics.ts';
import { type Serving, serve } from '../support/serving.ts';
import { until } from '../support/until.ts';

let installation: Installation;
let dropDatabase: () => Promise<void>;
let serving: Serving;
let base: string;
let metrics: string;
let pids: number[];

before(async () => {
  const database = await counterparts().createDatabase();
  dropDatabase = () => database.drop();
  installation = await startInstallation({
    databaseUrl: database.url,
    environment: { MAILGRANT_DATABASE_POOL_SIZE: '4' },
  });
  const [port, metricsPort] = [await freePort(), await freePort()];
  base = `http://127.0.0.1:${port}`;
  metrics = `http://127.0.0.1:${metricsPort}/metrics`;
  const environment = {
    ...installation.environment,
    MAILGRANT_PORT: String(port),
    MAILGRANT_METRICS_PORT: String(metricsPort),
    MAILGRANT_DRAIN_SECONDS: '0',
  };
  serving = serve(environment, '--processes', '2');
  pids = await serving.pids('all processes serve');
});
after(async () => {
  await serving.end();
  await installation.close();
  await dropDatabase();
});

/** A connection of its own each time, so that both processes get their turn. */
async function scrape(): Promise<Series[]> {
  const answer = await fetch(metrics, { headers: { connection: 'close' } });
  assert.equal(answer.status, 200);
  return parseMetricsText(await answer.text());
}

async function ask(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const headers = { authorization: `Bearer ${installation.apiKey}`, connection: 'close' };
    const answer = await fetch(`${base}/v1/whoami`, { headers });
    assert.equal(answer.status, 200);
    await answer.arrayBuffer();
  }
}

const asked = (series: Series[]): number =>
  sumOf(series, 'mailgrant_http_requests_total', { operation: 'GET /v1/whoami' }) ?? 0;

/** A process that is too busy to answer a scrape is told as it was: then the next scrape has all. */
const untilAsked = (times: number): Promise<void> =>
  until(`${times} calls are counted`, async () => asked(await scrape()) === times);

const processesOf = (series: Series[]): string[] =>
  series
    .filter(({ name }) => name === 'process_resident_memory_bytes')
    .map(({ labels }) => labels.process ?? '')
    .sort();

test('every scrape has the sum of both processes and the figures of each, whichever answers', async () => {
  await ask(20);
  for (let turn = 0; turn < 6; turn += 1) {
    await untilAsked(20);
    const series = await scrape();
    assert.deepEqual(processesOf(series), ['1', '2']);
    assert.equal(series.filter(({ name }) => name === 'mailgrant_refresh_queue_due').length, 1);
  }
});

test('what a process had counted stays when it is killed, and its successor takes its number', async () => {
  const before = asked(await scrape());
  const [victim = 0] = pids;
  process.kill(victim, 'SIGKILL');
  await until('another one has taken its place', () =>
    serving.text().includes('a process was started again'),
  );
  await until('both are on the page again', async () => processesOf(await scrape()).length === 2);
  const series = await scrape();
  assert.equal(asked(series), before);
  assert.deepEqual(processesOf(series), ['1', '2']);
});

test('a replacement of all processes loses no count', async () => {
  await ask(5);
  const before = asked(await scrape());
  serving.child.kill('SIGHUP');
  await serving.pids('all processes are replaced');
  await ask(3);
  await untilAsked(before + 3);
});

test('lines of the log say which process wrote them', () => {
  const numbers = new Set(
    serving
      .text()
      .split('\n')
      .flatMap((line) => /"process":(\d+).*"msg":"listening"/.exec(line)?.[1] ?? []),
  );
  assert.ok(numbers.has('1') && numbers.has('2'), [...numbers].join());
});

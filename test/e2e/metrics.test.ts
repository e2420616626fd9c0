// Metrics of a whole installation: they tell what happened, stay few whatever is asked for, and give nothing away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Installation, startInstallation } from '../support/installation.ts';
import { parseMetricsText, type Series, sumOf } from '../support/metrics.ts';
import { until } from '../support/until.ts';

const token = 'metrics-token-of-this-test';
let installation: Installation;
let mailboxId: string;
const secrets: string[] = [];

before(async () => {
  installation = await startInstallation({
    environment: { MAILGRANT_METRICS: 'on', MAILGRANT_METRICS_TOKEN: token },
  });
  const { session } = await installation.connect('google', { login: 'bob@corp.test' });
  mailboxId = String(session.mailbox_id);
  assert.equal(session.status, 'connected', JSON.stringify(session));
  const read = await installation.call('POST', `/v1/mailboxes/${mailboxId}/token`, {});
  assert.equal(read.status, 200, read.text);
  secrets.push(String(read.body.access_token), installation.apiKey, token);
});
after(() => installation.close());

async function scrape(): Promise<{ text: string; series: Series[] }> {
  const answer = await fetch(`${installation.address}/metrics`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  return { text, series: parseMetricsText(text) };
}

test('nobody scrapes without the token, nor with a key of the API', async () => {
  for (const authorization of [undefined, 'Bearer', `Bearer ${installation.apiKey}`, `Bearer ${token}x`]) {
    const answer = await fetch(`${installation.address}/metrics`, {
      headers: authorization === undefined ? {} : { authorization },
    });
    assert.equal(answer.status, 401);
    assert.doesNotMatch(await answer.text(), /mailgrant_/);
  }
});

test('whoever only looks whether the page is there gets no body, and needs the token too', async () => {
  const head = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${installation.address}/metrics`, { method: 'HEAD', headers });
  const answer = await head({ authorization: `Bearer ${token}` });
  assert.deepEqual([answer.status, await answer.text()], [200, '']);
  assert.equal((await head({})).status, 401);
});

test('token reads are told by where the token came from, also those that the door answers', async () => {
  const before = (await scrape()).series;
  const count = (series: Series[], labels: Record<string, string>): number =>
    sumOf(series, 'mailgrant_token_reads_total', labels) ?? 0;
  for (let read = 0; read < 5; read += 1) {
    await installation.call('POST', `/v1/mailboxes/${mailboxId}/token`, {});
  }
  await installation.call('POST', '/v1/mailboxes/0190a000-0000-7000-8000-00000000ffff/token', {});
  await installation.call('POST', `/v1/mailboxes/${mailboxId}/token`, { resource: 'graph' });
  const { series } = await scrape();
  assert.equal(count(series, { result: 'memory' }) - count(before, { result: 'memory' }), 5);
  assert.equal(count(series, { result: 'refused', reason: 'not_found' }), 1);
  assert.equal(count(series, { result: 'refused' }) - count(before, { result: 'refused' }), 2);
  const operation = 'POST /v1/mailboxes/:id/token';
  const answered = sumOf(series, 'mailgrant_http_requests_total', {
    surface: 'native',
    operation,
    status: '2xx',
  });
  assert.ok((answered ?? 0) >= 6, String(answered));
  const timed = sumOf(series, 'mailgrant_http_request_duration_seconds_count', { operation });
  const all = sumOf(series, 'mailgrant_http_requests_total', { operation });
  assert.equal(timed, all);
});

test('what an alert waits for is told as none before it happens, so that the first time is seen as a rise', async () => {
  const { series } = await scrape();
  for (const provider of ['google', 'microsoft']) {
    for (const outcome of ['refreshed', 'dead', 'failed']) {
      assert.notEqual(sumOf(series, 'mailgrant_refreshes_total', { provider, outcome }), null, outcome);
    }
  }
  for (const transport of ['imap', 'smtp', 'gmail_api', 'graph']) {
    assert.equal(sumOf(series, 'mailgrant_proofs_total', { transport, outcome: 'failed' }), 0, transport);
  }
  const proofs = sumOf(series, 'mailgrant_proofs_total', { outcome: 'ok' });
  assert.equal(proofs, sumOf(series, 'mailgrant_verifications_total', { verdict: 'ok' }));
  // Of the work that a process does for itself, also with MAILGRANT_JOBS=off.
  assert.equal(sumOf(series, 'mailgrant_due_work_failures_total', { work: 'tell-of-keys' }), 0);
});

test('a refresh is counted once with its outcome, and the calls that it made', async () => {
  const { google } = installation.sandbox;
  google.addUser({ login: 'ivan@gmail.test', name: 'Ivan' });
  // Too short to be handed out, so that the next read refreshes.
  google.configure({ accessTokenTtlSeconds: 30 });
  const { session } = await installation.connect('google', { login: 'ivan@gmail.test' });
  google.configure({ accessTokenTtlSeconds: 3600 });
  const before = (await scrape()).series;
  const reads = await Promise.all(
    Array.from({ length: 4 }, () =>
      installation.call('POST', `/v1/mailboxes/${session.mailbox_id}/token`, {}),
    ),
  );
  assert.deepEqual(
    reads.map(({ status }) => status),
    [200, 200, 200, 200],
  );
  const { series } = await scrape();
  const grown = (name: string, labels: Record<string, string>): number =>
    (sumOf(series, name, labels) ?? 0) - (sumOf(before, name, labels) ?? 0);
  assert.equal(grown('mailgrant_refreshes_total', { provider: 'google', outcome: 'refreshed' }), 1);
  assert.equal(
    grown('mailgrant_provider_calls_total', { provider: 'google', operation: 'refresh', outcome: 'ok' }),
    1,
  );
  assert.equal(grown('mailgrant_token_reads_total', { result: 'refreshed' }), 4);
  assert.equal(grown('mailgrant_refresh_duration_seconds_count', { provider: 'google' }), 1);
});

test('connect sessions, verifications, queues and what there is are told', async () => {
  let series: Series[] = [];
  // Scrapers that come within two seconds of one another are told the same of the installation.
  await until('what there is was asked again', async () => {
    series = (await scrape()).series;
    return sumOf(series, 'mailgrant_grants', { provider: 'google', status: 'active' }) === 2;
  });
  assert.equal(sumOf(series, 'mailgrant_connect_sessions_total', { outcome: 'begun' }), 2);
  assert.equal(sumOf(series, 'mailgrant_connect_sessions_total', { outcome: 'connected' }), 2);
  assert.ok((sumOf(series, 'mailgrant_verifications_total') ?? 0) > 0);
  assert.equal(sumOf(series, 'mailgrant_mailboxes', { provider: 'google' }), 2);
  assert.equal(sumOf(series, 'mailgrant_mailboxes', { provider: 'microsoft', status: 'degraded' }), 0);
  assert.equal(sumOf(series, 'mailgrant_grants', { provider: 'google', status: 'needs_reauthorization' }), 0);
  assert.equal(sumOf(series, 'mailgrant_refresh_queue_due'), 0);
  assert.equal(sumOf(series, 'mailgrant_refresh_queue_oldest_seconds'), 0);
  assert.equal(sumOf(series, 'mailgrant_webhook_queue_pending'), 0);
  assert.equal(sumOf(series, 'mailgrant_provider_breaker'), 0);
  assert.ok((sumOf(series, 'process_resident_memory_bytes', { process: '1' }) ?? 0) > 1_000_000);
  assert.ok(sumOf(series, 'nodejs_eventloop_lag_p99_seconds', { process: '1' }) !== null);
});

test('a storm of odd paths, methods and headers makes no series, and leaves nothing of itself behind', async () => {
  await fetch(`${installation.address}/v1/nowhere`);
  const before = (await scrape()).series.length;
  const odd = Array.from({ length: 300 }, (_, index) => `canary-${index}`);
  const ask = (path: string, method: string): Promise<Response> =>
    fetch(`${installation.address}${path}`, { method, headers: { 'x-request-id': 'canary-request' } });
  for (const [index, word] of odd.entries()) {
    const path = [
      `/${word}`,
      `/v1/${word}`,
      `/v1/mailboxes/${word}`,
      `/api/v2/${word}/x?canary=1`,
      `/%E0%A4%A${word}`,
      `/v1/mailboxes/${word}/token`,
    ][index % 6];
    await (await ask(path ?? '/', ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'][index % 5] ?? 'GET')).text();
  }
  const { text, series } = await scrape();
  assert.ok(series.length - before < 120, `${before} series became ${series.length}`);
  assert.doesNotMatch(text, /canary/);
  assert.ok(series.length < 2_500, `${series.length} series`);
});

test('no secret, id or address is in a scrape', async () => {
  const { text } = await scrape();
  for (const secret of secrets) assert.ok(!text.includes(secret));
  assert.ok(!text.includes(mailboxId));
  assert.ok(!text.includes(installation.workspaceId));
  assert.doesNotMatch(text, /corp\.test|127\.0\.0\.1|[0-9a-f]{8}-[0-9a-f]{4}-7/);
});

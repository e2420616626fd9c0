// The canary test of one engine: a busy run, then every secret of it is searched for wherever it must not be; and each of
// these places holds something that was planted there, which the same search finds.
import assert from 'node:assert/strict';
import { until } from '../support/until.ts';
import { liveThrough, planted, type Run } from './canary-run.ts';
import type { CanaryPlace } from './canary-search.ts';
import { findSecrets } from './canary-search.ts';

/** Kinds of places that a run must have filled. */
const kinds = [
  'native answers',
  'problem documents',
  'compatible answers',
  'pages',
  'webhook headers',
  'webhook bodies',
  'deliveries',
  'audit entries',
  'console',
  'metrics',
  'traces',
];

/** What is no text of a caller's in them: that they were read at all is seen by a word that they have in any case. */
const words: Readonly<Record<string, string>> = { metrics: 'mailgrant_webhook', pages: '<!doctype html>' };

/** `stored`: what the database holds, asked for at the end. */
export async function searchEverywhere(run: Run, stored: () => Promise<CanaryPlace[]>): Promise<void> {
  await liveThrough(run);
  await until('the spans have come', () => run.otlp.text().includes('POST /v1/webhook-endpoints'));
  run.collected.add('traces', run.otlp.text());
  run.log.info('something was planted', { detail: planted });
  const told = [...run.collected.places(), { name: 'log', content: run.logged() }];
  const places = [...told, ...(await stored())];
  for (const kind of kinds)
    assert.ok(
      places.some(({ name }) => name === kind),
      `nothing of ${kind}`,
    );

  const { secrets } = run.collected;
  assert.ok(secrets.length > 90, `${secrets.length} secrets are too few to make the search worth something`);
  assert.deepEqual(findSecrets(places, secrets), []);

  for (const place of places) {
    const value = words[place.name] ?? planted;
    const found = findSecrets([place], [{ name: 'planted', value }]);
    assert.ok(found.length > 0, `${place.name}: what was planted there is not found`);
  }
  // Each of the secrets would be found, put anywhere.
  const all = secrets.filter(({ value }) => value.length >= 8);
  const spoiled = { name: 'log', content: all.map(({ value }) => value).join('\n') };
  const missed = all.filter((secret) => findSecrets([spoiled], [secret]).length === 0);
  assert.deepEqual(
    missed.map(({ name }) => name),
    [],
  );
}

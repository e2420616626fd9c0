// The dashboard and the alert rules that come with the program name only what the program tells: every metric that they
// read is on the page, with the labels that they use.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { parseMetricsText, type Series } from '../support/metrics.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const token = 'metrics-token-of-this-test';
let installation: Installation;
let series: Series[];
/** Names of all metrics, also of those that have no series yet. */
let names: Set<string>;

/** Labels that Prometheus gives by itself, or that an expression makes. */
const ofPrometheus = new Set(['job', 'instance', 'le']);

/** By the tables of src/core and src/http: labels of metrics that have no series before something happens. */
const labelsLater: Record<string, readonly string[]> = {
  mailgrant_webhook_attempts_total: ['outcome'],
};

before(async () => {
  installation = await startInstallation({
    environment: { MAILGRANT_METRICS: 'on', MAILGRANT_METRICS_TOKEN: token },
  });
  const { google } = installation.sandbox;
  google.configure({ accessTokenTtlSeconds: 30 });
  const { session } = await installation.connect('google', { login: 'bob@corp.test' });
  google.configure({ accessTokenTtlSeconds: 3600 });
  await installation.call('POST', `/v1/mailboxes/${session.mailbox_id}/token`, {});
  const answer = await fetch(`${installation.address}/metrics`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const text = await answer.text();
  series = parseMetricsText(text);
  names = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));
});
after(() => installation.close());

const functions = new Set(
  'abs by on ignoring without and or unless sum max min avg count rate increase topk histogram_quantile offset'.split(
    ' ',
  ),
);

/** The metrics of an expression, each with the labels that its selector or the grouping around it uses. */
function read(expression: string): { name: string; labels: string[] }[] {
  const groupings = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(','));
  const bare = expression.replaceAll(/\bby \([^)]*\)/g, ' ').replaceAll(/\[[^\]]*\]/g, ' ');
  const found = [...bare.matchAll(/\b([a-zA-Z_][a-zA-Z0-9_]*)\b(\{[^}]*\})?/g)];
  return found
    .filter(([, name = '']) => /^(mailgrant_|process_|nodejs_|up$)/.test(name) && !functions.has(name))
    .map(([, name = '', selector = '']) => ({
      name,
      labels: [
        ...[...selector.matchAll(/([a-zA-Z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
        ...groupings.map((label) => label.trim()).filter((label) => label !== ''),
      ],
    }));
}

function check(expression: string, where: string): void {
  const metrics = read(expression);
  assert.ok(metrics.length > 0, `${where} reads nothing: ${expression}`);
  for (const { name, labels } of metrics) {
    if (name === 'up') continue;
    const family = name.replace(/_(bucket|sum|count)$/, '');
    assert.ok(names.has(name) || names.has(family), `${where}: there is no ${name}`);
    const known = new Set([
      ...series.filter((each) => each.name === name).flatMap((each) => Object.keys(each.labels)),
      ...(labelsLater[name] ?? []),
    ]);
    for (const label of labels) {
      if (ofPrometheus.has(label)) continue;
      const isOfAnother = metrics.some((other) => other.name !== name);
      assert.ok(known.has(label) || isOfAnother, `${where}: ${name} has no label ${label}`);
    }
  }
}

test('every expression of the dashboard reads what is there', () => {
  const dashboard: unknown = JSON.parse(readFileSync(`${root}/deploy/grafana/mailgrant.json`, 'utf8'));
  const panels = memberOf(dashboard, 'panels');
  assert.ok(Array.isArray(panels) && panels.length > 20);
  let count = 0;
  for (const panel of panels) {
    const targets = memberOf(panel, 'targets');
    for (const target of Array.isArray(targets) ? targets : []) {
      check(String(memberOf(target, 'expr')), String(memberOf(panel, 'title')));
      count += 1;
    }
  }
  assert.ok(count > 20);
});

test('every alert reads what is there, has a summary, and says what to do in a paragraph that exists', () => {
  const rules: unknown = parse(readFileSync(`${root}/deploy/prometheus/mailgrant.rules.yml`, 'utf8'));
  const page = readFileSync(`${root}/docs/operations/observability.md`, 'utf8');
  const anchors = new Set([...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchorOf(title)));
  const groups = memberOf(rules, 'groups');
  const alerts = (Array.isArray(groups) ? groups : []).flatMap((group): unknown[] => {
    const list = memberOf(group, 'rules');
    return Array.isArray(list) ? list : [];
  });
  assert.ok(alerts.length > 10);
  for (const alert of alerts) {
    const name = String(memberOf(alert, 'alert'));
    check(String(memberOf(alert, 'expr')), name);
    const annotations = memberOf(alert, 'annotations');
    assert.ok(String(memberOf(annotations, 'summary')).length > 10, name);
    const [path, anchor = ''] = String(memberOf(annotations, 'runbook')).split('#');
    assert.equal(path, 'docs/operations/observability.md', name);
    assert.ok(anchors.has(anchor), `${name}: the page has no paragraph #${anchor}`);
    assert.match(String(memberOf(memberOf(alert, 'labels'), 'severity')), /^(critical|warning)$/);
  }
});

test('every metric that is told is on the page about them', () => {
  const page = readFileSync(`${root}/docs/operations/observability.md`, 'utf8');
  for (const name of names) {
    if (name.startsWith('mailgrant_')) assert.ok(page.includes(`\`${name}\``), name);
  }
});

const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');

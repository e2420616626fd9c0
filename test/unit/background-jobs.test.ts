// Background jobs on a store of their own, larger than one step.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import {
  type BackgroundJobType,
  createBackgroundJobs,
  type JobStep,
} from '../../src/core/jobs/background-jobs.ts';
import { createWarmupJobs, createWarmupStep, type WarmupRequest } from '../../src/core/jobs/warmup-jobs.ts';
import type { OpenStore } from '../../src/stores/index.ts';
import { systemClock, systemRandom } from '../../src/system.ts';
import { mailbox, newId, silentLog, storeGrant, type TestDatabase } from '../stores/fixtures.ts';
import { createSqliteDatabase } from '../stores/sqlite-database.ts';

const day = 24 * 3600 * 1000;

let database: TestDatabase;
let store: OpenStore;
let workspaceId: string;
let emails: string[];
let aheadMilliseconds = 0;
const clock = { ...systemClock, now: () => Date.now() + aheadMilliseconds };

beforeEach(async () => {
  database = await createSqliteDatabase();
  store = await database.open();
  const given = await storeGrant(store);
  workspaceId = given.workspaceId;
  emails = [];
  await store.transaction(async (rows) => {
    for (let count = 0; count < 250; count += 1) {
      const written = mailbox(given);
      emails.push(written.email);
      await rows.mailboxes.insert(written);
    }
  });
});
afterEach(() => database.drop());

const principal = () => ({
  keyId: 'test',
  workspaceId,
  isInstallation: false,
  expiresAt: null,
  scopes: new Set(['all'] as const),
});
const jobs = () => {
  const step = createWarmupStep({ clock, store });
  const other: JobStep = async ({ type }) => assert.fail(`no step of ${type} here`);
  const stepOf: Record<BackgroundJobType, JobStep> = {
    update_warmup: step,
    verify_mailboxes: other,
    enable_mailboxes: other,
    disable_mailboxes: other,
    disconnect_mailboxes: other,
    set_customer: other,
    erase_person: other,
  };
  const queue = createBackgroundJobs({ clock, random: systemRandom, store, log: silentLog, stepOf });
  return { ...queue, ...createWarmupJobs(queue) };
};
const begin = (mailboxes: WarmupRequest['mailboxes']) =>
  jobs().updateWarmup(principal(), { wanted: true, mailboxes });
const warm = async () =>
  (await store.mailboxes.slice(workspaceId, { warmupWanted: true }, { offset: 0, limit: 0 })).total;

test('a job goes on step by step in whichever process, so that none waits long for its end', async () => {
  const { id } = await begin({ emails: [...emails, 'nobody@mail.example'] });
  const seen: unknown[] = [];
  for (let step = 0; step < 3; step += 1) {
    assert.equal(await jobs().workDue(), 1);
    const { status, progress, data } = await jobs().read(principal(), id);
    seen.push([status, progress, data.done, data.missing, await warm()]);
  }
  assert.deepEqual(seen, [
    ['running', 39, 100, 0, 100],
    ['running', 79, 200, 0, 200],
    ['success', 100, 250, 1, 250],
  ]);
  assert.equal(await jobs().workDue(), 0);
});

test('a job over a filter that its own changes leave reaches every mailbox and counts it', async () => {
  const exceptEmails = emails.slice(0, 1);
  const { id } = await begin({ filter: { warmupWanted: false }, exceptEmails });
  for (let step = 0; step < 3; step += 1) assert.equal(await jobs().workDue(), 1);
  const { status, data } = await jobs().read(principal(), id);
  assert.deepEqual([status, data.done, data.total, data.missing], ['success', 249, 249, 0]);
  assert.equal(await warm(), 249);
});

test('the jobs of a workspace are done in the order of their beginning, never side by side', async () => {
  const first = await begin({ emails });
  const second = await jobs().updateWarmup(principal(), { wanted: false, mailboxes: { emails } });
  assert.equal((await Promise.all([jobs().workDue(), jobs().workDue()])).length, 2);
  assert.equal((await jobs().read(principal(), second.id)).status, 'pending');
  while ((await jobs().workDue()) > 0);
  assert.equal((await jobs().read(principal(), first.id)).status, 'success');
  assert.equal(await warm(), 0);
});

test('a job that is over is forgotten after thirty days, an unfinished one never', async () => {
  const over = await begin({ emails: [] });
  await jobs().workDue();
  const waiting = await begin({ emails });
  aheadMilliseconds = 29 * day;
  assert.equal(await jobs().prune(), 0);
  aheadMilliseconds = 31 * day;
  assert.equal(await jobs().prune(), 1);
  aheadMilliseconds = 0;
  await assert.rejects(jobs().read(principal(), over.id), { code: 'not_found' });
  assert.equal((await jobs().read(principal(), waiting.id)).status, 'pending');
  await assert.rejects(jobs().read(principal(), newId()), { code: 'not_found' });
});

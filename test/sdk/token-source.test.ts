// A mailbox's tokens for a program that needs them again and again, against a server that counts.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { createClient, isMailgrantError } from '../../sdk/src/index.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { type Scripted, type ScriptedServer, startScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
let clock = createManualClock(0);
before(async () => {
  server = await startScriptedServer();
});
beforeEach(() => {
  clock = createManualClock(Date.parse('2026-03-01T12:00:00Z'));
});
after(() => server.close());

const token = (text: string, expiresIn = 3600): Scripted => ({
  status: 200,
  body: { access_token: text, expires_in: expiresIn },
});
const source = () =>
  createClient({ baseUrl: server.url, retries: 0 }).mailboxes.tokenSource('m1', {
    resource: 'imap',
    now: clock.now,
  });
const askedForced = () => server.received.map(({ body }) => body.includes('"force_refresh":true'));

test('however many wait for a token, it is asked for once, and kept until shortly before its end', async () => {
  server.answer(token('first'), token('second'));
  const tokens = source();
  const all = await Promise.all(Array.from({ length: 20 }, () => tokens.token()));
  assert.deepEqual(new Set(all.map(({ access_token }) => access_token)), new Set(['first']));
  await clock.advance(3_530_000);
  assert.equal((await tokens.token()).access_token, 'first');
  assert.equal(server.received.length, 1);
  await clock.advance(20_000);
  assert.equal((await tokens.token()).access_token, 'second');
  assert.match(String(server.received[1]?.body), /"min_ttl_seconds":60/);
});

test('a refused token is replaced by one that the provider issues anew, at most once a minute', async () => {
  server.answer(token('first'), token('second'), token('third'));
  const tokens = source();
  await tokens.token();
  assert.equal(tokens.refused('first'), true);
  // Each of many connections says so.
  assert.equal(tokens.refused('first'), true);
  assert.equal((await tokens.token()).access_token, 'second');
  assert.equal(tokens.refused('first'), true, 'there is another one by now');
  assert.equal((await tokens.token()).access_token, 'second');
  assert.equal(tokens.refused('second'), false, 'the token is not what is wrong');
  assert.equal((await tokens.token()).access_token, 'second');
  await clock.advance(61_000);
  assert.equal(tokens.refused('second'), true);
  assert.equal((await tokens.token()).access_token, 'third');
  assert.deepEqual(askedForced(), [false, true, true]);
});

test('a failure is for those who waited, and not kept', async () => {
  server.answer('cut', token('first'));
  const tokens = source();
  const failed = await Promise.allSettled([tokens.token(), tokens.token()]);
  assert.deepEqual(
    failed.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  assert.equal((await tokens.token()).access_token, 'first');
  assert.equal(server.received.length, 2);
});

test('who gives up waiting does not take the token from the others', async () => {
  server.answer(token('first'));
  const tokens = source();
  const controller = new AbortController();
  const given = tokens.token({ signal: controller.signal }).catch((error: unknown) => error);
  const kept = tokens.token();
  controller.abort();
  const error = await given;
  assert.ok(isMailgrantError(error) && error.code === 'aborted');
  assert.equal((await kept).access_token, 'first');
  assert.equal(server.received.length, 1);
});

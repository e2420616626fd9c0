// The primary of several processes, when those do not behave: nothing that they do or leave undone keeps it.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { isRunning } from '../counterparts/processes.ts';
import { until } from '../support/until.ts';
import { type Members, startMembers } from './graceful-members.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailgrant-primary-'));
const gate = join(folder, 'gate');
let running: Members;
after(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => running.end());

function start(members: string, count = 2): void {
  for (const file of [gate, `${gate}.reached`]) rmSync(file, { force: true });
  running = startMembers({ MEMBERS: members, COUNT: String(count), GATE: gate });
}

const reached = () => until('it is deaf', () => existsSync(`${gate}.reached`));
const logged = (message: string) =>
  until(`"${message}" is logged`, () => running.entries(message).length > 0);

test('SIGTERM while the first process starts, and hears nothing yet, ends all', async () => {
  start('deaf');
  await reached();
  running.child.kill('SIGTERM');
  await logged('stopping');
  writeFileSync(gate, '');
  assert.deepEqual(await running.exited, [0, null]);
  assert.deepEqual(running.entries('a process does not end, and is killed'), []);
});

test('SIGTERM while another one starts reaches that one, too', async () => {
  start('well,deaf');
  await reached();
  running.child.kill('SIGTERM');
  await logged('stopping');
  writeFileSync(gate, '');
  assert.deepEqual(await running.exited, [0, null]);
});

test('SIGTERM in the middle of a replacement ends the new one, too', async () => {
  start('well,well,deaf');
  await running.pids('all processes serve');
  running.child.kill('SIGHUP');
  await reached();
  running.child.kill('SIGTERM');
  await logged('stopping');
  writeFileSync(gate, '');
  assert.deepEqual(await running.exited, [0, null]);
});

test('SIGTERM while a process is started again ends that one, too', async () => {
  start('well,well,deaf');
  const [first = 0] = await running.pids('all processes serve');
  process.kill(first, 'SIGKILL');
  await reached();
  running.child.kill('SIGTERM');
  await logged('stopping');
  writeFileSync(gate, '');
  assert.deepEqual(await running.exited, [0, null]);
});

test('a process that does not start when it should replace another is killed, and the next SIGHUP is heard', async () => {
  start('well,well,slow,well');
  const pids = await running.pids('all processes serve');
  running.child.kill('SIGHUP');
  await logged('the processes are not replaced: the new one did not start, and the old ones go on');
  const [late] = running.entries('a process does not start, and is killed');
  assert.equal(isRunning(Number(late?.pid)), false);
  assert.deepEqual(pids.filter(isRunning), pids);
  running.child.kill('SIGHUP');
  await running.pids('all processes are replaced');
  assert.deepEqual(pids.filter(isRunning), []);
});

test('a replaced process that does not end is killed, and the others are replaced behind it', async () => {
  start('stubborn,stubborn,well');
  const pids = await running.pids('all processes serve');
  running.child.kill('SIGHUP');
  const replaced = await running.pids('all processes are replaced');
  assert.deepEqual(pids.filter(isRunning), []);
  assert.deepEqual(
    running.entries('a process does not end, and is killed').map(({ pid }) => pid),
    pids,
  );
  assert.equal(replaced.length, 2);
  running.child.kill('SIGTERM');
  assert.deepEqual(await running.exited, [0, null], 'the end of the others is in good order');
});

test('a process that does not end after SIGTERM is killed, and the exit code tells', async () => {
  start('well,stubborn');
  await running.pids('all processes serve');
  running.child.kill('SIGTERM');
  assert.deepEqual(await running.exited, [1, null]);
});

test('six processes that die at the same moment are all started again', async () => {
  start('well', 6);
  const pids = await running.pids('all processes serve');
  assert.equal(pids.length, 6);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until('all are there again', () => running.entries('a process was started again').length === 6);
  assert.equal(running.entries('every process that is started ends at once: giving up').length, 0);
});

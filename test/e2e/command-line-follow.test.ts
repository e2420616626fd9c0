// What goes on until somebody ends it: `mailgrant audit --follow` tells every entry once, as it comes, also one that is
// seen late and over a restart of the gateway, and ends by a signal.
import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { runCommand, startCommand } from '../support/command.ts';
import { freePort, type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';

let installation: Installation;
let port: number;
before(async () => {
  installation = await startInstallation();
  port = await freePort();
});
after(() => installation.close());

/** The way to the gateway, which can be closed as if it were restarted. */
async function openWay(): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const { hostname, port: target } = new URL(installation.address);
  const way: Server = createServer((socket) => {
    const there = connect(Number(target), hostname);
    for (const each of [socket, there]) {
      sockets.add(each);
      each.on('error', () => each.destroy());
    }
    socket.pipe(there).pipe(socket);
  });
  await new Promise<void>((resolve) => way.listen(port, '127.0.0.1', resolve));
  return () =>
    new Promise((resolve) => {
      way.close(() => resolve());
      for (const each of sockets) each.destroy();
    });
}

const environment = (): Record<string, string> => ({
  MAILGRANT_URL: `http://127.0.0.1:${port}`,
  MAILGRANT_API_KEY: installation.apiKey,
});

async function makeLink(label: string): Promise<string> {
  const { body, status, text } = await installation.call('POST', '/v1/customer-links', { customer: label });
  assert.ok(status < 300, text);
  return String(body.url);
}

/** As of a transaction that took a while: its id is older than what is there already. */
function writeLate(id: string, at: number): void {
  const database = new DatabaseSync(join(installation.dataDir, 'mailgrant.db'), { timeout: 5_000 });
  try {
    database
      .prepare(
        `insert into audit_entries (id, workspace_id, at, actor_kind, action, data)
          values (?, ?, ?, 'gateway', 'tag.updated', '{"is":"late"}')`,
      )
      .run(id, installation.workspaceId, at);
  } finally {
    database.close();
  }
}

test('the audit log is followed: every entry once, the late ones too, over a restart, until a signal', async () => {
  await makeLink('before');
  await makeLink('the last one before');
  let close = await openWay();
  const started = startCommand(['audit', '--follow', '--json', '--limit', '1'], {
    environment: environment(),
  });
  let [out, told] = ['', ''];
  started.child.stdout?.on('data', (chunk) => {
    out += String(chunk);
  });
  started.child.stderr?.on('data', (chunk) => {
    told += String(chunk);
  });
  const entries = (): unknown[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line));
  await until('the last one of before was told', () => entries().length === 1);
  await makeLink('while it is followed');
  await until('it was told', () => entries().length === 2);

  const [first] = entries();
  const firstId = String(memberOf(first, 'id'));
  const lateId = `${firstId.slice(0, -1)}${firstId.endsWith('f') ? 'e' : 'f'}`;
  writeLate(lateId, Date.parse(String(memberOf(first, 'at'))));
  await until('the late one was told', () => entries().length === 3);
  assert.equal(memberOf(entries()[2], 'id'), lateId);

  await close();
  await until('that nobody answers was told', () => told.includes('asked again until it answers'));
  await makeLink('meanwhile');
  close = await openWay();
  await until('what happened meanwhile was told', () => entries().length === 4);
  started.child.kill('SIGINT');
  const { code, stdout, stderr } = await started.ended;
  await close();
  assert.equal(code, 130, stderr);
  const ids = stdout
    .trimEnd()
    .split('\n')
    .map((line) => String(memberOf(JSON.parse(line), 'id')));
  assert.equal(new Set(ids).size, 4, 'none twice');
  assert.equal(ids.length, 4);
});

test('a time is read from the line, and what does not go together is refused', async () => {
  const run = (...words: string[]) =>
    runCommand(['audit', ...words], {
      environment: { MAILGRANT_URL: installation.address, MAILGRANT_API_KEY: installation.apiKey },
    });
  const all = await run('--since', '2001-01-01', '--oldest', '--json');
  assert.equal(all.code, 0, all.stderr);
  const items = memberOf(JSON.parse(all.stdout), 'items');
  assert.ok(Array.isArray(items) && items.length > 1);
  const times = items.map((item) => String(memberOf(item, 'at')));
  assert.deepEqual(times, times.toSorted());
  assert.match((await run('--until', '2001-01-01T00:00:00+02:00')).stderr, /no such entry/);
  for (const [words, reason] of [
    [['--since', 'yesterday'], /--since must be a time like/],
    [['--until', '2026-02-30T00:00:00'], /--until must be a time like/],
    [['--follow', '--until', '2030-01-01'], /--until has an end/],
    [['--follow', '--since', '2026-01-01', '--limit', '3'], /either --since or --limit/],
  ] as const) {
    const ended = await run(...words);
    assert.equal(ended.code, 64, ended.stderr);
    assert.match(ended.stderr, reason);
  }
});

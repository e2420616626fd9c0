// Several processes behind one port: each of them may end, by itself or on purpose, and nobody notices.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { counterparts } from '../counterparts/index.ts';
import { isRunning } from '../counterparts/processes.ts';
import { freePort, type Installation, startInstallation } from '../support/installation.ts';
import { type Serving, serve } from '../support/serving.ts';
import { startSteadyClients } from '../support/steady-clients.ts';
import { until } from '../support/until.ts';

let installation: Installation;
let dropDatabase: () => Promise<void>;
let serving: Serving;
let base: string;
let pids: number[];

before(async () => {
  const database = await counterparts().createDatabase();
  dropDatabase = () => database.drop();
  installation = await startInstallation({
    databaseUrl: database.url,
    environment: { MAILGRANT_DATABASE_POOL_SIZE: '4' },
  });
});
after(async () => {
  await installation.close();
  await dropDatabase();
});

beforeEach(async () => {
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  const environment = {
    ...installation.environment,
    MAILGRANT_PORT: String(port),
    MAILGRANT_DRAIN_SECONDS: '1',
  };
  serving = serve(environment, '--processes', '2');
  pids = await serving.pids('all processes serve');
  assert.equal(new Set(pids).size, 2, serving.text());
});
afterEach(async () => {
  await serving.end();
  // They follow by themselves when the primary is gone.
  await until('all of them have ended', () => !pids.some(isRunning));
});

const headers = () => ({ authorization: `Bearer ${installation.apiKey}` });
const clientsOf = (path: string) => startSteadyClients(`${base}${path}`, headers(), 8);

test('what an operator must see is shown once, not once for each process', () => {
  const notices = serving
    .text()
    .split('\n')
    .filter((line) => line.startsWith('NOTICE: '));
  assert.ok(notices.length > 0, 'the endpoints of the sandbox are announced');
  assert.deepEqual(notices, [...new Set(notices)]);
});

test('SIGHUP replaces every process by a new one without a failed request, and the port stays ready', async () => {
  const clients = clientsOf('/v1/whoami');
  const balancer = clientsOf('/readyz');
  await until('the clients are answered', () => clients.answered() > 50);
  serving.child.kill('SIGHUP');
  const replaced = await serving.pids('all processes are replaced');
  const before = clients.answered();
  await until('the new ones answer', () => clients.answered() > before + 50);
  await Promise.all([clients.stop(), balancer.stop()]);
  for (const one of [...clients.sent, ...balancer.sent]) {
    assert.ok(one.kind === 'answered' && one.status === 200, JSON.stringify(one));
  }
  assert.equal(replaced.length, 2);
  assert.deepEqual(
    replaced.filter((pid) => pids.includes(pid)),
    [],
  );
  assert.deepEqual(pids.filter(isRunning), []);
  pids = replaced;
});

test('a process that dies is started again, and the others serve meanwhile', async () => {
  const [first = 0] = pids;
  process.kill(first, 'SIGKILL');
  await until('another one serves', () => serving.entries('a process was started again').length > 0);
  assert.deepEqual(
    serving.entries('a process ended by itself').map(({ pid, signal }) => [pid, signal]),
    [[first, 'SIGKILL']],
  );
  const again = Number(serving.entries('a process was started again')[0]?.pid);
  assert.equal(isRunning(again), true);
  assert.equal((await fetch(`${base}/readyz`)).status, 200);
  pids.push(again);
});

test('SIGTERM ends all of them in good order, without a failed request', async () => {
  const clients = clientsOf('/v1/whoami');
  await until('the clients are answered', () => clients.answered() > 50);
  serving.child.kill('SIGTERM');
  await until('it is not ready', async () => (await fetch(`${base}/readyz`)).status === 503);
  const before = clients.answered();
  await until('requests are taken meanwhile', () => clients.answered() > before + 20);
  assert.deepEqual(await serving.exited, [0, null]);
  await clients.stop();
  assert.deepEqual(clients.failures(), []);
  assert.deepEqual(pids.filter(isRunning), []);
});

test('a signal to the whole group, as a terminal or a supervisor sends it, counts once', async () => {
  for (const pid of [...pids, Number(serving.child.pid)]) process.kill(pid, 'SIGTERM');
  assert.deepEqual(await serving.exited, [0, null]);
  assert.deepEqual(serving.entries('a process ended by itself'), []);
});

test('when the primary is killed the others end by themselves and answer what they have begun', async () => {
  const clients = clientsOf('/v1/whoami');
  await until('the clients are answered', () => clients.answered() > 50);
  serving.child.kill('SIGKILL');
  await until('all of them have ended', () => !pids.some(isRunning));
  await clients.stop();
  assert.deepEqual(clients.failures(), []);
});

test('a new database is migrated once, and a port that is taken is told once', async () => {
  const database = await counterparts().createDatabase();
  const environment = { ...installation.environment, MAILGRANT_DATABASE_URL: database.url };
  const fresh = serve({ ...environment, MAILGRANT_PORT: String(await freePort()), MAILGRANT_PROCESSES: '2' });
  const inTheWay = serve({ ...environment, MAILGRANT_PORT: new URL(base).port, MAILGRANT_PROCESSES: '2' });
  try {
    assert.equal((await fresh.pids('all processes serve')).length, 2);
    assert.deepEqual(await inTheWay.exited, [1, null]);
    assert.equal(inTheWay.text().match(/is taken/g)?.length, 1, inTheWay.text());
    const migrations = [fresh, inTheWay].flatMap((one) => one.entries('The database was migrated'));
    assert.equal(migrations.length, 1);
    fresh.child.kill('SIGINT');
    assert.deepEqual(await fresh.exited, [0, null]);
  } finally {
    await Promise.all([fresh.end(), inTheWay.end()]);
    await database.drop();
  }
});

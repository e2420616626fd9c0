// The keyring rotated as the runbook says, by its commands, while tokens are refreshed all the time and a process is
// killed in the middle of the pass. Run for both engines.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createApiKeys } from '../../src/core/api-keys.ts';
import { createFreshness } from '../../src/core/freshness.ts';
import { openStore } from '../../src/stores/index.ts';
import { createKeyring, generateKey, parseKeyring } from '../../src/stores/keyring.ts';
import { idsOf, readKeyringFile } from '../../src/stores/keyring-file.ts';
import { systemClock, systemRandom } from '../../src/system.ts';
import { client, grant, silentLog, storeWorkspace } from '../stores/fixtures.ts';
import { childEnvironment } from '../support/child-environment.ts';
import { until } from '../support/until.ts';
import { assertWorksAgain } from './support/aftermath.ts';
import type { Answer } from './support/calls.ts';
import { callsTo } from './support/calls.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { type Reads, startReads } from './support/reads.ts';
import { type ChaosWorld, renewed, startChaosWorld } from './support/world.ts';

type Engine = {
  engine: string;
  openDatabase: () => Promise<{ url: string | null; drop: () => Promise<void> }>;
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const logins = Array.from({ length: 6 }, (_, index) => `key${index}@contoso.test`);
/** So many that a pass over them can be cut in the middle. */
const idleGrants = 1000;
const month = 30 * 24 * 3600 * 1000;

export function keyRotations({ engine, openDatabase }: Engine): void {
  test(`${engine}: the keyring is rotated under load, over a kill -9, and every grant works with the new key alone`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mailgrant-keys-'));
    const keyring = join(folder, 'keyring');
    const oldKey = generateKey();
    writeFileSync(keyring, `${oldKey}\n`, { mode: 0o600 });
    const database = await openDatabase();
    const settings = {
      MAILGRANT_KEYRING: '',
      MAILGRANT_KEYRING_FILE: keyring,
      MAILGRANT_DRAIN_SECONDS: '0',
    };
    const world = await startChaosWorld({
      databaseUrl: database.url,
      // A kill in the middle of a strict rotation loses a grant, which is another test's matter.
      rotation: 'lenient',
      logins,
      environment: settings,
    });
    try {
      const installationKey = await fill(world, database.url, oldKey);
      await rotate({ world, keyring, installationKey, isShared: database.url !== null });
    } finally {
      await world.close();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

type Stage = { world: ChaosWorld; keyring: string; installationKey: string; isShared: boolean };

async function rotate({ world, keyring, installationKey, isShared }: Stage): Promise<void> {
  const jobs = { environment: { MAILGRANT_JOBS: 'on' } };
  const start = async (): Promise<GatewayProcess[]> => [
    await world.start(jobs),
    ...(isShared ? [await world.startBeside()] : []),
  ];
  const stop = async (running: readonly GatewayProcess[]): Promise<void> => {
    await Promise.all(running.map((gateway) => gateway.stop()));
  };
  const load = (running: readonly GatewayProcess[]): Reads =>
    startReads(
      running.map(({ address }) => world.callsTo(address)),
      world.mailboxes,
      // Commands and processes start beside it: theirs is the time.
      { callersEach: 1, body: renewed, pauseMilliseconds: 50 },
    );
  const [oldId = ''] = idsOf(readKeyringFile(keyring));

  // Every process learns the key before one seals with it.
  let running = await start();
  let reads = load(running);
  const [{ address } = { address: '' }] = running;
  const command = commands({ keyring, url: address, installationKey });
  await command('add');
  const [, newId = ''] = idsOf(readKeyringFile(keyring));
  await assert.rejects(command('promote', newId), /restart it with the keyring/);
  await reads.stop();
  await stop(running);

  running = await start();
  reads = load(running);
  await until('every process tells of its keys', async () => {
    const { body } = await status(address, installationKey);
    return Array.isArray(body.processes) && body.processes.length === running.length;
  });
  await command('promote', newId);
  assert.deepEqual(idsOf(readKeyringFile(keyring)), [newId, oldId]);
  await assert.rejects(command('retire', oldId), /seals: another one has to be the first/);
  await reads.stop();
  assertServed(reads);
  await stop(running);

  running = await start();
  reads = load(running);
  await command('reseal', '--no-wait');
  await until('the pass is in its middle', async () => {
    const pass = await passOf(address, installationKey);
    assert.equal(pass.finished_at, null, 'the pass was over before it could be cut');
    return Number(pass.resealed) > 100;
  });
  const [doomed, ...others] = running;
  doomed?.kill();
  await doomed?.ended;
  await reads.stop();
  running = [await world.start(jobs), ...others];
  reads = load(running);
  const cut = await passOf(address, installationKey);
  assert.equal(cut.finished_at, null);
  await until(
    'the pass is over',
    async () => (await passOf(address, installationKey)).finished_at !== null,
    60,
  );
  const whole = await passOf(address, installationKey);
  assert.equal(whole.started_at, cut.started_at, 'gone on with, not begun again');
  assert.equal(whole.unreadable, 0);
  const counted = await status(address, installationKey, '?count=true');
  assert.deepEqual(
    [...Object(counted.body.values)].map((value: unknown) => Reflect.get(Object(value), 'key_id')),
    [newId],
  );
  assert.ok(Number(Reflect.get(Object(counted.body.values)[0], 'count')) >= idleGrants);
  await reads.stop();
  assertServed(reads);

  await assert.rejects(command('retire', oldId), /Links that were signed/);
  await command('retire', oldId, '--end-links');
  assert.deepEqual(idsOf(readKeyringFile(keyring)), [newId]);
  await stop(running);

  running = await start();
  assert.deepEqual((await status(address, installationKey)).body.known_key_ids, [newId]);
  await assertWorksAgain(world);
  await stop(running);
}

/** Of thousands of refusals the first one says enough. */
function assertServed({ refused, received }: Reads): void {
  assert.equal(refused.length, 0, refused[0]?.answer.text);
  assert.ok([...received.values()].every((tokens) => tokens.length > 0));
}

const status = (address: string, key: string, query = ''): Promise<Answer> =>
  callsTo(address, key)('GET', `/v1/keyring${query}`);

async function passOf(address: string, key: string): Promise<Record<string, unknown>> {
  const { body } = await status(address, key);
  return { ...Object(body.resealing) };
}

/** `mailgrant keyring ...`, as an operator runs it. Rejects with what it says when it does not succeed. */
function commands({
  keyring,
  url,
  installationKey,
}: {
  keyring: string;
  url: string;
  installationKey: string;
}) {
  const run = promisify(execFile);
  return async (...words: string[]): Promise<string> => {
    const isLocal = words[0] === 'add';
    const args = ['src/cli.ts', 'keyring', ...words, ...(isLocal ? [] : ['--url', url])];
    const env = {
      ...childEnvironment(),
      MAILGRANT_KEYRING_FILE: keyring,
      MAILGRANT_API_KEY: installationKey,
    };
    const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: root,
      timeout: 60_000,
      env,
    });
    return stdout;
  };
}

/** Sealed values that nobody refreshes, and a key of the installation. */
async function fill(world: ChaosWorld, databaseUrl: string | null, key: string): Promise<string> {
  const store = await openStore({
    databaseUrl,
    dataDir: world.dataDir,
    keyring: createKeyring(parseKeyring(key)),
    log: silentLog,
  });
  try {
    const { id: workspaceId } = await storeWorkspace(store);
    const oauthClient = client({ workspaceId });
    await store.oauthClients.insert(oauthClient);
    const owner = { workspaceId, oauthClientId: oauthClient.id };
    const later = Date.now() + month;
    await store.transaction(async (rows) => {
      for (let at = 0; at < idleGrants; at += 1) {
        await rows.grants.insert(grant(owner, { keepAliveAt: later, endsAt: null }));
      }
    });
    const ports = { store, clock: systemClock, random: systemRandom };
    const { issue } = createApiKeys({ ...ports, freshness: createFreshness(store) });
    const { text } = await issue(null, { name: 'operator', scopes: ['all'], expiresAt: null });
    return text.reveal();
  } finally {
    await store.close();
  }
}

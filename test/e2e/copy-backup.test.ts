// The commands of docs/operations/backup.md, as they are printed there, on databases that are in use; and what an old
// backup does to grants whose refresh tokens rotate strictly.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { approve } from '../../sandbox/end-user.ts';
import { loadConfig } from '../../src/config.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { systemClock } from '../../src/system.ts';
import { counterparts } from '../counterparts/index.ts';
import { postgresqlPrograms } from '../counterparts/postgres.ts';
import { childEnvironment } from '../support/child-environment.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

const page = readFileSync(fileURLToPath(new URL('../../docs/operations/backup.md', import.meta.url)), 'utf8');
const cleanups: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

let aheadMilliseconds = 0;
const substitutes = { clock: { ...systemClock, now: () => Date.now() + aheadMilliseconds } };

/** Runs what the page has under this mark; answers what it printed. */
function runPrinted(mark: string, environment: Record<string, string>): string {
  const command = new RegExp(`<!-- ${mark} -->\\n\`\`\`sh\\n([^]*?)\`\`\``).exec(page)?.[1];
  assert.ok(command, `${mark} is not in the page`);
  const path = [dirname(process.execPath), postgresqlPrograms() ?? '', process.env.PATH ?? ''].join(
    delimiter,
  );
  const { status, stdout, stderr } = spawnSync('bash', ['-euc', command], {
    env: {
      ...childEnvironment(),
      ...environment,
      PATH: path,
      NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
    },
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, `${mark}: ${stderr}`);
  return stdout;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-backup-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function newDatabase(): Promise<string> {
  const database = await counterparts().createDatabase();
  cleanups.push(() => database.drop());
  return database.url;
}

async function startWith(options: { databaseUrl?: string } = {}): Promise<Installation> {
  const installation = await startInstallation({
    sandbox: { mail: 'npm', rotation: { microsoft: 'strict' } },
    substitutes,
    ...options,
  });
  cleanups.push(() => installation.close());
  return installation;
}

/** The gateway of an installation, started again at the same address. */
async function startAgain(
  { environment }: Installation,
  changes: Record<string, string> = {},
): Promise<Gateway> {
  const config = loadConfig({ ...environment, MAILGRANT_LOG_LEVEL: 'silent', ...changes });
  const gateway = await createGateway(config, substitutes);
  cleanups.push(() => gateway.close());
  await gateway.start();
  return gateway;
}

test('a backup of SQLite under a running gateway is whole, private, and starts elsewhere with the keyring', async () => {
  const installation = await startWith();
  const before = await importMailbox(installation, 'google', 'alice@gmail.test');
  const folders = { DATA: installation.dataDir, BACKUP: newFolder() };
  runPrinted('sqlite-backup', folders);
  assert.equal(statSync(join(folders.BACKUP, 'mailgrant.db')).mode & 0o777, 0o600);
  const check = runPrinted('sqlite-check', folders);
  assert.match(check, /integrity_check: 'ok'.*'count\(\*\)': 1/s);

  const later = await importMailbox(installation, 'google', 'bob@corp.test');
  await installation.gateway.close();
  runPrinted('sqlite-restore', folders);
  await startAgain(installation);
  const { call } = installation;
  assert.equal((await call('POST', `/v1/mailboxes/${before}/token`)).status, 200);
  assert.equal((await call('GET', `/v1/mailboxes/${later}`)).status, 404);
});

test('a backup of PostgreSQL under a running gateway starts in a new database', async () => {
  const url = await newDatabase();
  const installation = await startWith({ databaseUrl: url });
  const before = await importMailbox(installation, 'google', 'alice@gmail.test');
  const folders = { BACKUP: newFolder(), MAILGRANT_DATABASE_URL: url };
  runPrinted('postgres-backup', folders);
  assert.equal(statSync(join(folders.BACKUP, 'mailgrant.dump')).mode & 0o777, 0o600);
  const later = await importMailbox(installation, 'google', 'bob@corp.test');
  await installation.gateway.close();

  const restored = await newDatabase();
  runPrinted('postgres-restore', { ...folders, NEW_DATABASE_URL: restored });
  const gateway = await startAgain(installation, { MAILGRANT_DATABASE_URL: restored });
  const { call } = installation;
  assert.equal((await call('POST', `/v1/mailboxes/${before}/token`)).status, 200);
  assert.equal((await call('GET', `/v1/mailboxes/${later}`)).status, 404);
  // What is written after the restore is read back: nothing of the old server's counting is in the way.
  const again = await importMailbox({ ...installation, gateway }, 'google', 'bob@corp.test');
  assert.equal((await call('POST', `/v1/mailboxes/${again}/token`)).status, 200);
  await gateway.close();
});

test('after an old backup a spent refresh token is reported once, with a link that heals it, and no other mailbox suffers', async () => {
  const installation = await startWith();
  const { sandbox } = installation;
  const { session } = await installation.connect('microsoft', { login: 'erin@contoso.test' });
  const strict = String(session.mailbox_id);
  const other = await importMailbox(installation, 'google', 'alice@gmail.test');
  const folders = { DATA: installation.dataDir, BACKUP: newFolder() };
  runPrinted('sqlite-backup', folders);

  // The provider rotates after the backup; what is in the backup is spent.
  aheadMilliseconds += 11_000;
  const rotated = await installation.call('POST', `/v1/mailboxes/${strict}/token`, { force_refresh: true });
  assert.equal(rotated.status, 200, rotated.text);
  await installation.gateway.close();
  runPrinted('sqlite-restore', folders);

  aheadMilliseconds += 11_000;
  await startAgain(installation);
  const { call } = installation;
  const refused = await call('POST', `/v1/mailboxes/${strict}/token`, { force_refresh: true });
  assert.equal(refused.status, 409, refused.text);
  assert.match(String(refused.body.type), /needs_reauthorization/);
  assert.equal((await call('POST', `/v1/mailboxes/${other}/token`)).status, 200);

  const asked = sandbox.microsoft.stats().tokenRequests;
  assert.equal((await call('POST', `/v1/mailboxes/${strict}/token`)).status, 409);
  assert.equal(sandbox.microsoft.stats().tokenRequests, asked, 'a dead grant is not asked about again');
  const mailbox = await call('GET', `/v1/mailboxes/${strict}`);
  assert.equal(mailbox.body.status, 'needs_reauthorization');
  const events = await call('GET', '/v1/events?limit=100');
  const items = Array.isArray(events.body.items) ? events.body.items : [];
  const told = items.filter((event) => memberOf(event, 'type') === 'mailbox.needs_reauthorization');
  assert.deepEqual(
    told.map((event) => memberOf(event, 'object_id')),
    [strict],
  );

  await approve(String(mailbox.body.reconnect_url), { login: 'erin@contoso.test' });
  const healed = await call('POST', `/v1/mailboxes/${strict}/token`);
  assert.equal(healed.status, 200, healed.text);
});

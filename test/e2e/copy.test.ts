// `mailgrant copy` as an operator uses it: from the embedded database to PostgreSQL, and killed on the way.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { loadConfig } from '../../src/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { databaseFile } from '../../src/stores/index.ts';
import { counterparts } from '../counterparts/index.ts';
import { childEnvironment } from '../support/child-environment.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { freePort, type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const databases: { drop(): Promise<void> }[] = [];
after(() => Promise.all(databases.map((database) => database.drop())));

async function newDatabase(): Promise<string> {
  const database = await counterparts().createDatabase();
  databases.push(database);
  return database.url;
}

/** An installation on SQLite whose gateway is stopped, and the settings with which it goes on on PostgreSQL. */
async function withMovingInstallation(
  work: (installation: Installation, environment: Record<string, string>) => Promise<void>,
  prepare: (installation: Installation) => Promise<void> = async () => {},
): Promise<void> {
  const installation = await startInstallation();
  try {
    await prepare(installation);
    await installation.gateway.close();
    await work(installation, { ...installation.environment, MAILGRANT_DATABASE_URL: await newDatabase() });
  } finally {
    await installation.close();
  }
}

function startCommand(environment: Record<string, string>, ...words: string[]) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/cli.ts', ...words], {
    cwd: root,
    env: { ...childEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { child, ended: ended.then(([[code], stdout, stderr]) => ({ code: Number(code), stdout, stderr })) };
}

const run = (environment: Record<string, string>, ...words: string[]) =>
  startCommand(environment, ...words).ended;

async function onServer<T>(url: string | undefined, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
}

test('after the move to PostgreSQL every key, mailbox and token works, and numbers go on', async () => {
  const ids: string[] = [];
  const prepare = async (installation: Installation) => {
    ids.push(await importMailbox(installation, 'google', 'alice@gmail.test'));
    ids.push(await importMailbox(installation, 'microsoft', 'erin@contoso.test'));
  };
  await withMovingInstallation(async (installation, environment) => {
    const { code, stdout, stderr } = await run(environment, 'copy', '--to', 'postgres');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^mailboxes +2 +[0-9a-f]{16}$/m);
    assert.match(stdout, /counts and checksums are equal/);
    assert.match(stderr, /^comparing mailboxes: \d+ of \d+ rows$/m);

    const port = await freePort();
    const gateway = await createGateway(
      loadConfig({ ...environment, MAILGRANT_PORT: String(port), MAILGRANT_LOG_LEVEL: 'silent' }),
    );
    try {
      const call = installation.callAs(installation.apiKey, await gateway.start());
      for (const id of ids) {
        const answer = await call('POST', `/v1/mailboxes/${id}/token`);
        assert.equal(answer.status, 200, answer.text);
      }
      const third = await importMailbox({ ...installation, gateway }, 'google', 'bob@corp.test');
      const numbers = await onServer(environment.MAILGRANT_DATABASE_URL, (client) =>
        client.query('select id, number::int from mailboxes order by number'),
      );
      assert.deepEqual(
        numbers.rows,
        [...ids, third].map((id, index) => ({ id, number: index + 1 })),
      );
    } finally {
      await gateway.close();
    }
  }, prepare);
});

const eventsTotal = 3_000;

const eventId = (index: number): string => `0190a000-0000-7000-8000-${String(index).padStart(12, '0')}`;

const addEvents = async ({ dataDir }: Installation): Promise<void> => {
  const database = new DatabaseSync(databaseFile(dataDir));
  database.exec('begin; delete from events');
  const insert = database.prepare(
    "insert into events (id, workspace_id, type, object_id, data, created_at) values (?, null, 'mailbox.verified', 'x', '{}', 1)",
  );
  for (let index = 1; index <= eventsTotal; index += 1) insert.run(eventId(index));
  database.exec('commit');
  database.close();
};

/** Asked on a connection of its own: within a transaction the server would answer the same every time. */
const hasWaitingCopy = (url: string | undefined): Promise<boolean> =>
  onServer(url, async (client) => {
    const waiting = "application_name = 'mailgrant copy' and wait_event_type = 'Lock'";
    return (await client.query(`select 1 from pg_stat_activity where ${waiting}`)).rows.length > 0;
  });

test('a copy that is killed in the middle of a table goes on there, and no gateway starts before its end', () =>
  withMovingInstallation(async (installation, environment) => {
    await addEvents(installation);
    const url = environment.MAILGRANT_DATABASE_URL;
    // Its first start makes the tables, so that a slice can be held up before the copy begins.
    await (await createGateway(loadConfig({ ...environment, MAILGRANT_LOG_LEVEL: 'silent' }))).close();

    await onServer(url, async (client) => {
      // Not committed: the slice with the same event waits for what becomes of it.
      await client.query('begin');
      await client.query(
        "insert into events (id, type, object_id, data, created_at) values ($1, '', '', '', 1)",
        [eventId(2_000)],
      );
      const { child, ended } = startCommand(environment, 'copy', '--to', 'postgres', '--json');
      await until('a slice of the copy waits', () => hasWaitingCopy(url));
      child.kill('SIGKILL');
      await ended;
      await client.query('rollback');
    });

    const countEvents = () =>
      onServer(url, async (client) =>
        Number((await client.query('select count(*) from events')).rows[0]?.count),
      );
    const before = await countEvents();
    assert.ok(before > 0 && before < 2_000, `${before} events`);

    const serving = await run(environment, 'serve');
    assert.equal(serving.code, 1);
    assert.match(serving.stderr, /unfinished copy.*run the same `mailgrant copy` again/);

    const { code, stdout, stderr } = await run(environment, 'copy', '--to', 'postgres', '--json');
    assert.equal(code, 0, stderr);
    const result: unknown = JSON.parse(stdout);
    assert.equal(memberOf(result, 'resumed'), true);
    assert.equal(await countEvents(), eventsTotal);
    const steps = stderr
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
      .filter((step) => memberOf(step, 'phase') === 'copy' && memberOf(step, 'table') === 'events');
    const [first, second] = steps.map((step) => Number(memberOf(step, 'done')));
    assert.ok(first !== undefined && second !== undefined && first >= before && second > first, stderr);

    await (await createGateway(loadConfig({ ...environment, MAILGRANT_LOG_LEVEL: 'silent' }))).close();
  }));

test('a copy is refused while a gateway runs on either end, with a sentence that says what to do', async () => {
  const installation = await startInstallation();
  const environment = { ...installation.environment, MAILGRANT_DATABASE_URL: await newDatabase() };
  try {
    const busySource = await run(environment, 'copy', '--to', 'postgres');
    assert.equal(busySource.code, 69);
    assert.match(busySource.stderr, /in use: another process/);
    await installation.gateway.close();
    const gateway = await createGateway(loadConfig({ ...environment, MAILGRANT_LOG_LEVEL: 'silent' }));
    const busyTarget = await run(environment, 'copy', '--to', 'postgres');
    await gateway.close();
    assert.equal(busyTarget.code, 69);
    assert.match(busyTarget.stderr, /in use: .*Stop every gateway/);
  } finally {
    await installation.close();
  }
});

test('a copy without a target, or to a word that is no database, says how it is called', async () => {
  await withMovingInstallation(async (_, environment) => {
    assert.match((await run(environment, 'copy')).stderr, /--to where the copy goes/);
    const answer = await run(environment, 'copy', '--to', 'mysql://user:hunter2@host/db');
    assert.equal(answer.code, 1);
    assert.match(answer.stderr, /postgres:\/\/\.\.\. or sqlite:<path>/);
    assert.doesNotMatch(answer.stderr, /hunter2/);
  });
});

test('a migration of what is not there makes no file, unless it is asked to', async () => {
  await withFolder(async (folder) => {
    const missing = `sqlite:${join(folder, 'missing.db')}`;
    const migrate = (...words: string[]) => run({ MAILGRANT_DATA_DIR: folder }, 'migrate', ...words);
    for (const words of [[], ['--dry-run'], ['--database', missing], ['--dry-run', '--database', missing]]) {
      const { code, stderr, stdout } = await migrate(...words);
      assert.deepEqual([code, stdout], [1, ''], words.join(' '));
      assert.match(stderr, /no database at .*\.db\. .*mailgrant init/);
    }
    assert.equal((await migrate('--create', '--dry-run')).code, 64);
    assert.deepEqual(readdirSync(folder), [], 'nothing was made');
    const made = await migrate('--create', '--database', missing);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /^applied {3}0001-foundation$/m);
    const again = await migrate('--database', missing);
    assert.match(again.stdout, /nothing to do/);
  });
});

test('a copy from or to a file that is no database leaves nothing beside it', async () => {
  await withFolder(async (folder) => {
    const environment = { MAILGRANT_DATA_DIR: join(folder, 'data') };
    const begun = await run(environment, 'init');
    assert.equal(begun.code, 0, begun.stderr);
    writeFileSync(join(folder, 'letter.txt'), 'Dear reader, this is no database.\n'.repeat(300));
    new DatabaseSync(join(folder, 'other.db')).exec('create table notes (text text)');
    const before = readdirSync(folder);
    for (const name of ['letter.txt', 'other.db']) {
      const from = `sqlite:${join(folder, name)}`;
      const read = await run(environment, 'copy', '--from', from, '--to', `sqlite:${join(folder, 'x.db')}`);
      assert.equal(read.code, 1);
      assert.match(read.stderr, /is no database of Mailgrant/);
    }
    const written = await run(environment, 'copy', '--to', `sqlite:${join(folder, 'letter.txt')}`);
    assert.equal(written.code, 1);
    assert.match(written.stderr, /letter\.txt cannot be opened/);
    assert.deepEqual(readdirSync(folder), before);
  });
});

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-copy-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

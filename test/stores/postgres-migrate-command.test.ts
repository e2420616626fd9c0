// `mailgrant migrate` as an operator runs it: before an update, beside running gateways, past their pooler.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { migrate } from '../../src/stores/migrate.ts';
import { migrations } from '../../src/stores/migrations/index.ts';
import { childEnvironment } from '../support/child-environment.ts';
import { now } from './fixtures.ts';
import { type PostgresTestDatabase, withPostgres } from './postgres-database.ts';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

type End = { code: number; output: string; errors: string };

/** Without a keyring: none is needed. */
const run = (environment: Record<string, string>, ...args: string[]): Promise<End> =>
  new Promise((resolve) => {
    const env = { ...childEnvironment(), MAILGRANT_LOG_LEVEL: 'silent', ...environment };
    execFile(process.execPath, [cli, 'migrate', ...args], { env }, (error, output, errors) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ code, output, errors });
    });
  });

const withCommand = async (
  test: (command: {
    database: PostgresTestDatabase;
    mailgrantMigrate: (...args: string[]) => Promise<End>;
    dataDir: string;
  }) => Promise<void>,
): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'mailgrant-migrate-'));
  try {
    await withPostgres((database) => {
      const environment = { MAILGRANT_DATA_DIR: dataDir, MAILGRANT_DATABASE_URL: database.url };
      return test({ database, dataDir, mailgrantMigrate: (...args) => run(environment, ...args) });
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};

const upToDate = 'The database is of this release: nothing to do.\n';

describe('mailgrant migrate', () => {
  it('applies what is pending and says what; a second time there is nothing to do', () =>
    withCommand(async ({ database, mailgrantMigrate }) => {
      const engine = await database.openEngine();
      await migrate(engine, { now, line: migrations.slice(0, 3) }).finally(() => engine.close());
      assert.deepEqual(await mailgrantMigrate(), {
        code: 0,
        output: 'applied   0004-scale\napplied   0005-daily-use\n',
        errors: '',
      });
      assert.deepEqual(await mailgrantMigrate(), { code: 0, output: upToDate, errors: '' });
      await (await database.open()).ping();
    }));

  it('with --dry-run changes nothing, says what it would do, and ends with 2 if that is anything', () =>
    withCommand(async ({ mailgrantMigrate }) => {
      const wouldApply = migrations.map(({ name }) => `would apply   ${name}\n`).join('');
      for (let time = 0; time < 2; time += 1) {
        assert.deepEqual(await mailgrantMigrate('--dry-run'), { code: 2, output: wouldApply, errors: '' });
      }
      assert.equal((await mailgrantMigrate()).code, 0);
      assert.deepEqual(await mailgrantMigrate('--dry-run'), { code: 0, output: upToDate, errors: '' });
    }));

  it('takes another database by --database, of either engine', () =>
    withCommand(async ({ database, dataDir, mailgrantMigrate }) => {
      const file = `sqlite:${join(dataDir, 'other.db')}`;
      assert.equal((await mailgrantMigrate('--create', '--database', file)).code, 0);
      assert.equal((await mailgrantMigrate('--dry-run', '--database', file)).code, 0);
      assert.equal((await mailgrantMigrate('--dry-run')).code, 2);
      assert.equal((await run({ MAILGRANT_DATA_DIR: dataDir }, '--database', database.url)).code, 0);
    }));

  it('a database of a newer release, one that is not there, and an unknown word end with 1 and a reason', () =>
    withCommand(async ({ database, mailgrantMigrate }) => {
      await mailgrantMigrate();
      await database.raw("insert into migrations (name, applied_at) values ('9999-future', 1)");
      for (const args of [[], ['--dry-run']]) {
        const { code, errors } = await mailgrantMigrate(...args);
        assert.equal(code, 1);
        assert.match(errors, /newer release.*9999-future/);
      }
      const nowhere = await mailgrantMigrate('--database', 'postgres://ada:hunter2@127.0.0.1:1/none');
      assert.equal(nowhere.code, 1);
      assert.match(nowhere.errors, /"none" at 127\.0\.0\.1:1/);
      assert.doesNotMatch(nowhere.errors, /hunter2/);
      assert.equal((await mailgrantMigrate('--now')).code, 64);
    }));
});

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { copyDatabase } from '../../src/stores/copy/index.ts';
import { copyConformance } from './copy-conformance.ts';
import { silentLog, workspace } from './fixtures.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

copyConformance('SQLite', async () => {
  const { path, drop } = await createSqliteDatabase();
  return {
    url: `sqlite:${path}`,
    raw: async (statement) => {
      const database = new DatabaseSync(path);
      database.exec(statement);
      database.close();
    },
    drop,
  };
});

test('what a killed gateway had written last, and SQLite not moved into the file yet, is copied too', async () => {
  const created = await createSqliteDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'mailgrant-killed-'));
  try {
    const store = await created.open();
    await store.workspaces.insert(workspace());
    // As the disk is after a kill: the store is open, so nobody has tidied up.
    const killed = join(folder, 'mailgrant.db');
    for (const ending of ['', '-wal']) await copyFile(created.path + ending, killed + ending);
    assert.ok((await stat(`${killed}-wal`)).size > 0);
    const options = { keyring: created.keyring, log: silentLog };
    const target = `sqlite:${join(folder, 'target.db')}`;
    const { tables } = await copyDatabase({ from: `sqlite:${killed}`, to: target, ...options });
    assert.equal(tables.find(({ name }) => name === 'workspaces')?.rows, 1);
  } finally {
    await rm(folder, { recursive: true });
    await created.drop();
  }
});

test('a source that does not exist is an error, and no file appears in its place', async () => {
  const created = await createSqliteDatabase();
  const options = { to: `sqlite:${created.path}`, keyring: created.keyring, log: silentLog };
  const missing = join(created.dataDir, 'missing.db');
  await assert.rejects(copyDatabase({ from: `sqlite:${missing}`, ...options }), /no database at/);
  await assert.rejects(stat(missing), { code: 'ENOENT' });
  await assert.rejects(stat(created.path), { code: 'ENOENT' });
  await created.drop();
});

test('a file is not copied into itself, nor to no name, and no file is left', async () => {
  const created = await createSqliteDatabase();
  await (await created.open()).close();
  try {
    const folder = dirname(created.path);
    const link = join(folder, 'link.db');
    await symlink(created.path, link);
    const before = await readdir(folder);
    const options = { from: `sqlite:${created.path}`, keyring: created.keyring, log: silentLog };
    for (const to of [created.path, link, `//${created.path}`]) {
      await assert.rejects(
        copyDatabase({ ...options, to: `sqlite:${to}` }),
        /Both ends are the same database/,
      );
    }
    for (const to of ['sqlite:', 'sqlite://']) {
      await assert.rejects(copyDatabase({ ...options, to }), /named as postgres/);
    }
    assert.deepEqual(await readdir(folder), before);
    await assert.rejects(stat('.lock'), { code: 'ENOENT' });
  } finally {
    await created.drop();
  }
});

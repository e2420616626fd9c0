// The guarantees of a copy, for a pair of engines.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { openTarget } from '../../src/stores/copy/ends.ts';
import {
  type CopyOptions,
  type CopyProgress,
  type CopyResult,
  copyDatabase,
} from '../../src/stores/copy/index.ts';
import { countRows } from '../../src/stores/copy/slices.ts';
import { copiedTables } from '../../src/stores/copy/tables.ts';
import { asOwner, takeOver } from '../../src/stores/copy/unfinished.ts';
import type { Session } from '../../src/stores/engine.ts';
import { type OpenStore, openStore } from '../../src/stores/index.ts';
import type { Keyring } from '../../src/stores/keyring.ts';
import { fillTables } from './copy-rows.ts';
import { newKeyring, silentLog, storeGrant, workspace } from './fixtures.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

/** An empty database that a copy may go into. */
export type CopyTarget = {
  url: string;
  /** A statement beside the store, without parameters. */
  raw(statement: string): Promise<void>;
  drop(): Promise<void>;
};

type Source = Awaited<ReturnType<typeof createSqliteDatabase>>;

/** Of each table; more than one slice holds. */
const rowsEach = 130;

export const copyConformance = (engine: string, createTarget: () => Promise<CopyTarget>): void => {
  const withBoth = async (test: (source: Source, target: CopyTarget) => Promise<void>): Promise<void> => {
    const source = await createSqliteDatabase();
    const target = await createTarget();
    try {
      await (await source.open()).close();
      await test(source, target);
    } finally {
      await target.drop();
      await source.drop();
    }
  };

  describe(`a copy from SQLite to ${engine}`, () => {
    it('has every row of every table, byte by byte, and leaves the source as it was', () =>
      withBoth(async (source, target) => {
        fillTables(source.path, rowsEach);
        const before = fileHash(source.path);
        const result = await copyOf(source, target);
        assert.equal(fileHash(source.path), before);
        assert.equal(result.isResumed, false);
        assert.deepEqual(
          result.tables.map(({ name }) => name),
          copiedTables.map(({ name }) => name),
        );
        for (const { name, rows } of result.tables) {
          assert.equal(rows, { key_proofs: 1, numbers: rowsEach + 1 }[name] ?? rowsEach, name);
        }
      }));

    it('comes back the same when it is copied into a third database', () =>
      withBoth(async (source, target) => {
        fillTables(source.path, rowsEach);
        const there = await copyOf(source, target);
        const third = await createSqliteDatabase();
        try {
          const back = await copy(target.url, `sqlite:${third.path}`, source.keyring);
          assert.deepEqual(back.tables, there.tables);
        } finally {
          await third.drop();
        }
      }));

    it('opens the same secrets, and goes on counting where the source stopped', () =>
      withBoth(async (source, target) => {
        const original = await source.open();
        const grant = await storeGrant(original);
        for (let count = 0; count < 3; count += 1) await original.numbers.next('mailbox');
        await original.close();
        await copyOf(source, target);
        await withStore(target, source.keyring, async (store) => {
          const copied = await store.grants.byId(grant.id);
          assert.equal(copied?.refreshToken?.reveal(), grant.refreshToken?.reveal());
          assert.equal(await store.numbers.next('mailbox'), 4);
        });
      }));

    it('goes into a database that a gateway has made and nobody has used', () =>
      withBoth(async (source, target) => {
        await withStore(target, source.keyring, async () => {});
        fillTables(source.path, 3);
        const result = await copyOf(source, target);
        assert.equal(result.tables.find(({ name }) => name === 'workspaces')?.rows, 3);
      }));

    it('a database with rows is refused with their table named, and nothing is written to it', () =>
      withBoth(async (source, target) => {
        await withStore(target, source.keyring, (store) =>
          store.workspaces.insert(workspace({ name: 'there' })),
        );
        await assert.rejects(copyOf(source, target), /is not empty: workspaces \(1\).*nothing was written/);
        await withStore(target, source.keyring, async (store) => {
          const { items } = await store.workspaces.list({ after: null, limit: 10 });
          assert.deepEqual(
            items.map(({ name }) => name),
            ['there'],
          );
        });
      }));

    it('a database of another keyring is refused, as source and as target', () =>
      withBoth(async (source, target) => {
        const other = newKeyring();
        await assert.rejects(copy(urlOf(source), target.url, other), /keyring does not fit/);
        await withStore(target, other, async () => {});
        await assert.rejects(copyOf(source, target), /keyring does not fit/);
      }));

    it('a source that a gateway has open is refused', () =>
      withBoth(async (source, target) => {
        await source.open();
        await assert.rejects(copyOf(source, target), /in use/);
      }));

    it('a target that a gateway has open is refused', () =>
      withBoth((source, target) =>
        withStore(target, source.keyring, () => assert.rejects(copyOf(source, target), /in use/)),
      ));

    it('a source of an older release is refused and not migrated', () =>
      withBoth(async (source, target) => {
        await source.raw('delete from migrations where name = (select max(name) from migrations)');
        const before = fileHash(source.path);
        await assert.rejects(copyOf(source, target), /older release/);
        assert.equal(fileHash(source.path), before);
      }));

    it('one that was stopped goes on behind its last row, and no gateway starts before its end', () =>
      withBoth(async (source, target) => {
        fillTables(source.path, rowsEach);
        await stopWithin('grants', source, target);
        await assert.rejects(
          withStore(target, source.keyring, async () => {}),
          /unfinished copy/,
        );
        const seen: CopyProgress[] = [];
        const result = await copyOf(source, target, { onProgress: (progress) => seen.push(progress) });
        assert.equal(result.isResumed, true);
        const [first] = seen.filter(({ table }) => table === 'grants');
        // The slice of the first run is there, so the first step of the second is more than nothing and not all.
        assert.ok(first && first.done % rowsEach !== 0, JSON.stringify(first));
        await withStore(target, source.keyring, (store) => store.ping());
      }));

    it('one byte that is changed in the target is found, and the gateway stays out', () =>
      withBoth(async (source, target) => {
        fillTables(source.path, rowsEach);
        await stopWithin('token_sets', source, target);
        await target.raw(
          "update grants set scope = replace(scope, 'scope', 'scopE') where id = (select max(id) from grants)",
        );
        await assert.rejects(copyOf(source, target), /differs from its source in the table grants: 130 rows/);
        await assert.rejects(
          withStore(target, source.keyring, async () => {}),
          /unfinished copy/,
        );
      }));

    it('a row that is missing in the target is found, with the counts of both ends', () =>
      withBoth(async (source, target) => {
        fillTables(source.path, rowsEach);
        await stopWithin('breakers', source, target);
        await target.raw('delete from events where id = (select min(id) from events)');
        await assert.rejects(copyOf(source, target), /table events: 130 rows.* 129 rows/);
      }));

    it('an unfinished copy of one database is not completed from another', () =>
      withBoth(async (source, target) => {
        fillTables(source.path, 60);
        await stopWithin('grants', source, target);
        const other = await createSqliteDatabase();
        try {
          await (await other.open(source.keyring)).close();
          await assert.rejects(
            copy(urlOf(other), target.url, source.keyring),
            /unfinished copy of another database/,
          );
        } finally {
          await other.drop();
        }
      }));

    it('one that another run took over from writes nothing more', () =>
      withBoth(async (source, target) => {
        fillTables(source.path, 60);
        await stopWithin('grants', source, target);
        const end = await openTarget({ url: target.url, log: silentLog });
        try {
          const first = await takeOver(end.writable);
          const second = await takeOver(end.writable);
          const remove = ({ writer }: Session) => writer.deleteFrom('grants').execute();
          await assert.rejects(asOwner(end.writable, first, remove), /taken over/);
          assert.equal(await countRows(end, { name: 'grants', key: [] }), 50);
          await asOwner(end.writable, second, remove);
          assert.equal(await countRows(end, { name: 'grants', key: [] }), 0);
        } finally {
          await end.close();
        }
      }));
  });
};

const stopWithin = (table: string, source: Source, target: CopyTarget): Promise<void> =>
  assert.rejects(
    copyOf(source, target, {
      onProgress: (progress) => {
        if (progress.table === table) throw new Error('stopped by the test');
      },
    }),
    /stopped by the test/,
  );

const copyOf = (source: Source, target: CopyTarget, more: Partial<CopyOptions> = {}): Promise<CopyResult> =>
  copy(urlOf(source), target.url, source.keyring, more);

const copy = (
  from: string,
  to: string,
  keyring: Keyring,
  more: Partial<CopyOptions> = {},
): Promise<CopyResult> => copyDatabase({ from, to, keyring, log: silentLog, ...more });

const urlOf = ({ path }: Source): string => `sqlite:${path}`;

const withStore = async (
  { url }: CopyTarget,
  keyring: Keyring,
  work: (store: OpenStore) => Promise<unknown>,
): Promise<void> => {
  const store = await openStore({ databaseUrl: url, dataDir: '/nowhere', keyring, log: silentLog });
  try {
    await work(store);
  } finally {
    await store.close();
  }
};

const fileHash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

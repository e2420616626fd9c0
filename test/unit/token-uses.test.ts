// Reads of tokens, counted in memory and written in batches.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Log, Store } from '../../src/core/ports.ts';
import { createTokenUses } from '../../src/core/token-uses.ts';
import type { OpenStore } from '../../src/stores/index.ts';
import { systemClock } from '../../src/system.ts';
import {
  mailbox,
  newId,
  now,
  silentLog,
  storeGrant,
  type TestDatabase,
  tokenSet,
} from '../stores/fixtures.ts';
import { createSqliteDatabase } from '../stores/sqlite-database.ts';
import { until } from '../support/until.ts';

const minute = now - (now % 60_000);
const resource = 'https://mail.google.com/';

let database: TestDatabase;
let store: OpenStore;
let at = minute;
let logged: { message: string; fields: Record<string, unknown> }[] = [];
/** Statements that noted or counted something. */
let written: string[] = [];
let isBroken = false;

const note = (message: string, fields: Record<string, unknown> = {}) => void logged.push({ message, fields });
const log: Log = { ...silentLog, warn: note, error: note };

/** The store, watched, and failing on demand. */
const watched = (): Store => ({
  ...store,
  tokenUses: {
    ...store.tokenUses,
    add: async (uses) => {
      written.push(`uses ${uses.length}`);
      if (isBroken) throw new Error('the database is away');
      await store.tokenUses.add(uses);
    },
  },
  grants: {
    ...store.grants,
    noteReads: async (reads) => {
      written.push(`reads ${reads.length}`);
      if (isBroken) throw new Error('the database is away');
      await store.grants.noteReads(reads);
    },
  },
});

const createUses = () =>
  createTokenUses({
    clock: { ...systemClock, now: () => at },
    log,
    store: watched(),
    settings: { keepAliveSeconds: 604_800, warmSeconds: 21_600, tokenUsesDays: 30 },
  });

beforeEach(async () => {
  database = await createSqliteDatabase();
  store = await database.open();
  at = minute;
  logged = [];
  written = [];
  isBroken = false;
});
afterEach(() => database.drop());

const readOf = (grantId: string, obtainedAt = minute) => ({
  grantId,
  resource,
  obtainedAt,
  expiresAt: obtainedAt + 3_600_000,
});
const usesOf = async (mailboxId: string) =>
  (await store.tokenUses.list(mailboxId, { after: null, limit: 100 })).items;

describe('reads of tokens', () => {
  it('write nothing until the flush, and then as few statements as there are batches', async () => {
    const uses = createUses();
    const mailboxIds = Array.from({ length: 1_200 }, newId);
    for (let round = 0; round < 5; round += 1) {
      for (const mailboxId of mailboxIds) uses.note('key', mailboxId, readOf(mailboxId));
    }
    assert.deepEqual(written, []);
    await uses.flush();
    assert.deepEqual(written, ['uses 500', 'uses 500', 'uses 200', 'reads 500', 'reads 500', 'reads 200']);
    for (const mailboxId of mailboxIds.slice(0, 3)) {
      assert.deepEqual(await usesOf(mailboxId), [
        { mailboxId, keyId: 'key', minute, total: 5, firstAt: minute, lastAt: minute },
      ]);
    }
    await uses.flush();
    assert.equal(written.length, 6, 'nothing twice');
  });

  it('are counted by minute and key, first and last, over flushes and over a clock that is put back', async () => {
    const uses = createUses();
    const mailboxId = newId();
    const read = readOf(newId());
    for (const [key, after] of [
      ['a', 1_000],
      ['b', 2_000],
      ['a', 59_999],
      ['a', 60_000],
      ['a', 30_000],
      ['a', 61_000],
    ] as const) {
      at = minute + after;
      uses.note(key, mailboxId, read);
    }
    await uses.flush();
    uses.note('a', mailboxId, read);
    await uses.flush();
    const use = (keyId: string, begins: number, total: number, first: number, last: number) => ({
      mailboxId,
      keyId,
      minute: minute + begins,
      total,
      firstAt: minute + first,
      lastAt: minute + last,
    });
    assert.deepEqual(await usesOf(mailboxId), [
      use('a', 60_000, 3, 60_000, 61_000),
      use('a', 0, 3, 1_000, 59_999),
      use('b', 0, 1, 2_000, 2_000),
    ]);
  });

  it('that the database does not take are lost, counted and told, and no read fails', async () => {
    const uses = createUses();
    const mailboxId = newId();
    isBroken = true;
    for (let count = 0; count < 7; count += 1) uses.note('key', mailboxId, readOf(newId()));
    await uses.flush();
    assert.equal(logged.find(({ message }) => message.includes('recorded'))?.fields.reads, 7);
    isBroken = false;
    uses.note('key', mailboxId, readOf(newId()));
    await uses.flush();
    assert.deepEqual(
      (await usesOf(mailboxId)).map(({ total }) => total),
      [1],
    );
  });

  it('wait in a bounded room: what does not fit is told as lost', async () => {
    const uses = createUses();
    const read = readOf(newId());
    isBroken = true;
    // The first 20,000 are on their way to the database, early, when the rest comes.
    for (let count = 0; count < 220_010; count += 1) uses.note(`key ${count}`, 'one mailbox', read);
    // A further read of what is counted already needs no room.
    uses.note('key 20000', 'one mailbox', read);
    await uses.flush();
    await until('both are given up', () => logged.filter(({ fields }) => fields.reads).length === 2);
    assert.deepEqual(
      logged.flatMap(({ fields }) => fields.missed ?? []),
      [10],
    );
    const given = logged.map(({ fields }) => Number(fields.reads ?? 0));
    assert.equal(Math.max(...given), 200_001);
    assert.equal(given.includes(20_000), true);
    uses.note('key', 'one mailbox', read);
    isBroken = false;
    await uses.flush();
    assert.deepEqual(
      (await usesOf('one mailbox')).map(({ total }) => total),
      [1],
    );
  });

  it('make the token set that was read due in time, and a later one only when that is read', async () => {
    const uses = createUses();
    const grant = await storeGrant(store, { keepAliveAt: minute + 604_800_000 });
    await store.tokenSets.save(
      tokenSet(grant.id, { obtainedAt: minute, expiresAt: minute + 3_600_000, readAt: null }),
    );
    const dueAt = async () => (await store.grants.byId(grant.id))?.keepAliveAt ?? 0;
    at = minute + 1_000;
    uses.note('key', newId(), readOf(grant.id));
    await uses.flush();
    const first = await dueAt();
    assert.ok(first > minute + 34 * 60_000 && first < minute + 56 * 60_000);
    // A process that still hands out the one before from memory must not make its successor due.
    await store.tokenSets.save(
      tokenSet(grant.id, { obtainedAt: first, expiresAt: first + 3_600_000, readAt: null }),
    );
    await store.grants.postponeKeepAlive(grant.id, { now: first, until: minute + 604_800_000 });
    at = first + 60_000;
    uses.note('key', newId(), readOf(grant.id));
    await uses.flush();
    assert.equal(await dueAt(), minute + 604_800_000);
    uses.note('key', newId(), readOf(grant.id, first));
    uses.note('key', newId(), readOf(grant.id));
    await uses.flush();
    assert.ok((await dueAt()) < first + 3_600_000);
    assert.equal((await store.tokenSets.find(grant.id, resource))?.readAt, first + 60_000);
  });

  it('are forgotten after the days that are set', async () => {
    const uses = createUses();
    const mailboxId = newId();
    uses.note('key', mailboxId, readOf(newId()));
    await uses.flush();
    at = minute + 30 * 24 * 3_600_000;
    assert.equal(await uses.prune(), 0);
    at += 60_000;
    assert.equal(await uses.prune(), 1);
    assert.deepEqual(await usesOf(mailboxId), []);
  });

  it('are listed with the names of the own keys, and refused by a cursor that no page gave', async () => {
    const uses = createUses();
    const grant = await storeGrant(store);
    const one = mailbox(grant);
    await store.transaction((rows) => rows.mailboxes.insert(one));
    const principal = {
      keyId: newId(),
      workspaceId: grant.workspaceId,
      isInstallation: false,
      expiresAt: null,
      scopes: new Set(['mailboxes:read'] as const),
    };
    uses.note(newId(), one.id, readOf(grant.id));
    await uses.flush();
    const page = await uses.list(principal, one.id, { after: null, limit: 1 });
    assert.deepEqual([page.items[0]?.keyName, page.next], [null, null]);
    for (const after of ['', 'x', `${minute}`, `${minute}.X`, `-1.${newId()}`]) {
      await assert.rejects(uses.list(principal, one.id, { after, limit: 1 }), { code: 'invalid_request' });
    }
    const other = { ...principal, workspaceId: newId() };
    await assert.rejects(uses.list(other, one.id, { after: null, limit: 1 }), { code: 'not_found' });
  });
});

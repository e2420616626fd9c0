import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noSettings } from '../../../src/core/mailbox-settings.ts';
import { secret } from '../../../src/core/secret.ts';
import { migrate } from '../../../src/stores/migrate.ts';
import { migrations } from '../../../src/stores/migrations/index.ts';
import { sealColumn } from '../../../src/stores/row.ts';
import { type CreateDatabase, now, type TestDatabase } from '../fixtures.ts';

const names = ['ÜNAL', '', 'Ada'];
const emailOf = (index: number) => `box${index}@mail.example`;

/** Rows of the first release, written as it wrote them. */
const fillFoundation = async ({ raw, keyring }: TestDatabase): Promise<void> => {
  const sealed = (table: string, column: string, rowId: string) =>
    sealColumn(keyring, { table, column, rowId }, secret(`${table} secret`));
  await raw("insert into workspaces (id, name, created_at) values ('w', 'Old', ?)", now);
  await raw(
    `insert into oauth_clients (id, workspace_id, provider, name, client_id, client_secret, cloud,
      personal_accounts, status, created_at, updated_at)
    values ('o', 'w', 'google', 'Old', 'old-client', ?, 'google', 1, 'active', ?, ?)`,
    sealed('oauth_clients', 'client_secret', 'o'),
    now,
    now,
  );
  await raw(
    `insert into grants (id, workspace_id, oauth_client_id, provider, issuer, subject, scope, refresh_token,
      status, version, lease_until, refreshed_at, keep_alive_at, created_at, updated_at)
    values ('g', 'w', 'o', 'google', 'issuer', 'subject', 'openid', ?, 'active', 1, 0, ?, ?, ?, ?)`,
    sealed('grants', 'refresh_token', 'g'),
    now,
    now,
    now,
    now,
  );
  await raw(
    `insert into connect_sessions (id, workspace_id, oauth_client_id, provider, profile, token_hash,
      managed_accounts_only, exclusive, surface, created_at, expires_at)
    values ('s', 'w', 'o', 'google', 'full', 'hash', 0, 1, 'native', ?, ?)`,
    now,
    now,
  );
  // The newest first: numbers follow the ids, not the place in the file.
  for (const index of [2, 1, 0]) {
    await raw(
      `insert into mailboxes (id, workspace_id, grant_id, provider, email, name, metadata, created_at,
        updated_at)
      values (?, 'w', 'g', 'google', ?, ?, '{}', ?, ?)`,
      `m${index}`,
      emailOf(index),
      names[index] ?? '',
      now,
      now,
    );
  }
};

const withFoundation = async (
  createDatabase: CreateDatabase,
  test: (database: TestDatabase) => Promise<void>,
): Promise<void> => {
  const database = await createDatabase();
  try {
    const engine = await database.openEngine();
    try {
      assert.deepEqual(await migrate(engine, { now, line: migrations.slice(0, 1) }), ['0001-foundation']);
    } finally {
      await engine.close();
    }
    await fillFoundation(database);
    await test(database);
  } finally {
    await database.drop();
  }
};

export const migrationGuarantees = (createDatabase: CreateDatabase): void => {
  describe('a database of the first release', () => {
    it('keeps its rows, which get numbers in order of creation and the defaults of the rest', () =>
      withFoundation(createDatabase, async (database) => {
        const store = await database.open();
        assert.deepEqual((await store.workspaces.byId('w'))?.settings, { oauthTokensApi: false });
        for (const index of names.keys()) {
          const joined = await store.mailboxes.withGrant(`m${index}`);
          assert.equal(joined?.mailbox.number, index + 1);
          assert.equal(joined.mailbox.externalId, null);
          assert.deepEqual(joined.mailbox.settings, noSettings);
          assert.equal(joined.grant.refreshToken.reveal(), 'grants secret');
          assert.deepEqual([joined.oauthClient.extraScopes, joined.oauthClient.dialects], [[], {}]);
        }
        const session = await store.connectSessions.byId('s');
        assert.deepEqual([session?.mailboxName, session?.externalId, session?.returnUrl], [null, null, null]);
      }));

    it('goes on counting behind the numbers that it gave', () =>
      withFoundation(createDatabase, async (database) => {
        const store = await database.open();
        assert.equal(await store.numbers.next('mailbox'), names.length + 1);
        assert.equal(await store.numbers.next('tag'), 1);
      }));

    it('finds its mailboxes by every filter', () =>
      withFoundation(createDatabase, async (database) => {
        const store = await database.open();
        const found = async (filter: Parameters<typeof store.mailboxes.slice>[1]) => {
          const { items } = await store.mailboxes.slice('w', filter, { offset: 0, limit: 9 });
          return items.map(({ mailbox }) => mailbox.id);
        };
        assert.deepEqual(await found({ search: 'ünal' }), ['m0']);
        assert.deepEqual(await found({ search: 'BOX1' }), ['m1']);
        assert.deepEqual(await found({ sendingPaused: false, warmupWanted: false, grantActive: true }), [
          'm0',
          'm1',
          'm2',
        ]);
        assert.deepEqual(await found({ sendingPaused: true }), []);
      }));

    it('is migrated once by the nodes that start at once', () =>
      withFoundation(createDatabase, async (database) => {
        const [one, two] = await database.openTwo();
        assert.equal((await one.mailboxes.byNumber('w', 3))?.id, 'm2');
        assert.equal((await two.mailboxes.byEmail('w', emailOf(0)))?.number, 1);
        assert.notEqual(await one.numbers.next('mailbox'), await two.numbers.next('mailbox'));
      }));
  });
};

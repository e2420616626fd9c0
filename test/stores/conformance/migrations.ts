import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noSettings } from '../../../src/core/mailbox-settings.ts';
import { secret } from '../../../src/core/secret.ts';
import { noWorkspaceSettings } from '../../../src/core/workspaces.ts';
import { migrate } from '../../../src/stores/migrate.ts';
import { migrations } from '../../../src/stores/migrations/index.ts';
import { sealColumn } from '../../../src/stores/row.ts';
import {
  type CreateDatabase,
  client,
  clientSecret,
  now,
  revealed,
  session,
  type TestDatabase,
} from '../fixtures.ts';

const names = ['ÜNAL', '', 'Ada'];
/** When the rows were made that were changed later. */
const madeAt = now - 1_000;
const emailOf = (index: number) => `box${index}@mail.example`;

/** Rows of the first release, written as it wrote them. */
const fillFoundation = async (database: TestDatabase): Promise<void> => {
  await fillOwners(database);
  // The newest first: numbers follow the ids, not the place in the file.
  for (const index of [2, 1, 0]) {
    await database.raw(
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

/** `more` is put behind every id and every text that must be unique. */
const fillOwners = async ({ raw, keyring }: TestDatabase, more = ''): Promise<void> => {
  const [workspaceId, clientId, grantId, sessionId] = [`w${more}`, `o${more}`, `g${more}`, `s${more}`];
  const sealed = (table: string, column: string, rowId: string) =>
    sealColumn(keyring, { table, column, rowId }, secret(`${table} secret`));
  await raw("insert into workspaces (id, name, created_at) values (?, 'Old', ?)", workspaceId, now);
  await raw(
    `insert into oauth_clients (id, workspace_id, provider, name, client_id, client_secret, cloud,
      personal_accounts, status, created_at, updated_at)
    values (?, ?, 'google', 'Old', 'old-client', ?, 'google', 1, 'active', ?, ?)`,
    clientId,
    workspaceId,
    sealed('oauth_clients', 'client_secret', clientId),
    madeAt,
    now,
  );
  await raw(
    `insert into grants (id, workspace_id, oauth_client_id, provider, issuer, subject, scope, refresh_token,
      status, version, lease_until, refreshed_at, keep_alive_at, created_at, updated_at)
    values (?, ?, ?, 'google', 'issuer', 'subject', 'openid', ?, 'active', 1, 0, ?, ?, ?, ?)`,
    grantId,
    workspaceId,
    clientId,
    sealed('grants', 'refresh_token', grantId),
    now,
    now,
    madeAt,
    now,
  );
  await raw(
    `insert into connect_sessions (id, workspace_id, oauth_client_id, provider, profile, token_hash,
      managed_accounts_only, exclusive, surface, created_at, expires_at)
    values (?, ?, ?, 'google', 'full', ?, 0, 1, 'native', ?, ?)`,
    sessionId,
    workspaceId,
    clientId,
    `hash${more}`,
    now,
    now,
  );
};

/** What the second release wrote into the same rows. */
const fillSurfaces = async ({ raw }: TestDatabase): Promise<void> => {
  await raw(`update workspaces set settings = '{"oauthTokensApi":true}'`);
  await raw(`update oauth_clients set extra_scopes = '["extra"]', dialects = '{"d":{"a":1}}'`);
  await raw("update connect_sessions set return_url = 'https://app.example/done', mailbox_name = 'Ada'");
  await raw(`update mailboxes set external_id = 'box-1', settings = '{"signature":"S"}' where id = 'm0'`);
};

const migrateTo = async ({ openEngine }: TestDatabase, release: number): Promise<string[]> => {
  const engine = await openEngine();
  try {
    return await migrate(engine, { now, line: migrations.slice(0, release) });
  } finally {
    await engine.close();
  }
};

const withDatabase = async (
  createDatabase: CreateDatabase,
  test: (database: TestDatabase) => Promise<void>,
): Promise<void> => {
  const database = await createDatabase();
  try {
    await test(database);
  } finally {
    await database.drop();
  }
};

type WithRelease = (
  createDatabase: CreateDatabase,
  test: (database: TestDatabase) => Promise<void>,
) => Promise<void>;

const withFoundation: WithRelease = (createDatabase, test) =>
  withDatabase(createDatabase, async (database) => {
    assert.deepEqual(await migrateTo(database, 1), ['0001-foundation']);
    await fillFoundation(database);
    await test(database);
  });

const withSurfaces: WithRelease = (createDatabase, test) =>
  withFoundation(createDatabase, async (database) => {
    assert.deepEqual(await migrateTo(database, 2), ['0002-surfaces']);
    await fillSurfaces(database);
    await test(database);
  });

export const migrationGuarantees = (createDatabase: CreateDatabase): void => {
  describe('a database of the first release', () => {
    it('keeps its rows, which get numbers in order of creation and the defaults of the rest', () =>
      withFoundation(createDatabase, async (database) => {
        const store = await database.open();
        assert.deepEqual((await store.workspaces.byId('w'))?.settings, noWorkspaceSettings);
        for (const index of names.keys()) {
          const joined = await store.mailboxes.withGrant(`m${index}`);
          assert.equal(joined?.mailbox.number, index + 1);
          assert.equal(joined.mailbox.externalId, null);
          assert.deepEqual(joined.mailbox.settings, noSettings);
          assert.equal(joined.grant.refreshToken?.reveal(), 'grants secret');
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

  describe('a database of the second release', () => {
    it('keeps its rows, which get the defaults of what they did not have', () =>
      withSurfaces(createDatabase, async (database) => {
        const store = await database.open();
        const workspace = await store.workspaces.byId('w');
        assert.deepEqual(workspace?.settings, { ...noWorkspaceSettings, oauthTokensApi: true });
        const joined = await store.mailboxes.withGrant('m0');
        const expected = client({
          id: 'o',
          workspaceId: 'w',
          name: 'Old',
          clientId: 'old-client',
          extraScopes: ['extra'],
          dialects: { d: { a: 1 } },
          credential: clientSecret('oauth_clients secret', { addedAt: madeAt }),
          createdAt: madeAt,
        });
        assert.deepEqual(revealed(joined?.oauthClient), revealed(expected));
        assert.equal(joined?.grant.refreshToken?.reveal(), 'grants secret');
        assert.deepEqual(joined.grant.lostScopes, []);
        assert.equal(joined.grant.consentedAt, madeAt);
        assert.deepEqual([joined.mailbox.delegateEmail, joined.mailbox.aliases], [null, []]);
        assert.deepEqual([joined.mailbox.externalId, joined.mailbox.settings.signature], ['box-1', 'S']);
        assert.deepEqual(
          await store.connectSessions.byId('s'),
          session(
            { workspaceId: 'w', oauthClientId: 'o' },
            {
              id: 's',
              tokenHash: 'hash',
              returnUrl: 'https://app.example/done',
              mailboxName: 'Ada',
              expiresAt: now,
            },
          ),
        );
        assert.equal(await store.connectSessions.held('s'), null);
      }));

    it('goes on with its rows: they are found, changed and ended', () =>
      withSurfaces(createDatabase, async (database) => {
        const store = await database.open();
        assert.equal((await store.oauthClients.choose('w', 'google'))?.id, 'o');
        assert.deepEqual(await store.oauthClients.expiringCredentials(now, 0, 9), []);
        const credential = clientSecret('new', { expiresAt: now - 1 });
        assert.equal(await store.oauthClients.update('o', { credential, customersMayUse: true }), true);
        assert.equal((await store.oauthClients.choose('w', 'google', 'customers'))?.id, 'o');
        assert.equal((await store.oauthClients.expiringCredentials(now, 0, 9)).length, 1);
        assert.equal(await store.oauthClients.lastUsedAt('o'), now);
        const slice = { offset: 0, limit: 1 };
        assert.equal((await store.mailboxes.slice('w', { oauthClientId: 'o' }, slice)).total, names.length);
        const branding = { ...noWorkspaceSettings.branding, origin: 'https://connect.example' };
        await store.workspaces.saveSettings('w', { ...noWorkspaceSettings, branding });
        assert.equal((await store.workspaces.byHost('connect.example'))?.id, 'w');
        assert.equal(await store.connectSessions.update('s', { adminConsentedAt: now }), true);
        assert.equal(await store.connectSessions.finish('s', { status: 'cancelled' }, now), true);
      }));

    it('takes rows that a node of that release still writes after the migration', () =>
      withSurfaces(createDatabase, async (database) => {
        const store = await database.open();
        await fillOwners(database, '-later');
        assert.deepEqual(
          revealed((await store.oauthClients.byId('o-later'))?.credential),
          revealed(clientSecret('oauth_clients secret', { addedAt: madeAt })),
        );
        const grant = await store.grants.byId('g-later');
        assert.deepEqual([grant?.lostScopes, grant?.consentedAt], [[], madeAt]);
        assert.equal((await store.connectSessions.byId('s-later'))?.completion, 'result_page');
        assert.deepEqual((await store.workspaces.byId('w-later'))?.settings, noWorkspaceSettings);
      }));
  });
};

// While an update is rolled out, nodes of the release before work on the migrated schema. What such a node sends was
// recorded from that release (postgres-previous-release.json: each statement with its values and how many rows it
// returned or changed, on its own schema) and is sent again here.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import pg from 'pg';
import { createKeyring, parseKeyring } from '../../src/stores/keyring.ts';
import { until } from '../support/until.ts';
import { listenCurrent } from './change-feed.ts';
import { now, tokenSet } from './fixtures.ts';
import { withPostgres } from './postgres-database.ts';

type Value = string | number | null | { hex: string };
type Step = { name: string; statements: { text: string; values: Value[]; rows: number | null }[] };
// Written by the recording alone: its shape is known.
const recorded: { keyring: string; resource: string; now: number; steps: Step[] } = JSON.parse(
  readFileSync(new URL('./postgres-previous-release.json', import.meta.url), 'utf8'),
);
const keyring = createKeyring(parseKeyring(recorded.keyring));

const send = async (client: pg.Client, { name, statements }: Step): Promise<void> => {
  for (const { text, values, rows } of statements) {
    const bound = values.map((value) =>
      typeof value === 'object' && value !== null ? Buffer.from(value.hex, 'hex') : value,
    );
    const result = await client.query(text, bound);
    assert.equal(result.rowCount, rows, `${name}: ${text}`);
  }
};

const stepNamed = (name: string): Step => {
  const step = recorded.steps.find((each) => each.name === name);
  if (step === undefined) throw new Error(`nothing was recorded as "${name}"`);
  return step;
};

/** A node of the release before: its connection bears the name by which it is known. */
const withOldNode = async (url: string, work: (client: pg.Client) => Promise<void>): Promise<void> => {
  const client = new pg.Client({ connectionString: url, application_name: 'mailgrant' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
};

describe('a node of the release before, on the migrated schema', () => {
  it('goes on with everything that it does, and what it wrote is read', () =>
    withPostgres(async ({ url, open }) => {
      const store = await open(keyring);
      await withOldNode(url, async (client) => {
        for (const step of recorded.steps) await send(client, step);
      });
      const read = await store.mailboxes.withGrant('mailbox');
      assert.equal(read?.mailbox.name, 'Ada Lovelace');
      assert.equal(read.mailbox.verifyDueAt, now + 86_400_000);
      assert.equal(read.grant.scope, 'openid new');
      assert.equal(read.grant.refreshToken?.reveal(), 'refresh-token-3');
      assert.equal(read.oauthClient.clientId, 'client-1.apps.example');
      const token = await store.tokenSets.find('grant', recorded.resource);
      assert.deepEqual([token?.accessToken.reveal(), token?.readAt], ['access-token-3', null]);
      assert.equal((await store.grants.byId('grant-dead'))?.status, 'needs_reauthorization');
      assert.equal((await store.apiKeys.byId('key'))?.revokedAt, now + 6);
      assert.equal((await store.connectSessions.byId('session'))?.outcome?.status, 'connected');
      const { items } = await store.events.list('workspace', { after: null, limit: 9 });
      assert.deepEqual(
        items.map(({ type }) => type),
        ['mailbox.connected', 'mailbox.needs_reauthorization'],
      );
      assert.equal((await store.workspaces.byId('workspace'))?.name, 'Old');
    }));

  it('and a node of this release work on the same grant in turn', () =>
    withPostgres(async ({ url, open }) => {
      const store = await open(keyring);
      await withOldNode(url, async (client) => {
        for (const step of recorded.steps) await send(client, step);
        const later = now + 10_000;
        const { grants } = await store.grants.claimDue(
          { owner: 'new', now: later, until: later + 60_000 },
          9,
        );
        assert.deepEqual(
          grants.map(({ grant }) => grant.id),
          ['grant'],
        );
        const isSaved = await store.grants.saveRefreshed('grant', {
          version: grants[0]?.grant.version ?? 0,
          refreshToken: null,
          refreshTokenExpiresAt: null,
          tokenSet: tokenSet('grant', { readAt: now }),
          at: later,
          keepAliveAt: later,
          endsAt: later + 1,
        });
        assert.equal(isSaved, true);
        await send(client, stepNamed('fails to refresh a grant, and lets it go'));
        await send(client, stepNamed('reads a token'));
        assert.equal((await store.grants.byId('grant'))?.failure?.reason, 'grant_revoked');
      });
    }));

  it('tells nobody of its changes, so that nobody serves from memory while it is connected', () =>
    withPostgres(async ({ url, open }) => {
      const store = await open(keyring);
      const heard = await listenCurrent(store);
      await withOldNode(url, async (client) => {
        await until('memory is not believed', () => !store.changes.isCurrent());
        await send(client, stepNamed('makes a workspace, an OAuth client and an API key'));
        await send(client, stepNamed('revokes a key'));
      });
      await until('memory is believed again', () => store.changes.isCurrent());
      assert.equal(heard.at(-1), null);
    }));
});

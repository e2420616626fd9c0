// A thousand mailboxes on one OAuth client, as rows, since connecting them one by one proves nothing here; and what
// happens to them when the client's secret expires. The same on both databases.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import {
  type ClientCredential,
  type EnteredCredential,
  GatewayError,
  type GatewayEvent,
  type OAuthClient,
  type Principal,
  secret,
  statusOf,
} from '../../src/core/index.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { type OpenStore, openStore } from '../../src/stores/index.ts';
import { createKeyring, generateKey, parseKeyring } from '../../src/stores/keyring.ts';
import { systemClock } from '../../src/system.ts';
import * as rows from '../stores/fixtures.ts';
import { silentLog } from '../stores/fixtures.ts';
import { fullScope } from '../support/imported-mailbox.ts';

const atOnce = 40;
const hour = 3_600_000;
const day = 24 * hour;
const proved = { ok: true, reason: 'ok', detail: null, durationMilliseconds: 1 } as const;
const resource = 'https://outlook.office.com';

/** One OAuth client with its mailboxes; `secretValue` is what the provider takes at first. */
type Fleet = { clientId: string; oauthClientId: string; secretValue: string; mailboxIds: string[] };
type FleetName = 'unprepared' | 'prepared' | 'referenced';

export function credentialTests({
  count,
  databaseUrl,
}: {
  count: number;
  databaseUrl: () => Promise<string | null>;
}) {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-credentials-'));
  const file = join(folder, 'secret');
  let sandbox: Sandbox;
  let gateway: Gateway;
  let second: Gateway;
  let offset = 0;
  let principal: Principal;
  let fleets: Record<FleetName, Fleet>;

  before(async () => {
    sandbox = await startSandbox({ mail: 'none' });
    writeFileSync(join(folder, 'endpoints.json'), JSON.stringify(sandbox.endpoints));
    const database = await databaseUrl();
    const config = loadConfig({
      MAILGRANT_DATA_DIR: folder,
      MAILGRANT_KEYRING: generateKey(),
      MAILGRANT_ENDPOINTS_FILE: join(folder, 'endpoints.json'),
      MAILGRANT_LOG_LEVEL: 'silent',
      MAILGRANT_JOBS: 'off',
      MAILGRANT_CLIENT_SECRET_AZURE_FILE: file,
      ...(database === null ? {} : { MAILGRANT_DATABASE_URL: database }),
    });
    const workspaceId = randomUUID();
    fleets = await writeFleets(sandbox, { ...config, file, workspaceId, count });
    const clock = { ...systemClock, now: () => Date.now() + offset };
    gateway = await createGateway(config, { clock });
    // One SQLite file serves one process: there both looks are that process's.
    second = database === null ? gateway : await createGateway(config, { clock });
    principal = {
      keyId: 'test',
      workspaceId,
      isInstallation: false,
      expiresAt: null,
      scopes: new Set(['all']),
    };
  });
  after(async () => {
    if (second !== gateway) await second.close();
    await gateway.close();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const read = (mailboxId: string, forceRefresh: boolean) =>
    gateway.core.tokens.read(principal, mailboxId, { resource: null, minTtlSeconds: 0, forceRefresh });

  /** How often each thing happened: `refreshed`, `stored`, or the code of the error. */
  async function readAll(
    mailboxIds: readonly string[],
    forceRefresh: boolean,
  ): Promise<Record<string, number>> {
    const open = [...mailboxIds];
    const outcomes: Record<string, number> = {};
    const worker = async (): Promise<void> => {
      for (let id = open.pop(); id !== undefined; id = open.pop()) {
        const outcome = await read(id, forceRefresh).then(
          ({ refreshed }) => (refreshed ? 'refreshed' : 'stored'),
          (error: unknown) => {
            if (error instanceof GatewayError) return error.code;
            throw error;
          },
        );
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return outcomes;
  }

  const events = async (): Promise<GatewayEvent[]> =>
    (await gateway.core.events.list(principal, { after: null, limit: 200 })).items;

  const eventsOf = async (oauthClientId: string): Promise<GatewayEvent['type'][]> =>
    (await events()).filter(({ objectId }) => objectId === oauthClientId).map(({ type }) => type);

  async function statuses(oauthClientId: string): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    let after: string | null = null;
    do {
      const { items, next } = await gateway.core.mailboxes.list(
        principal,
        { oauthClientId },
        { after, limit: 100 },
      );
      for (const { status } of items.map(statusOf)) found[status] = (found[status] ?? 0) + 1;
      after = next;
    } while (after !== null);
    return found;
  }

  const clientNow = (id: string) => gateway.core.oauthClients.read(principal, id);
  const entered = (value: string, expiresAt: number | null = null): EnteredCredential => ({
    kind: 'secret',
    value,
    expiresAt,
  });

  test('a secret that expires with nothing prepared pauses its client once, and loses no mailbox', async () => {
    const { clientId, oauthClientId, secretValue, mailboxIds } = fleets.unprepared;
    sandbox.microsoft.expireSecret(secretValue);
    const needy = mailboxIds.slice(0, 100);
    assert.deepEqual(await readAll(needy, true), { oauth_client_paused: needy.length });
    assert.equal((await clientNow(oauthClientId)).pausedReason, 'client_secret_expired');
    assert.deepEqual(await eventsOf(oauthClientId), ['oauth_client.paused']);

    assert.deepEqual(await readAll(mailboxIds, false), { stored: count }, 'tokens that are good go on');
    assert.deepEqual(await statuses(oauthClientId), { connected: count });

    const next = 'the-next-secret-of-the-unprepared';
    sandbox.microsoft.setSecrets(clientId, [{ value: next }]);
    await gateway.core.oauthClients.update(principal, oauthClientId, { nextCredential: entered(next) });
    assert.deepEqual(await readAll(needy, true), { refreshed: needy.length });
    assert.deepEqual(await eventsOf(oauthClientId), [
      'oauth_client.paused',
      'oauth_client.resumed',
      'oauth_client.credential_rotated',
    ]);
    assert.equal((await clientNow(oauthClientId)).status, 'active');
  });

  test('with a next secret entered ahead, no token read fails when the current one expires', async () => {
    const { clientId, oauthClientId, secretValue, mailboxIds } = fleets.prepared;
    const next = 'the-next-secret-of-the-prepared';
    sandbox.microsoft.setSecrets(clientId, [{ value: secretValue }, { value: next }]);
    const expiresAt = Date.now() + 400 * 24 * hour;
    await gateway.core.oauthClients.update(principal, oauthClientId, {
      nextCredential: entered(next, expiresAt),
    });
    assert.deepEqual(await readAll(mailboxIds.slice(0, 5), true), { refreshed: 5 });
    assert.notEqual((await clientNow(oauthClientId)).nextCredential, null, 'not before it is needed');

    sandbox.microsoft.expireSecret(secretValue);
    assert.deepEqual(await readAll(mailboxIds.slice(5), true), { refreshed: count - 5 });
    const { credential, nextCredential, status } = await clientNow(oauthClientId);
    assert.deepEqual([credential.expiresAt, nextCredential, status], [expiresAt, null, 'active']);
    assert.deepEqual(await eventsOf(oauthClientId), ['oauth_client.credential_rotated']);
    assert.deepEqual(await statuses(oauthClientId), { connected: count });
  });

  test('with a secret that is kept in a file, replacing the file is enough', async () => {
    const { clientId, oauthClientId, secretValue, mailboxIds } = fleets.referenced;
    assert.deepEqual(await readAll(mailboxIds.slice(0, 5), true), { refreshed: 5 });
    const next = 'the-next-secret-in-the-file';
    sandbox.microsoft.setSecrets(clientId, [
      { value: secretValue, expiresAt: Date.now() - 1 },
      { value: next },
    ]);
    writeFileSync(file, `${next}\n`);
    assert.deepEqual(await readAll(mailboxIds.slice(5), true), { refreshed: count - 5 });
    assert.equal((await clientNow(oauthClientId)).status, 'active');
    assert.deepEqual(await eventsOf(oauthClientId), []);
    assert.deepEqual(await statuses(oauthClientId), { connected: count });
  });

  test('the end of a credential is announced 30, 7 and 1 days ahead, once each, whoever looks', async () => {
    const { oauthClients } = gateway.core;
    const create = async (days: number) =>
      oauthClients.create(principal, {
        provider: 'microsoft',
        name: `Ends in ${days} days`,
        clientId: randomUUID(),
        credential: entered('a-secret-that-ends', Date.now() + days * day),
        cloud: null,
        entraTenant: null,
        personalAccounts: true,
      });
    const [{ id }, late] = [await create(100), await create(5)];
    const daysOf = async (objectId: string) =>
      (await events()).filter((event) => event.objectId === objectId).map(({ data }) => data.within_days);
    const lookAt = async (daysBefore: number): Promise<void> => {
      offset = (100 - daysBefore) * day;
      const nodes = [gateway, second, gateway, second];
      await Promise.all(nodes.map(({ core }) => core.maintenance.warnOfExpiring()));
    };
    offset = 0;
    await gateway.core.maintenance.warnOfExpiring();
    assert.deepEqual(await daysOf(id), []);
    assert.deepEqual(await daysOf(late.id), [7], 'a step that was missed is not made up');
    for (const [daysBefore, expected] of [
      [30.5, []],
      [29.5, [30]],
      [8, [30]],
      [6.9, [30, 7]],
      [1.1, [30, 7]],
      [0.9, [30, 7, 1]],
      [-1, [30, 7, 1]],
    ] as const) {
      await lookAt(daysBefore);
      assert.deepEqual(await daysOf(id), expected, `${daysBefore} days before`);
    }
    assert.equal(await gateway.core.maintenance.warnOfExpiring(), 0, 'the loop finds nothing more');
    offset = 0;
  });

  test('a credential that took over is announced at its own time, not at that of the one before', async () => {
    const { clientId, oauthClientId, mailboxIds } = fleets.prepared;
    const [mailboxId = ''] = mailboxIds;
    const warnings = async () =>
      (await events()).filter(
        ({ objectId, type }) => objectId === oauthClientId && type === 'oauth_client.credential_expiring',
      );
    const values = ['a-short-lived-one', 'its-successor'] as const;
    sandbox.microsoft.setSecrets(clientId, [{ value: values[0] }, { value: values[1] }]);
    await gateway.core.oauthClients.update(principal, oauthClientId, {
      credential: entered(values[0], Date.now() + 29 * day),
      nextCredential: entered(values[1], Date.now() + 200 * day),
    });
    await gateway.core.maintenance.warnOfExpiring();
    assert.deepEqual(
      (await warnings()).map(({ data }) => [data.within_days, data.has_next]),
      [[30, true]],
    );
    sandbox.microsoft.expireSecret(values[0]);
    offset = hour;
    assert.deepEqual(await readAll([mailboxId], true), { refreshed: 1 });
    offset = 28.5 * day;
    await gateway.core.maintenance.warnOfExpiring();
    assert.equal((await warnings()).length, 1);
    offset = 171 * day;
    await gateway.core.maintenance.warnOfExpiring();
    assert.equal((await warnings()).length, 2);
    offset = 0;
  });

  test('only the operator names a credential that is kept outside, and a name that is none is refused', async () => {
    const { oauthClients } = gateway.core;
    const refer = (reference: string, as: Principal) =>
      oauthClients.create(as, {
        provider: 'microsoft',
        name: 'By name',
        clientId: randomUUID(),
        credential: { kind: 'secret', reference, expiresAt: null },
        cloud: null,
        entraTenant: null,
        personalAccounts: true,
      });
    const operator = { ...principal, isInstallation: true };
    const made = await refer('azure', operator);
    assert.deepEqual(made.credential.held, { reference: 'azure' });
    const code = async (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: unknown) => (error instanceof GatewayError ? error.code : String(error)),
      );
    assert.equal(await code(refer('azure', principal)), 'permission_denied');
    assert.equal(await code(refer('nowhere', operator)), 'invalid_request');
  });
}

type Seed = Pick<Config, 'databaseUrl' | 'dataDir' | 'keyring'> & {
  file: string;
  workspaceId: string;
  count: number;
};

/** Before the gateway opens the database: SQLite serves one process and one store. */
async function writeFleets(sandbox: Sandbox, seed: Seed): Promise<Record<FleetName, Fleet>> {
  const keyring = createKeyring(parseKeyring(seed.keyring));
  const store = await openStore({ ...seed, keyring, log: silentLog });
  try {
    await store.workspaces.insert(rows.workspace({ id: seed.workspaceId }));
    const fleet = async (name: FleetName, credentialOf: (text: string) => ClientCredential) => {
      const secretValue = `the-first-secret-of-the-${name}`;
      const oauthClient = rows.client({
        workspaceId: seed.workspaceId,
        provider: 'microsoft',
        cloud: 'global',
        entraTenant: 'common',
        name,
        clientId: randomUUID(),
        credential: credentialOf(secretValue),
      });
      const { clientId } = oauthClient;
      sandbox.microsoft.addClient({ clientId, redirectUris: [], secrets: [{ value: secretValue }] });
      await store.oauthClients.insert(oauthClient);
      const mailboxIds = await writeMailboxes(store, sandbox, oauthClient, seed);
      return { clientId, oauthClientId: oauthClient.id, secretValue, mailboxIds };
    };
    const here = (text: string) => rows.clientSecret(text);
    return {
      unprepared: await fleet('unprepared', here),
      prepared: await fleet('prepared', here),
      referenced: await fleet('referenced', (text) => {
        writeFileSync(seed.file, `${text}\n`);
        return { ...here(text), held: { reference: 'azure' } };
      }),
    };
  } finally {
    await store.close();
  }
}

/** Each with a grant that the provider knows and a token that is good for another half an hour. */
async function writeMailboxes(
  store: OpenStore,
  sandbox: Sandbox,
  { id: oauthClientId, clientId }: OAuthClient,
  { workspaceId, count }: Seed,
): Promise<string[]> {
  const minted = await sandbox.microsoft.mint({
    login: 'erin@contoso.test',
    scope: fullScope.microsoft,
    clientId,
    count,
  });
  const at = Date.now() - hour / 2;
  return store.transaction(async (transaction) => {
    const ids: string[] = [];
    for (const { refreshToken, accessToken, scope } of minted) {
      const grant = rows.grant(
        { workspaceId, oauthClientId },
        { provider: 'microsoft', scope, refreshToken: secret(refreshToken), refreshedAt: at },
      );
      const results = [{ ...proved, transport: 'imap' as const }];
      const mailbox = rows.mailbox(grant, { verification: { verifiedAt: at, results } });
      await transaction.grants.insert(grant);
      await transaction.mailboxes.insert(mailbox);
      const life = { obtainedAt: at, expiresAt: at + hour };
      await transaction.tokenSets.save(
        rows.tokenSet(grant.id, { resource, accessToken: secret(accessToken), scope, ...life }),
      );
      ids.push(mailbox.id);
    }
    return ids;
  });
}

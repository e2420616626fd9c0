// Whose an OAuth client is, and which of its credentials is the current one: the rules, over the real core and a real
// database. The provider is a stand-in that takes the credentials it is told to take.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createCredentials } from '../../src/core/client-credentials.ts';
import { createClientExaminations } from '../../src/core/client-examination.ts';
import { createImportClients } from '../../src/core/import-clients.ts';
import type { OAuthClient, Principal } from '../../src/core/index.ts';
import { createOrigins } from '../../src/core/origins.ts';
import { Secret, secret } from '../../src/core/secret.ts';
import { appOf } from '../../src/http/compat/emailengine/find-app.ts';
import { systemRandom } from '../../src/system.ts';
import { client, clientSecret, newId } from '../stores/fixtures.ts';
import { createBehaviour, createPorts } from '../surfaces/native-providers.ts';
import { list, startWorld, type TestWorkspace, text, type World } from '../surfaces/native-world.ts';

let world: World;
let workspace: TestWorkspace;
before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme');
});
after(() => world.close());

const principalOf = (workspaceId: string | null): Principal => ({
  keyId: 'test',
  workspaceId,
  isInstallation: workspaceId === null,
  scopes: new Set(['all']),
  expiresAt: null,
});

async function stored(more: Partial<OAuthClient> = {}): Promise<OAuthClient> {
  const written = client({ workspaceId: workspace.id, cloud: 'default', clientId: newId(), ...more });
  await world.store.oauthClients.insert(written);
  return written;
}

async function read(id: string): Promise<OAuthClient> {
  const found = await world.store.oauthClients.byId(id);
  assert.ok(found);
  return found;
}

/** Its text, or what it is held as. */
const textOf = ({ credential: { held } }: OAuthClient) => (held instanceof Secret ? held.reveal() : held);

async function eventsOf(id: string): Promise<string[]> {
  const { items } = await world.core.events.list(principalOf(workspace.id), { after: null, limit: 200 });
  return items.filter(({ objectId }) => objectId === id).map(({ type }) => type);
}

const services = [
  { provider: 'google', grant_type: 'jwt_bearer', credential: { kind: 'service_account_key', value: '{}' } },
  {
    provider: 'microsoft',
    grant_type: 'client_credentials',
    client_id: 'app',
    entra_tenant: 'contoso.test',
    credential: { kind: 'secret', value: 'x' },
  },
] as const;

describe('an OAuth client that acts without a sign-in', () => {
  for (const service of services) {
    it(`is never made for every workspace at once (${service.grant_type})`, async () => {
      const call = world.callAs(world.installationKey);
      const body = { name: 'Everybody', ...service };
      const refused = await call('POST', '/v1/oauth-clients', body);
      assert.deepEqual([refused.status, refused.body.code], [400, 'invalid_request'], refused.text);
      const [field] = list(refused.body.fields);
      assert.equal(field?.field, '/grant_type');
      assert.match(text(field?.message), /needs a workspace/);
      const made = await call('POST', '/v1/oauth-clients', body, { 'mailgrant-workspace': workspace.id });
      assert.deepEqual([made.status, made.body.is_shared], [201, false], made.text);
    });
  }

  it('that was shared once is seen and used by no workspace, whichever way it is named', async () => {
    const stranger = await world.addWorkspace('Stranger');
    const { id } = await stored({ workspaceId: null, grantType: 'jwt_bearer' });
    const seen = list((await stranger.call('GET', '/v1/oauth-clients')).body.items);
    assert.ok(!seen.some((one) => one.id === id));
    for (const path of [`/v1/oauth-clients/${id}`, `/v1/oauth-clients/${id}/set-up`]) {
      assert.equal((await stranger.call('GET', path)).status, 404, path);
    }
    const invited = await stranger.call('POST', '/v1/connect-sessions', {
      provider: 'google',
      oauth_client_id: id,
      expected_email: 'bob@corp.test',
    });
    assert.deepEqual([invited.status, invited.body.code], [404, 'not_found'], invited.text);
    const principal = principalOf(stranger.id);
    for (const name of ['gmailService', id]) {
      await assert.rejects(appOf(world.core, principal, name), { statusCode: 400 }, name);
    }
    const imported = await importClients().findClient(stranger.id, {
      ...importRequest,
      oauthClient: { kind: 'id', id },
    });
    assert.equal(imported, null);
    // The installation still sees it, to delete it.
    assert.ok(await world.core.oauthClients.read(principalOf(null), id));
  });

  it('that was shared once opens no mailbox any more, not even one that was connected then', async () => {
    const { providers, tried } = provider();
    const shared = client({ workspaceId: null, grantType: 'jwt_bearer' });
    const request = { email: 'bob@corp.test', resource: 'r', scopes: ['s'] };
    const credentials = createCredentials({ ...ports(), log: silent });
    const { google } = credentials.authenticate(providers);
    const minted = await google.mint(shared, request, AbortSignal.timeout(40_000));
    assert.ok(!minted.ok && minted.failure.kind === 'oauth_client');
    assert.deepEqual(tried, []);
    const owned = await google.mint(
      { ...shared, workspaceId: workspace.id },
      request,
      AbortSignal.timeout(40_000),
    );
    assert.ok(owned.ok);
  });

  it('that was shared once fails its examination, and stays paused', async () => {
    const { id } = await stored({ workspaceId: null, grantType: 'jwt_bearer' });
    const { examine } = registry();
    for (const _ of [1, 2]) {
      const { steps } = await examine(principalOf(null), id, null);
      assert.deepEqual([steps[0]?.subject, steps[0]?.result], ['client_id', 'failed']);
      assert.equal((await read(id)).status, 'paused');
    }
  });
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };

const ports = () => ({
  clock: {
    now: () => Date.now(),
    deadline: (milliseconds: number) => AbortSignal.timeout(milliseconds),
    sleep: () => Promise.reject(new Error('nothing here waits')),
  },
  random: systemRandom,
  store: world.store,
  credentialSource: {
    read: async () => {
      throw new Error('cannot be read');
    },
  },
});

const importClients = () => {
  const { providers } = createPorts(createBehaviour());
  const credentials = createCredentials({ ...ports(), log: silent });
  return createImportClients({ ...ports(), providers: credentials.authenticate(providers) });
};

const importRequest = {
  provider: 'google',
  refreshToken: 'x',
  scope: '',
  email: 'bob@corp.test',
  name: null,
  customer: null,
  externalId: null,
  mailboxId: null,
  settings: {},
  exclusive: false,
} as const;

/** Takes the credentials with these texts. `during` runs while the provider is being asked. */
function provider(taken: string[] = [], during: () => Promise<unknown> = async () => null) {
  const { google, microsoft } = createPorts(createBehaviour()).providers;
  const tried: string[] = [];
  const providers = {
    microsoft,
    google: {
      ...google,
      examine: async ({ opened }: Parameters<typeof google.examine>[0]) => {
        await during();
        const isTaken = taken.includes(opened.text.reveal());
        return isTaken
          ? [{ subject: 'credential', result: 'passed', reason: null, provider: null } as const]
          : [
              {
                subject: 'credential',
                result: 'failed',
                reason: 'client_secret_wrong',
                provider: null,
              } as const,
            ];
      },
      refresh: async (ready: Parameters<typeof google.refresh>[0], ...rest: Rest<typeof google.refresh>) => {
        await during();
        tried.push(ready.opened.text.reveal());
        if (taken.includes(ready.opened.text.reveal())) return google.refresh(ready, ...rest);
        const failure = {
          reason: 'client_secret_wrong',
          retryAfterSeconds: null,
          provider: noWords,
        } as const;
        return { ok: false, failure: { kind: 'oauth_client', ...failure } } as const;
      },
    } satisfies typeof google,
  };
  return { providers, tried };
}

type Rest<F extends (first: never, ...rest: never[]) => unknown> = F extends (
  first: never,
  ...rest: infer R
) => unknown
  ? R
  : never;

const noWords = {
  httpStatus: 401,
  error: 'invalid_client',
  suberror: null,
  description: null,
  errorCodes: [],
  traceId: null,
  correlationId: null,
};

function registry(...given: Parameters<typeof provider>) {
  const { providers, tried } = provider(...given);
  const credentials = createCredentials({ ...ports(), log: silent });
  const ready = credentials.authenticate(providers);
  const { settings } = world.core;
  const examinations = createClientExaminations({
    ...ports(),
    settings,
    providers: ready,
    credentials,
    origins: createOrigins({ store: world.store, settings }),
  });
  const refresh = (of: OAuthClient) =>
    ready.google.refresh(
      of,
      { refreshToken: secret('r'), scopes: ['s'], entraTenantId: null },
      AbortSignal.timeout(40_000),
    );
  return { examine: examinations.examine, refresh, tried };
}

describe('an examination', () => {
  it('puts the next credential in the place of the refused one, and the paused client works again', async () => {
    const made = await stored({
      credential: clientSecret('old'),
      nextCredential: clientSecret('new'),
      status: 'paused',
      pausedReason: 'client_secret_wrong',
      pausedAt: 1,
      pausedWords: null,
    });
    await registry(['new']).examine(principalOf(workspace.id), made.id, null);
    const now = await read(made.id);
    assert.deepEqual([now.status, textOf(now), now.nextCredential], ['active', 'new', null]);
    assert.deepEqual(await eventsOf(made.id), ['oauth_client.credential_rotated', 'oauth_client.resumed']);
    assert.equal(now.examination, null, 'it spoke of credentials that are no longer where they were');
  });

  it('resumes a paused client whose reference cannot be read and whose next credential is taken', async () => {
    const made = await stored({
      credential: { ...clientSecret(), held: { reference: 'gone' } },
      nextCredential: clientSecret('new'),
      status: 'paused',
      pausedReason: 'client_secret_wrong',
      pausedAt: 1,
      pausedWords: null,
    });
    await registry(['new']).examine(principalOf(workspace.id), made.id, null);
    const now = await read(made.id);
    assert.deepEqual([now.status, textOf(now)], ['active', { reference: 'gone' }]);
    assert.deepEqual(await eventsOf(made.id), ['oauth_client.resumed']);
  });

  it('that finds neither credential good pauses the client once', async () => {
    const made = await stored({ credential: clientSecret('old'), nextCredential: clientSecret('wrong') });
    const { examine } = registry();
    for (const _ of [1, 2]) await examine(principalOf(workspace.id), made.id, null);
    const now = await read(made.id);
    assert.deepEqual([now.status, now.pausedReason], ['paused', 'client_secret_wrong']);
    assert.ok(now.nextCredential);
    assert.deepEqual(await eventsOf(made.id), ['oauth_client.paused']);
  });

  it('is not kept, and changes nothing, when the client was changed while it ran', async () => {
    const made = await stored({ credential: clientSecret('old') });
    const change = () =>
      world.core.oauthClients.update(principalOf(workspace.id), made.id, {
        credential: { kind: 'secret', value: 'right', expiresAt: null },
      });
    await registry([], change).examine(principalOf(workspace.id), made.id, null);
    const now = await read(made.id);
    assert.deepEqual([now.examination, now.status], [null, 'active']);
    assert.deepEqual(await eventsOf(made.id), []);
  });

  const stale: [string, Parameters<World['core']['oauthClients']['update']>[2]][] = [
    ['another credential', { credential: { kind: 'secret', value: 'x', expiresAt: null } }],
    ['a next credential', { nextCredential: { kind: 'secret', value: 'x', expiresAt: null } }],
    ['no next credential any more', { nextCredential: null }],
    ['another end of the credential', { credentialExpiresAt: Date.now() + 86_400_000 }],
    ['other scopes', { extraScopes: ['https://scope.example'] }],
    ['another registration', { clientId: 'another' }],
  ];
  for (const [what, changes] of stale) {
    it(`is forgotten with ${what}, and kept with another name`, async () => {
      const made = await stored({ credential: clientSecret('old'), nextCredential: clientSecret('new') });
      await registry(['old']).examine(principalOf(workspace.id), made.id, null);
      const principal = principalOf(workspace.id);
      await world.core.oauthClients.update(principal, made.id, { name: 'Renamed' });
      assert.ok((await read(made.id)).examination);
      await world.core.oauthClients.update(principal, made.id, changes);
      assert.equal((await read(made.id)).examination, null);
    });
  }
});

describe('the next credential', () => {
  it('takes over once the current one is refused, and ends the examination that spoke of it', async () => {
    const made = await stored({
      credential: clientSecret('old'),
      nextCredential: clientSecret('new'),
      examination: { examinedAt: 1, steps: [] },
    });
    assert.ok((await registry(['new']).refresh(made)).ok);
    const now = await read(made.id);
    assert.deepEqual([textOf(now), now.nextCredential, now.examination], ['new', null, null]);
    assert.deepEqual(await eventsOf(made.id), ['oauth_client.credential_rotated']);
  });

  it('does not overwrite a current one that was entered while it was tried', async () => {
    // In the same millisecond: the texts alone tell them apart.
    const made = await stored({ credential: clientSecret('old'), nextCredential: clientSecret('new') });
    const change = () =>
      world.store.oauthClients.update(made.id, {
        credential: clientSecret('entered meanwhile'),
        updatedAt: made.updatedAt + 1,
      });
    assert.ok((await registry(['new'], change).refresh(made)).ok);
    const now = await read(made.id);
    assert.equal(textOf(now), 'entered meanwhile');
    assert.ok(now.nextCredential);
    assert.deepEqual(await eventsOf(made.id), []);
  });

  it('stands in for a reference that cannot be read, for that call alone', async () => {
    const made = await stored({
      credential: { ...clientSecret(), held: { reference: 'gone' } },
      nextCredential: clientSecret('new'),
    });
    assert.ok((await registry(['new']).refresh(made)).ok);
    assert.deepEqual(textOf(await read(made.id)), { reference: 'gone' });
    assert.ok((await read(made.id)).nextCredential);
    assert.deepEqual(await eventsOf(made.id), []);
  });

  it('stands in for a reference that was refused as it was read before, and cannot be read anew', async () => {
    const made = await stored({
      credential: { ...clientSecret(), held: { reference: 'remembered' } },
      nextCredential: clientSecret('new'),
    });
    const source = async (_: string, { isFresh }: { isFresh: boolean }) => {
      if (isFresh) throw new Error('cannot be read');
      return secret('before the rotation');
    };
    const credentials = createCredentials({ ...ports(), log: silent, credentialSource: { read: source } });
    const { google } = credentials.authenticate(provider(['new']).providers);
    const request = { refreshToken: secret('r'), scopes: ['s'], entraTenantId: null };
    assert.ok((await google.refresh(made, request, AbortSignal.timeout(40_000))).ok);
    assert.deepEqual(textOf(await read(made.id)), { reference: 'remembered' });
  });
});

describe('a registration that is entered with an import', () => {
  const wanted = (clientId: string) => ({
    ...importRequest,
    oauthClient: {
      kind: 'entered',
      clientId,
      clientSecret: 'entered',
      name: 'Entered',
      entraTenant: null,
    } as const,
  });

  it('is never one that acts without a sign-in, though that has the same `client_id`', async () => {
    const service = await stored({ grantType: 'jwt_bearer', credential: clientSecret('key file') });
    const clients = importClients();
    const found = await clients.findClient(workspace.id, wanted(service.clientId));
    assert.ok(found && found.id !== service.id);
    await world.store.transaction((rows) => clients.storeEntered(rows, principalOf(workspace.id), found));
    assert.equal(textOf(await read(service.id)), 'key file');
    assert.equal((await read(found.id)).grantType, 'authorization_code');
  });

  it('takes the lock under which its credential is replaced, after its own', async () => {
    const before = await stored();
    const clients = importClients();
    const found = await clients.findClient(workspace.id, wanted(before.clientId));
    assert.ok(found);
    const locks: string[] = [];
    await world.store.transaction((rows) =>
      clients.storeEntered(
        {
          ...rows,
          lock: (name) => {
            locks.push(name);
            return rows.lock(name);
          },
        },
        principalOf(workspace.id),
        found,
      ),
    );
    assert.deepEqual(locks, [
      `oauth client ${workspace.id} google ${before.clientId}`,
      `oauth client ${before.id}`,
    ]);
  });

  it('ends what an examination said of the secret before', async () => {
    const before = await stored({ examination: { examinedAt: 1, steps: [] } });
    const clients = importClients();
    const found = await clients.findClient(workspace.id, wanted(before.clientId));
    assert.ok(found);
    await world.store.transaction((rows) => clients.storeEntered(rows, principalOf(workspace.id), found));
    const now = await read(before.id);
    assert.deepEqual([textOf(now), now.examination], ['entered', null]);
  });

  it('is entered anew when the client was deleted since it was found', async () => {
    const before = await stored({ nextCredential: clientSecret('new') });
    const clients = importClients();
    const found = await clients.findClient(workspace.id, wanted(before.clientId));
    assert.ok(found);
    await world.core.oauthClients.remove(principalOf(workspace.id), before.id, { force: false });
    const kept = await world.store.transaction((rows) =>
      clients.storeEntered(rows, principalOf(workspace.id), found),
    );
    assert.notEqual(kept.id, before.id);
    const now = await read(kept.id);
    assert.deepEqual([textOf(now), now.nextCredential, now.deletedAt], ['entered', null, null]);
  });
});

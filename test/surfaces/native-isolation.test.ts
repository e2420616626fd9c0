// What every operation of the native API keeps, read off its own document so that no new route can be forgotten:
// no key, a key without the scope, ids of another workspace, ids that nothing has, and what it does not know.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ApiKeyScope, apiKeyScopes } from '../../src/core/index.ts';
import {
  connect,
  type Json,
  list,
  type Method,
  record,
  startWorld,
  type TestWorkspace,
  text,
  type World,
} from './native-world.ts';

type Operation = {
  name: string;
  method: Method;
  path: string;
  scope: ApiKeyScope | null;
  /** For whoever is not known yet. */
  isPublic: boolean;
  body: unknown;
};

const world: World = await startWorld();
const operations = await operationsOf(world);
let owner: TestWorkspace;
let stranger: TestWorkspace;
let ids: Record<string, string>;

before(async () => {
  owner = await world.addWorkspace('Owner');
  stranger = await world.addWorkspace('Stranger');
  const mailbox = await connect(world, owner);
  const session = await owner.call('POST', '/v1/connect-sessions', { provider: 'google' });
  const key = await owner.call('POST', '/v1/api-keys', { name: 'x', scopes: ['all'] });
  const job = await owner.call('POST', '/v1/mailbox-jobs', { action: 'verify', filter: {} });
  const endpoint = await owner.call('POST', '/v1/webhook-endpoints', { url: 'https://93.184.216.34/hook' });
  const delivery = await owner.call('POST', `/v1/webhook-endpoints/${text(endpoint.body.id)}/test`, {});
  ids = {
    workspaces: owner.id,
    'api-keys': text(key.body.id),
    'oauth-clients': owner.oauthClientId,
    'connect-sessions': text(session.body.id),
    mailboxes: text(mailbox.id),
    'background-jobs': text(job.body.id),
    'webhook-endpoints': text(endpoint.body.id),
    'webhook-deliveries': text(delivery.body.id),
  };
});
after(() => world.close());

async function operationsOf({ callAs }: World): Promise<Operation[]> {
  const { body } = await callAs(null)('GET', '/v1/openapi.json');
  return Object.entries(record(body.paths)).flatMap(([path, methods]) =>
    Object.entries(record(methods)).map(([method, described]) => {
      const operation = record(described);
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: methodOf(method),
        path,
        scope: apiKeyScopes.find((scope) => scope === operation['x-required-scope']) ?? null,
        isPublic: list(operation.security).length === 0,
        body: exampleOf(operation),
      };
    }),
  );
}

function methodOf(text: string): Method {
  const found = (['GET', 'POST', 'PATCH', 'DELETE', 'PUT'] as const).find(
    (name) => name === text.toUpperCase(),
  );
  if (!found) throw new TypeError(text);
  return found;
}

/** The document's own example: it must be one that the route accepts. */
function exampleOf(operation: Json): unknown {
  if (operation.requestBody === undefined) return undefined;
  const content = record(record(operation.requestBody).content);
  const { example } = record(content['application/json']);
  assert.ok(example, `${String(operation.operationId)} has no example`);
  return example;
}

/** The path with the id of the object that it is about. */
function filled(path: string, id?: string): string {
  if (!path.includes('{id}')) return path;
  const noun = path.split('/')[2] ?? '';
  return path.replace('{id}', id ?? ids[noun] ?? assert.fail(`no id for ${noun}`));
}

/** Of keys of the installation alone. */
const installationScopes: readonly (ApiKeyScope | null)[] = [
  'workspaces:manage',
  'installation:read',
  'installation:update',
];

const withId = operations.filter(({ path }) => path.includes('{id}'));

describe('every operation', () => {
  it('is in the document', () => {
    assert.ok(operations.length >= 40);
    assert.ok(withId.length >= 20);
    assert.deepEqual(
      operations.filter(({ scope }) => scope === null).map(({ name }) => name),
      [
        'GET /v1/console-sign-in-options',
        'POST /v1/console-session',
        'GET /v1/console-session',
        'DELETE /v1/console-session',
        'GET /v1/whoami',
        'GET /v1/workspaces/{id}',
      ],
    );
  });

  for (const { name, method, path, body, isPublic } of operations) {
    if (isPublic) continue;
    it(`${name} refuses a caller without a key`, async () => {
      const answer = await world.callAs(null)(method, filled(path), body);
      assert.deepEqual([answer.status, answer.body.code], [401, 'unauthenticated']);
    });
  }

  for (const { name, method, path, body, scope } of operations) {
    if (scope === null) continue;
    it(`${name} needs exactly the scope that it names`, async () => {
      const others = apiKeyScopes.filter((other) => other !== scope && other !== 'all');
      const isForInstallation = installationScopes.includes(scope);
      const workspaceId = isForInstallation ? null : stranger.id;
      const without = await world.callAs(await world.issueKey(workspaceId, others))(
        method,
        filled(path),
        body,
      );
      assert.deepEqual([without.status, without.body.code], [403, 'permission_denied'], without.text);
      assert.match(text(without.body.detail), new RegExp(`\`${scope}\``));
      const given: ApiKeyScope[] = [
        scope,
        ...(scope === 'api_keys:create' ? (['mailboxes:read', 'tokens:read'] as const) : []),
      ];
      const call = world.callAs(await world.issueKey(workspaceId, given));
      const granted = await call(method, filled(path, unknownId), body);
      assert.ok(granted.status < 300 || granted.status === 404, granted.text);
    });
  }

  for (const { name, method, path, body } of operations) {
    it(`${name} refuses a parameter that it does not know`, async () => {
      const answer = await owner.call(method, `${filled(path)}?unheard_of=1`, body);
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_request']);
    });
  }

  for (const { name, method, path, body } of operations.filter((operation) => operation.body !== undefined)) {
    it(`${name} refuses a member that it does not know`, async () => {
      const answer = await owner.call(method, filled(path), { ...record(body), unheard_of: 1 });
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_request']);
    });
  }
});

const unknownId = '019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10';

describe('every operation on one object', () => {
  for (const { name, method, path, body, scope } of withId) {
    const caller = () =>
      scope === 'workspaces:manage' ? world.callAs(world.installationKey) : stranger.call;

    it(`${name} finds nothing under an unknown id`, async () => {
      const answer = await caller()(method, filled(path, unknownId), body);
      assert.deepEqual([answer.status, answer.body.code], [404, 'not_found']);
    });

    it(`${name} finds nothing under an id that is none`, async () => {
      const answer = await caller()(method, filled(path, 'not-an-id'), body);
      assert.deepEqual([answer.status, answer.body.code], [404, 'not_found']);
    });

    if (scope === 'workspaces:manage') continue;
    it(`${name} tells another workspace the same about an object as about none`, async () => {
      const foreign = await stranger.call(method, filled(path), body);
      const unknown = await stranger.call(method, filled(path, unknownId), body);
      assert.deepEqual([foreign.status, foreign.body.code], [404, 'not_found']);
      assert.equal(foreign.body.detail, unknown.body.detail);
    });
  }

  it('leaves the objects of the owner as they were', async () => {
    for (const noun of ['workspaces', 'oauth-clients', 'connect-sessions', 'mailboxes']) {
      const { status, body } = await owner.call('GET', filled(`/v1/${noun}/{id}`));
      assert.equal(status, 200);
      assert.notEqual(body.status, 'cancelled');
    }
    assert.ok((await owner.call('GET', '/v1/api-keys')).text.includes(filled('/v1/api-keys/{id}').slice(13)));
  });
});

describe('ids inside of bodies', () => {
  it("another workspace's mailbox and OAuth client are not found", async () => {
    for (const body of [
      { mailbox_id: ids.mailboxes },
      { provider: 'google', oauth_client_id: owner.oauthClientId },
    ]) {
      const answer = await stranger.call('POST', '/v1/connect-sessions', body);
      assert.deepEqual([answer.status, answer.body.code], [404, 'not_found']);
    }
  });

  it('lists show nothing of another workspace', async () => {
    for (const path of operations
      .filter(({ method, path }) => method === 'GET' && !path.includes('{'))
      .map(({ path }) => path)) {
      const { text: answer } = await stranger.call('GET', path);
      for (const id of Object.values(ids)) assert.ok(!answer.includes(id), path);
    }
  });
});

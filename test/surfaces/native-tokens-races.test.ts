// A read that races a change never leaves a stale answer in memory: the row is read before the change and kept after it,
// in that order, at the port of the store. And what is kept is not served in its last minute, nor below what is asked.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { connect, startWorld, type TestWorkspace, text, type World } from './native-world.ts';

let world: World;
let workspace: TestWorkspace;
let path: string;
before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme Sales');
  path = `/v1/mailboxes/${text((await connect(world, workspace)).id)}`;
});
after(() => world.close());

const read = (key = workspace.key, body?: unknown) => world.callAs(key)('POST', `${path}/token`, body);

/** Lets an operation of the store give its answer only after `change` is done. */
async function during(
  operations: object,
  name: string,
  work: () => Promise<unknown>,
  change: () => Promise<unknown>,
): Promise<void> {
  const original: unknown = Reflect.get(operations, name);
  assert.ok(typeof original === 'function');
  const hasRead = Promise.withResolvers<void>();
  const isChanged = Promise.withResolvers<void>();
  Reflect.set(operations, name, async (...parameters: unknown[]) => {
    const rows: unknown = await Reflect.apply(original, operations, parameters);
    hasRead.resolve();
    await isChanged.promise;
    return rows;
  });
  const working = work();
  await Promise.race([hasRead.promise, working.then(() => assert.fail(`${name} was not asked`))]);
  Reflect.set(operations, name, original);
  await change();
  isChanged.resolve();
  await working;
}

const ok = async (answer: ReturnType<TestWorkspace['call']>): Promise<void> => {
  const { status, text: body } = await answer;
  assert.ok(status < 300, body);
};

/** So that the next read asks the store. */
async function forget(): Promise<void> {
  await ok(workspace.call('PATCH', path, { disabled: true }));
  await ok(workspace.call('PATCH', path, { disabled: false }));
}

it('a mailbox that is disabled while its token is read', async () => {
  await during(world.store.mailboxes, 'forTokenRead', read, () =>
    ok(workspace.call('PATCH', path, { disabled: true })),
  );
  assert.equal((await read()).body.code, 'mailbox_disabled');
  await ok(workspace.call('PATCH', path, { disabled: false }));
});

it('a token that is replaced while the old one is read', async () => {
  await forget();
  world.wait(120_000);
  let replaced = '';
  await during(world.store.mailboxes, 'forTokenRead', read, async () => {
    const { body } = await read(workspace.key, { force_refresh: true });
    assert.equal(body.refreshed, true);
    replaced = text(body.access_token);
  });
  assert.equal((await read()).body.access_token, replaced);
});

it('a key that is revoked while it is looked up', async () => {
  const { body } = await workspace.call('POST', '/v1/api-keys', { name: 'reader', scopes: ['tokens:read'] });
  const key = text(body.key);
  await during(
    world.store.apiKeys,
    'byPrefix',
    () => read(key),
    () => ok(workspace.call('DELETE', `/v1/api-keys/${text(body.id)}`)),
  );
  assert.equal((await read(key)).status, 401);
});

it('a mailbox that is deleted while its token is read', async () => {
  const before = path;
  await forget();
  await during(world.store.mailboxes, 'forTokenRead', read, () => ok(workspace.call('DELETE', path)));
  assert.equal((await read()).status, 404);
  path = `/v1/mailboxes/${text((await connect(world, workspace)).id)}`;
  assert.notEqual(path, before);
});

it('a kept token is not served in its last minute, nor below min_ttl_seconds', async () => {
  const first = (await read()).body;
  const life = Date.parse(text(first.expires_at)) - world.core.now();
  assert.equal((await read(workspace.key, { min_ttl_seconds: 600 })).body.access_token, first.access_token);
  world.wait(life - 300_000);
  assert.equal((await read()).body.access_token, first.access_token, 'five minutes are left');
  const second = (await read(workspace.key, { min_ttl_seconds: 600 })).body;
  assert.notEqual(second.access_token, first.access_token);

  assert.equal((await read()).body.access_token, second.access_token);
  world.wait(Date.parse(text(second.expires_at)) - world.core.now() - 59_000);
  assert.notEqual((await read()).body.access_token, second.access_token);
});

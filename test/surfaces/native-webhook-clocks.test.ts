// Which events a new webhook endpoint hears of when the clocks of the nodes that write them do not agree.
import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { list, startWorld, type TestWorkspace, text } from './native-world.ts';

const world = await startWorld();
after(() => world.close());

/** Written by a node whose clock is ahead by this much. */
const raised = async ({ id: workspaceId }: TestWorkspace, aheadMilliseconds: number): Promise<string> => {
  const id = `0190a000-${Math.random().toString(16).slice(2)}`;
  const createdAt = world.core.now() + aheadMilliseconds;
  const about = { type: 'mailbox.enabled', objectId: 'one', data: {} } as const;
  await world.store.events.append({ ...about, id, workspaceId, createdAt });
  return id;
};
const told = async ({ call }: TestWorkspace): Promise<unknown[]> => {
  while ((await world.core.webhooks.tellPending()) > 0);
  return list((await call('GET', '/v1/webhook-deliveries')).body.items).map(({ event_id }) => event_id);
};
const listen = async ({ call }: TestWorkspace): Promise<void> => {
  const { status, text: answer } = await call('POST', '/v1/webhook-endpoints', {
    url: 'https://hooks.example.com',
  });
  assert.equal(status, 201, answer);
};

it('an endpoint hears of what came after it, also from a node whose clock is behind', async () => {
  const workspace = await world.addWorkspace('Behind');
  await listen(workspace);
  const late = await raised(workspace, -60_000);
  assert.deepEqual(await told(workspace), [late]);
});

it('an endpoint hears of nothing that came before it, also from a node whose clock is ahead', async () => {
  const workspace = await world.addWorkspace('Ahead');
  await raised(workspace, 60_000);
  await raised(workspace, 0);
  await listen(workspace);
  assert.deepEqual(await told(workspace), []);
});

it('the endpoint of a connect session hears of all that becomes of it, whatever the clocks say', async () => {
  const workspace = await world.addWorkspace('Session');
  const { body } = await workspace.call('POST', '/v1/connect-sessions', {
    provider: 'google',
    webhook_url: 'https://hooks.example.com',
  });
  await world.store.events.append({
    id: '0190a000-5e55',
    workspaceId: workspace.id,
    type: 'connect_session.failed',
    objectId: text(body.id),
    data: {},
    createdAt: world.core.now() - 3_600_000,
  });
  assert.deepEqual(await told(workspace), ['0190a000-5e55']);
});

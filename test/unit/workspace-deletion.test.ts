// Workspaces on their way out are taken apart in turn, and what people had granted is revoked also while we are busy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt, Log, Ports, RemovedGrant } from '../../src/core/ports.ts';
import { createWorkspaceDeletion } from '../../src/core/workspace-deletion.ts';
import { client, grant, silentLog } from '../stores/fixtures.ts';

type Needs = Parameters<typeof createWorkspaceDeletion>[0];

/** `rows`: by workspace, how many batches it has; `fails` cannot be read. */
function world(batches: Record<string, RemovedGrant[][]>, fails: string | null = null) {
  const left = new Map(Object.entries(batches));
  const order: string[] = [];
  const errors: unknown[] = [];
  const slept: number[] = [];
  let now = 0;
  const answers: Attempt<void>[] = [];
  let revocations = 0;
  const store = {
    workspaces: {
      leaving: async (limit: number) => [...left.keys()].slice(0, limit),
      removeSome: async (id: string) => {
        order.push(id);
        if (id === fails) throw new Error('unreadable');
        const grants = left.get(id)?.shift() ?? [];
        if (left.get(id)?.length === 0) left.delete(id);
        return { removed: 1, grants };
      },
    },
    connectSessions: { countHolding: async () => 0 },
    grants: { countOfPerson: async () => 0 },
  };
  const revoke = async (): Promise<Attempt<void>> => {
    revocations += 1;
    return answers.shift() ?? { ok: true, value: undefined };
  };
  const log: Log = { ...silentLog, error: (_, details) => errors.push(details) };
  const ports: unknown = {
    clock: {
      now: () => now,
      deadline: () => new AbortController().signal,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
        slept.push(milliseconds);
      },
    } satisfies Ports['clock'],
    log,
    store,
    providers: { google: { revoke } },
    settings: { providerTimeoutSeconds: 10 },
  };
  const deletion = createWorkspaceDeletion(portsOf(ports));
  return { deletion, order, errors, slept, answers, revocations: () => revocations, left };
}

/** Only what the deletion asks of its ports is there. */
const portsOf = (ports: unknown): Needs => ports as Needs;

const removed = (): RemovedGrant => {
  const oauthClient = client();
  return {
    grant: grant({ workspaceId: 'a', oauthClientId: oauthClient.id }),
    oauthClient,
    tokenSets: [],
    emails: [],
  };
};

const busy: Attempt<never> = {
  ok: false,
  failure: {
    kind: 'transient',
    reason: 'gateway_busy',
    retryAfterSeconds: 5,
    provider: {
      httpStatus: null,
      error: null,
      suberror: null,
      description: null,
      errorCodes: [],
      traceId: null,
      correlationId: null,
    },
  },
};

test('a small workspace does not wait for a large one', async () => {
  const { deletion, order } = world({ large: [[], [], [], []], small: [[]] });
  assert.equal(await deletion.deleteLeaving(), 5);
  assert.deepEqual(order, ['large', 'small', 'large', 'large', 'large']);
});

test('one that fails is told of once, and does not keep the others', async () => {
  const { deletion, order, errors, left } = world({ bad: [[]], good: [[], []] }, 'bad');
  assert.equal(await deletion.deleteLeaving(), 2);
  assert.deepEqual(order, ['bad', 'good', 'good']);
  assert.equal(errors.length, 1);
  assert.deepEqual([...left.keys()], ['bad']);
});

test('while our own calls have no room, a revocation waits and is made', async () => {
  const { deletion, answers, revocations, slept } = world({ a: [[removed()]] });
  answers.push(busy, busy);
  await deletion.deleteLeaving();
  assert.equal(revocations(), 3);
  assert.deepEqual(
    slept.filter((milliseconds) => milliseconds === 5_000),
    [5_000, 5_000],
  );
});

test('a revocation does not wait for room for ever, and the rows go on', async () => {
  const { deletion, answers, revocations, left } = world({ a: [[removed()], []] });
  answers.push(...Array.from({ length: 100 }, () => busy));
  await deletion.deleteLeaving();
  assert.equal(revocations(), 25);
  assert.equal(left.size, 0);
});

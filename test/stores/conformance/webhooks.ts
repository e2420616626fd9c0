import assert from 'node:assert/strict';
import type { GatewayEvent } from '../../../src/core/events.ts';
import type { Store } from '../../../src/core/ports.ts';
import { secret } from '../../../src/core/secret.ts';
import type { WebhookDelivery } from '../../../src/core/webhooks/delivery.ts';
import type { WebhookEndpoint } from '../../../src/core/webhooks/endpoint.ts';
import {
  allOf,
  type CreateDatabase,
  mailbox,
  newId,
  now,
  revealed,
  session,
  storeGrant,
  storeOwner,
  storeWorkspace,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const endpoint = (workspaceId: string | null, more: Partial<WebhookEndpoint> = {}): WebhookEndpoint => ({
  id: newId(),
  workspaceId,
  connectSessionId: null,
  mailboxId: null,
  url: 'https://hooks.example/one',
  description: '',
  eventTypes: null,
  format: 'standard',
  signature: 'hmac',
  publicKey: null,
  secret: secret('whsec_current'),
  previousSecret: null,
  previousSecretUntil: null,
  status: 'enabled',
  disabledReason: null,
  disabledAt: null,
  failingSince: null,
  heldUntil: 0,
  createdAt: now,
  updatedAt: now,
  ...more,
});

const delivery = (of: WebhookEndpoint, more: Partial<WebhookDelivery> = {}): WebhookDelivery => ({
  id: newId(),
  workspaceId: of.workspaceId,
  endpointId: of.id,
  eventId: newId(),
  eventType: 'mailbox.connected',
  objectId: newId(),
  isTest: false,
  body: '{"type":"mailbox.connected"}',
  status: 'pending',
  attempts: 0,
  earlierAttempts: 0,
  dueAt: now,
  claimedUntil: 0,
  createdAt: now,
  finishedAt: null,
  ...more,
});

const event = (workspaceId: string | null, more: Partial<GatewayEvent> = {}): GatewayEvent => ({
  id: newId(),
  workspaceId,
  type: 'mailbox.connected',
  objectId: newId(),
  data: { email: 'ada@example.com' },
  createdAt: now,
  ...more,
});

const stored = async (
  store: Store,
  more: Partial<WebhookEndpoint> = {},
  workspaceId?: string,
): Promise<WebhookEndpoint> => {
  const written = endpoint(workspaceId ?? (await storeWorkspace(store)).id, more);
  await store.webhookEndpoints.insert(written);
  return written;
};

const due = (store: Store, at: number, more: { isFailing?: boolean; leftOut?: string[] } = {}) =>
  store.webhookDeliveries.dueEndpoints({ now: at, isFailing: false, limit: 10, leftOut: [], ...more });

export const webhookGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('webhooks', createDatabase, (it) => {
    it('an endpoint is read as it was written and as it was updated, its secrets opened', async (store) => {
      const written = await stored(store, {
        eventTypes: ['mailbox.connected', 'webhook.test'],
        previousSecret: secret('whsec_previous'),
        previousSecretUntil: now + 5,
      });
      assert.deepEqual(revealed(await store.webhookEndpoints.byId(written.id)), revealed(written));
      const changes = {
        url: 'https://hooks.example/two',
        eventTypes: null,
        secret: secret('whsec_next'),
        previousSecret: null,
        previousSecretUntil: null,
        status: 'disabled' as const,
        disabledReason: 'caller' as const,
        disabledAt: now + 1,
        updatedAt: now + 1,
      };
      assert.equal(await store.webhookEndpoints.update(written.id, changes), true);
      const found = await store.webhookEndpoints.byId(written.id);
      assert.deepEqual(revealed(found), revealed({ ...written, ...changes }));
      assert.equal(await store.webhookEndpoints.update(newId(), changes), false);
      assert.equal(await store.webhookEndpoints.byId(newId()), null);
    });

    it('endpoints are listed by owner, those of a connect session apart, and counted', async (store) => {
      const { id: here } = await storeWorkspace(store);
      const [one, two] = [await stored(store, {}, here), await stored(store, {}, here)];
      const sessionId = newId();
      const ofSession = await stored(store, { connectSessionId: sessionId }, here);
      await stored(store);
      const ofInstallation = endpoint(null);
      await store.webhookEndpoints.insert(ofInstallation);
      const ids = async (workspaceId: string | null, connectSessionId: string | null) =>
        (await allOf((page) => store.webhookEndpoints.list(workspaceId, connectSessionId, page), 1)).map(
          ({ id }) => id,
        );
      assert.deepEqual(await ids(here, null), [one.id, two.id]);
      assert.deepEqual(await ids(here, sessionId), [ofSession.id]);
      assert.deepEqual(await ids(null, null), [ofInstallation.id]);
      assert.equal(await store.webhookEndpoints.count(here), 2);
      const listening = await store.webhookEndpoints.listening([here, null], [sessionId], []);
      assert.deepEqual(
        listening.map(({ id }) => id).sort(),
        [one.id, two.id, ofSession.id, ofInstallation.id].sort(),
      );
    });

    it('an event is settled by one of many, and only what is not settled is pending', async (store, _, other) => {
      const { id: workspaceId } = await storeWorkspace(store);
      const written = [event(workspaceId), event(workspaceId), event(null)];
      for (const each of written) await store.events.append(each);
      assert.deepEqual(await store.events.pending(9), written);
      const ids = written.map(({ id }) => id);
      const settling = Array.from({ length: 10 }, (_unused, index) =>
        (index % 2 === 0 ? store : other).transaction(async (rows) => {
          await rows.lock('fan-out of events');
          return rows.events.settle(ids);
        }),
      );
      const settled = (await Promise.all(settling)).flat();
      assert.deepEqual(settled.sort(), ids.sort());
      assert.deepEqual(await store.events.pending(9), []);
      assert.deepEqual((await store.events.list(workspaceId, { after: null, limit: 9 })).items.length, 2);
    });

    it('a due delivery is claimed by one of many, and again when its claim has run out', async (store, _, other) => {
      const of = await stored(store);
      const written = Array.from({ length: 12 }, () => delivery(of));
      await store.webhookDeliveries.insert(written);
      assert.deepEqual(await due(other, now), [of.id]);
      const claims = await Promise.all(
        Array.from({ length: 12 }, (_unused, index) =>
          (index % 2 === 0 ? store : other).webhookDeliveries.claim(of.id, {
            now,
            until: now + 100,
            limit: 3,
          }),
        ),
      );
      // Whoever looks while others claim may be left with nothing: the next look finds the rest.
      const left = await store.webhookDeliveries.claim(of.id, { now, until: now + 100, limit: 20 });
      const ids = [...claims.flat(), ...left].map(({ id }) => id);
      assert.deepEqual(ids.toSorted(), written.map(({ id }) => id).toSorted());
      assert.deepEqual(await due(store, now + 99), []);
      assert.deepEqual(await due(store, now + 100), [of.id]);
      const again = await store.webhookDeliveries.claim(of.id, {
        now: now + 100,
        until: now + 200,
        limit: 1,
      });
      assert.equal(again[0]?.claimedUntil, now + 200);
    });

    it('who no longer has the claim writes nothing', async (store) => {
      const of = await stored(store);
      const written = delivery(of);
      await store.webhookDeliveries.insert([written]);
      await store.webhookDeliveries.claim(of.id, { now, until: now + 10, limit: 1 });
      await store.webhookDeliveries.claim(of.id, { now: now + 10, until: now + 20, limit: 1 });
      const over = { status: 'delivered', attempts: 1, dueAt: now, finishedAt: now + 11 } as const;
      assert.equal(await store.webhookDeliveries.settle(written.id, now + 10, over), false);
      assert.equal(await store.webhookDeliveries.settle(written.id, now + 20, over), true);
      assert.equal(await store.webhookDeliveries.settle(written.id, now + 20, over), false);
      assert.deepEqual(await store.webhookDeliveries.byId(written.id), { ...written, ...over });
    });

    it('endpoints take turns by who waits longest; held, failing and left out ones are passed over', async (store) => {
      const { id: workspaceId } = await storeWorkspace(store);
      const make = (more: Partial<WebhookEndpoint> = {}) => stored(store, more, workspaceId);
      const [late, early, held, failing] = [
        await make(),
        await make(),
        await make({ heldUntil: now + 50 }),
        await make({ failingSince: now - 1 }),
      ];
      await store.webhookDeliveries.insert([
        ...Array.from({ length: 5 }, () => delivery(late, { dueAt: now - 1 })),
        delivery(early, { dueAt: now - 9 }),
        delivery(held),
        delivery(failing),
        delivery(early, { status: 'failed', dueAt: now - 99, finishedAt: now }),
      ]);
      assert.deepEqual(await due(store, now), [early.id, late.id]);
      assert.deepEqual(await due(store, now, { leftOut: [early.id] }), [late.id]);
      assert.deepEqual(await due(store, now, { isFailing: true }), [failing.id]);
      assert.deepEqual(await due(store, now + 50), [early.id, late.id, held.id]);
    });

    it('the first failure since a success is remembered, and a hold only grows', async (store) => {
      const { id } = await stored(store);
      const health = async () => {
        const { failingSince, heldUntil } = (await store.webhookEndpoints.byId(id)) ?? endpoint(null);
        return [failingSince, heldUntil];
      };
      await store.webhookEndpoints.noteFailure(id, { at: now, heldUntil: now + 9 });
      await store.webhookEndpoints.noteFailure(id, { at: now + 1, heldUntil: now + 5 });
      assert.deepEqual(await health(), [now, now + 9]);
      await store.webhookEndpoints.noteSuccess(id);
      assert.deepEqual(await health(), [null, 0]);
    });

    it('an endpoint is disabled by one of many, and not when it has recovered meanwhile', async (store, _, other) => {
      const { id } = await stored(store, { failingSince: now - 10 });
      const change = { reason: 'failing', at: now, failingBefore: now - 5 } as const;
      const both = await Promise.all([
        store.webhookEndpoints.disable(id, change),
        other.webhookEndpoints.disable(id, change),
      ]);
      assert.deepEqual(both.sort(), [false, true]);
      const healthy = await stored(store);
      assert.equal(await store.webhookEndpoints.disable(healthy.id, change), false);
      assert.deepEqual(await store.webhookEndpoints.holdEnabled([id, healthy.id]), [healthy.id]);
    });

    it('deliveries are listed newest first, by owner and filter, with their attempts', async (store) => {
      const [here, there] = [await stored(store), await stored(store)];
      const written = [delivery(here), delivery(here, { status: 'failed', finishedAt: now }), delivery(here)];
      await store.webhookDeliveries.insert([...written, delivery(there)]);
      const list = (filter: Parameters<Store['webhookDeliveries']['list']>[1]) =>
        allOf((page) => store.webhookDeliveries.list(here.workspaceId, filter, page), 2);
      assert.deepEqual(await list({}), written.toReversed());
      assert.deepEqual(await list({ status: 'failed' }), [written[1]]);
      assert.deepEqual(await list({ eventType: 'mailbox.disabled' }), []);
      assert.deepEqual(await list({ endpointId: there.id }), []);
      const attempt = {
        number: 1,
        startedAt: now,
        durationMilliseconds: 12,
        responseStatus: 500,
        failure: null,
        responseBody: 'no',
      };
      const broken = {
        ...attempt,
        number: 2,
        responseStatus: null,
        failure: 'timeout',
        responseBody: null,
      } as const;
      const id = written[0]?.id ?? '';
      for (const each of [attempt, broken]) await store.webhookDeliveries.addAttempt(id, each);
      assert.deepEqual(await store.webhookDeliveries.attemptsOf(id), [attempt, broken]);
    });

    it('what is replayed is due with the whole schedule before it; what is under way is left', async (store) => {
      const of = await stored(store);
      const over = (more: Partial<WebhookDelivery>) =>
        delivery(of, { status: 'failed', attempts: 10, finishedAt: now, ...more });
      const [failed, delivered, old, second] = [
        over({}),
        over({ status: 'delivered', attempts: 1 }),
        over({ createdAt: now - 9 }),
        over({}),
      ];
      const test = over({ isTest: true });
      const busy = delivery(of);
      await store.webhookDeliveries.insert([failed, delivered, old, second, test]);
      const ask = { since: now, statuses: ['failed' as const], after: null, now: now + 7, limit: 1 };
      const first = await store.webhookDeliveries.replayOf(of.id, ask);
      assert.deepEqual(first, { count: 1, last: failed.id });
      const anew = { status: 'pending', earlierAttempts: 10, dueAt: now + 7, finishedAt: null } as const;
      assert.deepEqual(await store.webhookDeliveries.byId(failed.id), { ...failed, ...anew });
      // As if it had failed again meanwhile: a walk that goes on does not come back to it.
      await store.webhookDeliveries.claim(of.id, { now: now + 7, until: now + 9, limit: 1 });
      const again = { status: 'failed', attempts: 20, dueAt: now, finishedAt: now } as const;
      assert.equal(await store.webhookDeliveries.settle(failed.id, now + 9, again), true);
      const rest = await store.webhookDeliveries.replayOf(of.id, { ...ask, after: first.last, limit: 9 });
      assert.deepEqual(rest, { count: 1, last: second.id });
      assert.deepEqual(await store.webhookDeliveries.byId(delivered.id), delivered);
      assert.deepEqual(await store.webhookDeliveries.byId(old.id), old);
      assert.deepEqual(await store.webhookDeliveries.byId(test.id), test);
      assert.equal(await store.webhookDeliveries.replay(delivered.id, now + 8), true);
      await store.webhookDeliveries.insert([busy]);
      await store.webhookDeliveries.claim(of.id, { now: now + 8, until: now + 99, limit: 9 });
      assert.equal(await store.webhookDeliveries.replay(busy.id, now + 9), false);
    });

    it('what waits for an endpoint is cancelled, and goes with it', async (store) => {
      const of = await stored(store);
      const [claimed, waiting] = [delivery(of, { dueAt: now - 1 }), delivery(of)];
      await store.webhookDeliveries.insert([claimed, waiting]);
      await store.webhookDeliveries.claim(of.id, { now, until: now + 9, limit: 1 });
      assert.equal(await store.webhookDeliveries.cancelOf(of.id, now, 9), 1);
      assert.equal((await store.webhookDeliveries.byId(waiting.id))?.status, 'cancelled');
      assert.equal((await store.webhookDeliveries.byId(claimed.id))?.status, 'pending');
      assert.equal(await store.webhookEndpoints.remove(of.id), true);
      assert.equal(await store.webhookEndpoints.remove(of.id), false);
      assert.equal(await store.webhookDeliveries.byId(claimed.id), null);
    });

    it('old deliveries go, pending ones never; an endpoint goes with its session, when nothing of it is open', async (store) => {
      const owner = await storeOwner(store);
      const living = session(owner);
      await store.connectSessions.insert(living);
      const [ofLiving, open, over] = [
        await stored(store, { connectSessionId: living.id }, owner.workspaceId),
        await stored(store, { connectSessionId: newId() }, owner.workspaceId),
        await stored(store, { connectSessionId: newId() }, owner.workspaceId),
      ];
      await store.webhookDeliveries.insert([
        delivery(open, { status: 'failed', finishedAt: now - 9 }),
        delivery(over, { status: 'delivered', finishedAt: now }),
        delivery(ofLiving, { createdAt: now - 99 }),
      ]);
      assert.equal(await store.webhookEndpoints.pruneOfSessions(9), 1);
      assert.equal(await store.webhookEndpoints.byId(over.id), null);
      assert.equal(await store.webhookDeliveries.prune(now, 9), 1);
      assert.equal(await store.webhookEndpoints.pruneOfSessions(9), 1);
      assert.notEqual(await store.webhookEndpoints.byId(ofLiving.id), null);
    });

    it('an endpoint of one mailbox is apart from those that stand by themselves, and goes after its mailbox, when nothing is left to tell', async (store) => {
      const owner = await storeGrant(store);
      const { workspaceId } = owner;
      const living = mailbox(owner);
      await store.mailboxes.insert(living);
      const gone = newId();
      const format = 'emailengine' as const;
      const standing = await stored(store, { format }, workspaceId);
      const ofLiving = await stored(store, { format, mailboxId: living.id }, workspaceId);
      const ofGone = await stored(store, { format, mailboxId: gone }, workspaceId);
      const { webhookEndpoints } = store;
      const idOf = async (mailboxId: string | null) =>
        (await webhookEndpoints.ofVendor(workspaceId, format, mailboxId))?.id;
      assert.equal(await idOf(null), standing.id);
      assert.equal(await idOf(living.id), ofLiving.id);
      assert.equal(await idOf(newId()), undefined);
      assert.equal(await webhookEndpoints.ofVendor(workspaceId, 'smartlead', null), null);
      assert.equal(await webhookEndpoints.count(workspaceId), 1);
      const heard = async (ids: string[]) =>
        (await webhookEndpoints.listening([workspaceId], [], ids)).map(({ id }) => id).sort();
      assert.deepEqual(await heard([]), [standing.id]);
      assert.deepEqual(await heard([gone]), [standing.id, ofGone.id].sort());

      const removal = event(workspaceId, { objectId: gone });
      await store.events.append(removal);
      assert.equal(await webhookEndpoints.pruneOfMailboxes(9), 0);
      await store.transaction((rows) => rows.events.settle([removal.id]));
      const open = delivery(ofGone, { status: 'failed', finishedAt: now - 9 });
      await store.webhookDeliveries.insert([open]);
      assert.equal(await webhookEndpoints.pruneOfMailboxes(9), 0);
      assert.equal(await store.webhookDeliveries.prune(now, 9), 1);
      assert.equal(await webhookEndpoints.pruneOfMailboxes(9), 1);
      assert.equal(await idOf(gone), undefined);
      assert.equal(await idOf(living.id), ofLiving.id);
    });

    it('nothing is made for a workspace on its way out, nothing is sent for it, and all of it goes', async (store) => {
      const of = await stored(store);
      const workspaceId = of.workspaceId ?? '';
      await store.webhookDeliveries.insert([delivery(of)]);
      assert.notEqual(await store.webhookEndpoints.forSending(of.id), null);
      await store.workspaces.leave(workspaceId, now);
      await assert.rejects(store.webhookEndpoints.insert(endpoint(workspaceId)));
      assert.equal(await store.webhookEndpoints.forSending(of.id), null);
      let removed = 0;
      for (let turn = 0; turn < 9; turn += 1)
        removed += (await store.workspaces.removeSome(workspaceId, 5)).removed;
      assert.equal(removed, 3);
      assert.equal(await store.webhookEndpoints.byId(of.id), null);
    });
  });

// The audit log and the other records that go by their age.
import assert from 'node:assert/strict';
import type { AuditEntry } from '../../../src/core/audit.ts';
import { type CreateDatabase, newId, storeOwner } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const dayMilliseconds = 24 * 3600 * 1000;
// The guard goes by the clock of the database.
const daysAgo = (days: number): number => Date.now() - days * dayMilliseconds;

const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: newId(),
  workspaceId: newId(),
  at: daysAgo(0),
  actor: { kind: 'api_key', id: newId() },
  action: 'mailbox.updated',
  objectId: newId(),
  data: { fields: ['name'] },
  requestId: 'request',
  address: '192.0.2.1',
  ...more,
});

const page = { after: null, limit: 10 };

export const auditGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('the audit log', createDatabase, (it) => {
    it('answers entries as they were written, newest first, by workspace, action, object and actor', async (store) => {
      const [first, second] = [entry(), entry()];
      const third = entry({ workspaceId: first.workspaceId, action: 'mailbox.imported' });
      const own = entry({ workspaceId: null, actor: { kind: 'gateway', id: null } });
      for (const each of [first, second, third, own]) await store.audit.append(each);
      const ids = async (...[workspaceId, filter]: Partial<Parameters<typeof store.audit.list>>) =>
        (await store.audit.list(workspaceId ?? null, filter ?? {}, page)).items.map(({ id }) => id);
      const { workspaceId } = first;
      assert.deepEqual(await ids(workspaceId), [third.id, first.id]);
      assert.deepEqual(await ids(null), [own.id]);
      assert.deepEqual(await ids(workspaceId, { action: 'mailbox.imported' }), [third.id]);
      assert.deepEqual(await ids(workspaceId, { objectId: first.objectId ?? '' }), [first.id]);
      assert.deepEqual(await ids(workspaceId, { actorId: third.actor.id ?? '' }), [third.id]);
      const { items } = await store.audit.list(second.workspaceId, {}, page);
      assert.deepEqual(items, [{ ...second, actorName: null }]);
    });

    it('answers entries of a time, by their time also where ids are ahead of it, and in both orders', async (store) => {
      const workspaceId = newId();
      // As ids are made: by the time, but for the third, which a clock made that was put back for an hour.
      const at = (minutes: number): number => 1_800_000_000_000 + minutes * 60_000;
      const idAt = (minutes: number): string => {
        const digits = at(minutes).toString(16).padStart(12, '0');
        return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-${String(minutes).padStart(12, '0')}`;
      };
      const made = (minutes: number, ahead = 0) =>
        entry({ workspaceId, id: idAt(minutes + ahead), at: at(minutes) });
      const [first, second, third, fourth] = [made(0), made(10), made(15, 60), made(20)];
      for (const each of [first, second, third, fourth]) await store.audit.append(each);
      const ids = async (filter: Parameters<typeof store.audit.list>[1], after: string | null = null) =>
        (await store.audit.list(workspaceId, filter, { after, limit: 10 })).items.map(({ id }) => id);
      assert.deepEqual(await ids({ since: at(10) }), [third.id, fourth.id, second.id]);
      assert.deepEqual(await ids({ until: at(20) }), [third.id, second.id, first.id], 'not the end itself');
      assert.deepEqual(await ids({ since: at(10), until: at(15) }), [second.id]);
      assert.deepEqual(await ids({ since: at(21) }), []);
      assert.deepEqual(await ids({ since: 0, oldestFirst: true }), [
        first.id,
        second.id,
        fourth.id,
        third.id,
      ]);
      assert.deepEqual(await ids({ oldestFirst: true }, second.id), [fourth.id, third.id]);
      const two = await store.audit.list(workspaceId, { oldestFirst: true }, { after: null, limit: 2 });
      assert.deepEqual([two.items.length, two.next], [2, second.id]);
    });

    it('an entry is never changed or replaced, and not deleted while it is young', async (store, { raw }) => {
      const young = entry({ at: daysAgo(29) });
      await store.audit.append(young);
      await assert.rejects(raw("update audit_entries set action = 'person.erased'"));
      await assert.rejects(raw('update audit_entries set at = 0 where id = ?', young.id));
      await assert.rejects(raw('delete from audit_entries'));
      await assert.rejects(raw('delete from audit_entries where id = ?', young.id));
      await assert.rejects(
        raw(`insert or replace into audit_entries (id, at, actor_kind, action, data)
          values ('${young.id}', 0, 'gateway', 'person.erased', '{}')`),
      );
      await assert.rejects(store.audit.prune(Date.now(), 10));
      const { items } = await store.audit.list(young.workspaceId, {}, page);
      assert.deepEqual(items, [{ ...young, actorName: null }]);
    });

    it('entries of a certain age are pruned, the oldest first, a batch at a time', async (store) => {
      const workspaceId = newId();
      const entries = [40, 50, 60, 1].map((days) => entry({ workspaceId, at: daysAgo(days) }));
      for (const each of entries) await store.audit.append(each);
      assert.equal(await store.audit.prune(daysAgo(35), 2), 2);
      const left = async () => (await store.audit.list(workspaceId, {}, page)).items.map(({ id }) => id);
      assert.deepEqual(await left(), [entries[3]?.id, entries[0]?.id]);
      assert.equal(await store.audit.prune(daysAgo(35), 2), 1);
      assert.equal(await store.audit.prune(daysAgo(35), 2), 0);
    });

    it('an entry goes with the change that it tells of', async (store) => {
      const lost = entry();
      await assert.rejects(
        store.transaction(async (rows) => {
          await rows.audit.append(lost);
          throw new Error('the change failed');
        }),
      );
      assert.deepEqual((await store.audit.list(lost.workspaceId, {}, page)).items, []);
    });

    it('events go by their age, a batch at a time', async (store) => {
      const { workspaceId } = await storeOwner(store);
      const event = (days: number) => ({
        id: newId(),
        workspaceId,
        type: 'mailbox.verified' as const,
        objectId: newId(),
        data: {},
        createdAt: daysAgo(days),
      });
      const events = [9, 8, 7, 1].map(event);
      for (const each of events) await store.events.append(each);
      assert.equal(await store.events.prune(daysAgo(5), 2), 2);
      assert.equal(await store.events.prune(daysAgo(5), 2), 1);
      assert.equal(await store.events.prune(daysAgo(5), 2), 0);
      const { items } = await store.events.list(workspaceId, page);
      assert.deepEqual(
        items.map(({ id }) => id),
        [events[3]?.id],
      );
    });
  });

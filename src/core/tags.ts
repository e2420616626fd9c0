// Tags: names that a workspace gives its mailboxes.
import { type AuditedChange, record } from './audit.ts';
import { GatewayError, notFound } from './errors.ts';
import type { Ports, StoreOperations } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';

export type Tag = {
  id: string;
  number: number;
  workspaceId: string;
  name: string;
  /** `#RRGGBB`; null = none chosen. */
  color: string | null;
  createdAt: number;
};

export type Tags = ReturnType<typeof createTags>;

export function createTags({ store, clock, random }: Pick<Ports, 'store' | 'clock' | 'random'>) {
  const noteChange = (rows: StoreOperations, principal: Principal, change: AuditedChange) =>
    record({ clock, random }, rows, principal, change);

  /** Throws `not_found` when one of the mailboxes or tags is not the workspace's. */
  async function resolve(workspaceId: string, mailboxIds: readonly string[], numbers: readonly number[]) {
    const tags = await store.tags.byNumbers(workspaceId, numbers);
    if (tags.length !== new Set(numbers).size) throw notFound('tag');
    for (const id of mailboxIds) {
      const mailbox = await store.mailboxes.byId(id);
      if (mailbox?.workspaceId !== workspaceId) throw notFound('mailbox');
    }
    return tags.map(({ id }) => id);
  }

  return {
    /** A name that exists answers the tag that has it, so that a repeated call makes no second one. */
    async create(principal: Principal, request: { name: string; color: string | null }): Promise<Tag> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      return store.transaction(async (rows) => {
        await rows.lock(`tag ${workspaceId} ${request.name}`);
        const before = await rows.tags.byName(workspaceId, request.name);
        if (before) return before;
        const number = await rows.numbers.next('tag');
        const tag: Tag = { id: random.id(), number, workspaceId, ...request, createdAt: clock.now() };
        await rows.tags.insert(tag);
        await noteChange(rows, principal, { workspaceId, action: 'tag.created', objectId: tag.id });
        return tag;
      });
    },

    async update(principal: Principal, number: number, changes: Pick<Tag, 'name' | 'color'>): Promise<Tag> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      const [tag] = await store.tags.byNumbers(workspaceId, [number]);
      if (!tag) throw notFound('tag');
      const holder = await store.tags.byName(workspaceId, changes.name);
      if (holder && holder.id !== tag.id) throw new GatewayError('conflict', 'Another tag has this name.');
      await store.transaction(async (rows) => {
        await rows.tags.update(tag.id, changes);
        await noteChange(rows, principal, { workspaceId, action: 'tag.updated', objectId: tag.id });
      });
      return { ...tag, ...changes };
    },

    async list(principal: Principal): Promise<Tag[]> {
      return store.tags.list(workspaceFor(principal, 'mailboxes:read'));
    },

    async assign(
      principal: Principal,
      mailboxIds: readonly string[],
      numbers: readonly number[],
    ): Promise<void> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      const tagIds = await resolve(workspaceId, mailboxIds, numbers);
      await store.transaction(async (rows) => {
        await rows.tags.assign(mailboxIds, tagIds);
        const data = { fields: ['tags'], mailboxes: mailboxIds.length, tags: tagIds.length };
        const action = 'mailboxes.changed';
        await noteChange(rows, principal, { workspaceId, action, objectId: null, data });
      });
    },

    async unassign(
      principal: Principal,
      mailboxIds: readonly string[],
      numbers: readonly number[],
    ): Promise<void> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      const tagIds = await resolve(workspaceId, mailboxIds, numbers);
      await store.transaction(async (rows) => {
        await rows.tags.unassign(mailboxIds, tagIds);
        const data = { fields: ['tags'], mailboxes: mailboxIds.length, tags: tagIds.length };
        const action = 'mailboxes.changed';
        await noteChange(rows, principal, { workspaceId, action, objectId: null, data });
      });
    },

    /** For mailboxes that the caller has read before. */
    ofMailboxes: (mailboxIds: readonly string[]): Promise<Map<string, Tag[]>> =>
      store.tags.ofMailboxes(mailboxIds),
  };
}

import type { StoreOperations } from '../../core/ports.ts';
import type { Tag } from '../../core/tags.ts';
import { type Row, readRow } from '../row.ts';
import { type Context, changed } from './context.ts';
import { insertOwned } from './workspace-members.ts';

export const tagOperations = ({ session }: Context): StoreOperations['tags'] => ({
  insert: async ({ id, number, workspaceId, name, color, createdAt }) => {
    const row = { id, number, workspace_id: workspaceId, name, color, created_at: createdAt };
    await insertOwned(session, 'tags', row);
  },
  update: async (id, { name, color }) =>
    changed(
      await session.writer.updateTable('tags').set({ name, color }).where('id', '=', id).executeTakeFirst(),
    ),
  byNumbers: async (workspaceId, numbers) => {
    // `in ()` is no SQL on PostgreSQL.
    if (numbers.length === 0) return [];
    const rows = await session.reader
      .selectFrom('tags')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .where('number', 'in', numbers)
      .orderBy('number')
      .execute();
    return rows.map((row) => tagFromRow(row));
  },
  byName: async (workspaceId, name) => {
    const row = await session.reader
      .selectFrom('tags')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .where('name', '=', name)
      .executeTakeFirst();
    return row === undefined ? null : tagFromRow(row);
  },
  list: async (workspaceId) => {
    const rows = await session.reader
      .selectFrom('tags')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .orderBy('number')
      .execute();
    return rows.map((row) => tagFromRow(row));
  },
  // From the tables themselves, not from the product of the ids: fewer parameters, and what is gone meanwhile or
  // belongs to another workspace is left out.
  assign: async (mailboxIds, tagIds) => {
    if (mailboxIds.length === 0 || tagIds.length === 0) return;
    await session.writer
      .insertInto('mailbox_tags')
      .columns(['mailbox_id', 'tag_id'])
      .expression((eb) =>
        eb
          .selectFrom('mailboxes')
          .innerJoin('tags', 'tags.workspace_id', 'mailboxes.workspace_id')
          .select(['mailboxes.id as mailbox_id', 'tags.id as tag_id'])
          .where('mailboxes.id', 'in', mailboxIds)
          .where('tags.id', 'in', tagIds)
          // One order for all, so that two callers who assign the same do not wait for each other in a circle.
          .orderBy('mailboxes.id')
          .orderBy('tags.id'),
      )
      .onConflict((conflict) => conflict.columns(['mailbox_id', 'tag_id']).doNothing())
      .execute();
  },
  unassign: async (mailboxIds, tagIds) => {
    if (mailboxIds.length === 0 || tagIds.length === 0) return;
    await session.writer
      .deleteFrom('mailbox_tags')
      .where('mailbox_id', 'in', mailboxIds)
      .where('tag_id', 'in', tagIds)
      .execute();
  },
  ofMailboxes: async (mailboxIds) => {
    const tags = new Map<string, Tag[]>();
    if (mailboxIds.length === 0) return tags;
    const rows = await session.reader
      .selectFrom('mailbox_tags')
      .innerJoin('tags', 'tags.id', 'mailbox_tags.tag_id')
      .selectAll('tags')
      .select('mailbox_tags.mailbox_id')
      .where('mailbox_tags.mailbox_id', 'in', mailboxIds)
      .orderBy('tags.number')
      .execute();
    for (const row of rows) {
      const mailboxId = readRow('mailbox_tags', row).text('mailbox_id');
      const ofMailbox = tags.get(mailboxId) ?? [];
      tags.set(mailboxId, ofMailbox);
      ofMailbox.push(tagFromRow(row));
    }
    return tags;
  },
});

const tagFromRow = (row: Row): Tag => {
  const { text, textOrNull, integer } = readRow('tags', row);
  return {
    id: text('id'),
    number: integer('number'),
    workspaceId: text('workspace_id'),
    name: text('name'),
    color: textOrNull('color'),
    createdAt: integer('created_at'),
  };
};

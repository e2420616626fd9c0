import type { Customer } from '../../core/customers.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { type Row, readRow } from '../row.ts';
import type { Context } from './context.ts';
import { insertOwned } from './workspace-members.ts';

export const customerOperations = ({ session }: Context): StoreOperations['customers'] => ({
  insert: async ({ id, number, workspaceId, name, email, createdAt }) => {
    const row = { id, number, workspace_id: workspaceId, name, email, created_at: createdAt };
    await insertOwned(session, 'customers', row);
  },
  byNumber: async (workspaceId, number) => {
    const row = await session.reader
      .selectFrom('customers')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .where('number', '=', number)
      .executeTakeFirst();
    return row === undefined ? null : customerFromRow(row);
  },
  list: async (workspaceId) => {
    const rows = await session.reader
      .selectFrom('customers')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .orderBy('number')
      .execute();
    return rows.map(customerFromRow);
  },
  ofMailboxes: async (workspaceId, { after, limit }) => {
    // Read off an index alone (mailboxes_customer), but off all that it has of these.
    let query = session
      .scannerFor(workspaceId)
      .selectFrom('mailboxes')
      .select((eb) => ['customer as name', eb.fn.countAll<number | string>().as('mailboxes')])
      .where('workspace_id', '=', workspaceId)
      .where('customer', 'is not', null)
      .groupBy('customer')
      .orderBy('customer')
      .limit(limit + 1);
    if (after !== null) query = query.where('customer', '>', after);
    const rows = await query.execute();
    const items = rows.slice(0, limit).map(({ name, mailboxes }) => ({
      name: name ?? '',
      mailboxes: Number(mailboxes),
    }));
    return { items, next: rows.length > limit ? (items.at(-1)?.name ?? null) : null };
  },
});

const customerFromRow = (row: Row): Customer => {
  const { text, textOrNull, integer } = readRow('customers', row);
  return {
    id: text('id'),
    number: integer('number'),
    workspaceId: text('workspace_id'),
    name: text('name'),
    email: textOrNull('email'),
    createdAt: integer('created_at'),
  };
};

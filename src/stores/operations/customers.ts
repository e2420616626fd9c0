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

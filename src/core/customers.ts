// Customers: a workspace's own clients. A mailbox names its customer by a text; those that are entered here have a
// number, which is that text.
import { record } from './audit.ts';
import { notFound } from './errors.ts';
import type { Page, PageRequest, Ports } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';

export type Customer = {
  id: string;
  number: number;
  workspaceId: string;
  name: string;
  email: string | null;
  createdAt: number;
};

/** A text that mailboxes name as their customer, and how many do. */
export type CustomerOfMailboxes = { name: string; mailboxes: number };

export type Customers = ReturnType<typeof createCustomers>;

export function createCustomers({ store, clock, random }: Pick<Ports, 'store' | 'clock' | 'random'>) {
  return {
    /**
     * A customer that is there with this address is answered as it is, so that a repeated call, or several at once,
     * make no second one. `email` in lower case.
     */
    async findOrCreate(
      principal: Principal,
      { name, email }: { name: string; email: string },
    ): Promise<Customer> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      return store.transaction(async (rows) => {
        await rows.lock(`customer ${workspaceId} ${email}`);
        const before = (await rows.customers.list(workspaceId)).find((customer) => customer.email === email);
        if (before) return before;
        const number = await rows.numbers.next('customer');
        const customer = { id: random.id(), number, workspaceId, name, email, createdAt: clock.now() };
        await rows.customers.insert(customer);
        const change = { workspaceId, action: 'customer.created', objectId: customer.id } as const;
        await record({ clock, random }, rows, principal, change);
        return customer;
      });
    },

    async list(principal: Principal): Promise<Customer[]> {
      return store.customers.list(workspaceFor(principal, 'mailboxes:read'));
    },

    /** Whom the mailboxes belong to, entered here or not, a page at a time. */
    async ofMailboxes(principal: Principal, page: PageRequest): Promise<Page<CustomerOfMailboxes>> {
      return store.customers.ofMailboxes(workspaceFor(principal, 'mailboxes:read'), page);
    },

    /** Throws `not_found`. */
    async read(principal: Principal, number: number): Promise<Customer> {
      const customer = await store.customers.byNumber(workspaceFor(principal, 'mailboxes:read'), number);
      if (!customer) throw notFound('customer');
      return customer;
    },
  };
}

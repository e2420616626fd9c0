// `client_id` sub-accounts: a workspace's own clients, by name. They sign in nowhere here, so they get no password
// and no key of their own: a key of this server opens a whole workspace.
import type { Customer } from '../../../core/index.ts';
import { type Call, type Operation, unsupported } from './operation.ts';

export const clientOperations: readonly Operation[] = [
  { method: 'GET', path: '', run: listClients },
  { method: 'POST', path: '/save', run: saveClient },
  unsupported(['GET', 'POST', 'PUT', 'DELETE'], '/api-key'),
];

/** The clients of an agency; far below what would need pages. */
async function listClients({ core, principal }: Call): Promise<unknown> {
  return (await core.customers.list(principal)).map(shown);
}

/** A client that is there with this address is answered, so that a repeated call makes no second one. */
async function saveClient({ core, principal, fields }: Call): Promise<unknown> {
  const body = fields();
  const name = body.text('name', { max: 256 });
  const email = body.email('email').toLowerCase();
  const customer = await core.customers.findOrCreate(principal, { name, email });
  return { ok: true, clientId: customer.number, name: customer.name, email: customer.email };
}

const shown = ({ number, name, email, createdAt }: Customer) => ({
  id: number,
  name,
  email,
  created_at: new Date(createdAt).toISOString(),
  logo: null,
  logo_url: null,
});

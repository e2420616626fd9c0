// A mailbox as people name it, by id or by address, as the id.
import { type Api, itemsOf } from './api.ts';
import { UsageError } from './command.ts';
import { textOf } from './report.ts';

/** Throws `UsageError` when no mailbox of the workspace, or more than one, has the address. */
export async function resolveMailbox(api: Api, idOrEmail: string): Promise<string> {
  if (!idOrEmail.includes('@')) return idOrEmail;
  const found = itemsOf(await api.call('GET', '/v1/mailboxes', { query: { email: idOrEmail } }));
  const [id, ...others] = found.flatMap((item) => textOf(item, 'id') ?? []);
  if (id === undefined) throw new UsageError(`There is no mailbox ${idOrEmail} here.`);
  if (others.length > 0) {
    throw new UsageError(
      `Several mailboxes have this address; name one by its id: ${[id, ...others].join(', ')}`,
    );
  }
  return id;
}

// A mailbox as people name it, by id or by address, as the id.
import { type Api, itemsOf } from './api.ts';
import { Ambiguous } from './command.ts';
import { textOf } from './report.ts';

/** Throws when no mailbox of the workspace has the address; `Ambiguous` when more than one has. */
export async function resolveMailbox(api: Api, idOrEmail: string): Promise<string> {
  if (!idOrEmail.includes('@')) return idOrEmail;
  const found = itemsOf(await api.call('GET', '/v1/mailboxes', { query: { email: idOrEmail } }));
  const [id, ...others] = found.flatMap((item) => textOf(item, 'id') ?? []);
  if (id === undefined) throw new Error(`There is no mailbox ${idOrEmail} here.`);
  if (others.length > 0) {
    throw new Ambiguous(
      `Several mailboxes have this address; name one by its id: ${[id, ...others].join(', ')}`,
      [id, ...others],
    );
  }
  return id;
}

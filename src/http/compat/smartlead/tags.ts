// Tags of email accounts. Names are unique in a workspace: making one twice answers the first.
import type { Tag } from '../../../core/index.ts';
import { invalid, isNotFound, SmartleadError } from './errors.ts';
import { type Fields, idRange } from './fields.ts';
import type { Call, Operation } from './operation.ts';

export const tagOperations: readonly Operation[] = [
  { method: 'GET', path: '/tags', run: listTags },
  { method: 'POST', path: '/tags', run: createTag },
  { method: 'POST', path: '/tag-manager', run: manageTag },
  { method: 'POST', path: '/tag-mapping', run: (call) => map(call, 'assign') },
  { method: 'DELETE', path: '/tag-mapping', run: (call) => map(call, 'unassign') },
  { method: 'POST', path: '/tag-list', run: tagsOfAddresses },
];

const accountsMax = 25;
const tagsMax = 100;
const addressesMax = 100;

const shown = ({ number, name, color }: Tag) => ({ id: number, name, color });

async function listTags({ core, principal }: Call): Promise<unknown> {
  return (await core.tags.list(principal)).map(shown);
}

async function createTag(call: Call): Promise<unknown> {
  const tag = await call.core.tags.create(call.principal, wordsOf(call.fields()));
  return { ok: true, data: shown(tag) };
}

/** Without `id` it makes one. */
async function manageTag(call: Call): Promise<unknown> {
  const fields = call.fields();
  const number = fields.optionalWhole('id', idRange);
  if (number === undefined || number === null) return createTag(call);
  const words = wordsOf(fields);
  try {
    return { ok: true, data: shown(await call.core.tags.update(call.principal, number, words)) };
  } catch (error) {
    throw isNotFound(error) ? new SmartleadError(404, 'Tag not found', { cause: error }) : error;
  }
}

function wordsOf(fields: Fields): Pick<Tag, 'name' | 'color'> {
  const name = fields.text('name', { max: 128 }).trim();
  const color = fields.optionalText('color', { max: 7 }) ?? null;
  if (color !== null && !/^#[0-9a-f]{6}$/i.test(color))
    throw invalid('color must be a colour of the form #RRGGBB');
  return { name, color };
}

/** All of it or nothing: one unknown account or tag changes none. */
async function map({ core, principal, fields }: Call, what: 'assign' | 'unassign'): Promise<unknown> {
  const body = fields();
  const accounts = body.wholes('email_account_ids', { countMax: accountsMax });
  const tags = body.wholes('tag_ids', { countMax: tagsMax });
  try {
    const mailboxes = await Promise.all(
      accounts.map((number) => core.mailboxes.readByNumber(principal, number)),
    );
    const ids = mailboxes.map(({ mailbox }) => mailbox.id);
    await core.tags[what](principal, ids, tags);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new SmartleadError(404, 'One of the email accounts or tags was not found', { cause: error });
  }
  return { ok: true, message: `Tags ${what === 'assign' ? 'assigned' : 'removed'} successfully` };
}

/** Addresses without an account are left out. */
async function tagsOfAddresses({ core, principal, fields }: Call): Promise<unknown> {
  const addresses = fields().texts('email_ids', { countMax: addressesMax });
  const found = await Promise.all(
    addresses.map((email) =>
      core.mailboxes.list(principal, { email: email.trim().toLowerCase() }, { after: null, limit: 1 }),
    ),
  );
  const mailboxes = found.flatMap(({ items }) => items.map(({ mailbox }) => mailbox));
  const tags = await core.tags.ofMailboxes(mailboxes.map(({ id }) => id));
  return {
    ok: true,
    data: mailboxes.map(({ id, number, email }) => ({
      email_account_id: number,
      from_email: email,
      tags: (tags.get(id) ?? []).map(shown),
    })),
  };
}

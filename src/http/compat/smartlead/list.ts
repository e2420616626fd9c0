// The list of email accounts: a bare array, by position. What the database can tell apart it filters; what follows
// from a proof is looked through here, slice by slice.
import type { MailboxFilter, MailboxWithGrant } from '../../../core/index.ts';
import { accountTypes, listed, proofOf } from './account.ts';
import { invalid } from './errors.ts';
import { idRange, type Range } from './fields.ts';
import type { Call } from './operation.ts';

type Query = Call['query'];

const limitRange: Range = { min: 1, max: 100 };
const offsetRange: Range = { min: 0, max: idRange.max };
const sliceSize = 200;
/** Accounts that one call goes through to filter by what the store does not know. */
const scanMax = 20_000;

export async function listAccounts({ core, principal, query }: Call): Promise<unknown[]> {
  const offset = wholeOf(query, 'offset', offsetRange) ?? 0;
  const limit = wholeOf(query, 'limit', limitRange) ?? limitRange.max;
  const wanted = wantedBy(query);
  const read = (slice: { offset: number; limit: number }) =>
    core.mailboxes.slice(principal, wanted.filter, slice);
  const found = wanted.test
    ? await sift(read, wanted.test, { offset, limit })
    : await read({ offset, limit });
  const tags = await core.tags.ofMailboxes(found.items.map(({ mailbox }) => mailbox.id));
  return found.items.map((joined) => listed(joined, tags.get(joined.mailbox.id) ?? []));
}

type Read = (slice: {
  offset: number;
  limit: number;
}) => Promise<{ items: MailboxWithGrant[]; total: number }>;
type Test = (joined: MailboxWithGrant) => boolean;

async function sift(
  read: Read,
  test: Test,
  { offset, limit }: { offset: number; limit: number },
): Promise<{ items: MailboxWithGrant[] }> {
  const found: MailboxWithGrant[] = [];
  for (let position = 0; found.length < offset + limit; position += sliceSize) {
    if (position >= scanMax) {
      throw invalid(`more than ${scanMax} accounts to go through: narrow the list by esp or client_id`);
    }
    const { items, total } = await read({ offset: position, limit: sliceSize });
    found.push(...items.filter(test));
    if (items.length === 0 || position + sliceSize >= total) break;
  }
  return { items: found.slice(offset, offset + limit) };
}

/** `test` null = the filter says it all. */
function wantedBy(query: Query): { filter: MailboxFilter; test: Test | null } {
  const clientId = wholeOf(query, 'client_id', idRange);
  const esp = oneOf(query, 'esp', ['GMAIL', 'OUTLOOK', 'SMTP']);
  const warmup = oneOf(query, 'emailWarmupStatus', ['ACTIVE', 'INACTIVE']);
  const isInUse = booleanOf(query, 'isInUse');
  const isSmtpSuccess = booleanOf(query, 'isSmtpSuccess');
  const isWarmupBlocked = booleanOf(query, 'isWarmupBlocked');
  const username = query.get('username')?.trim().toLowerCase() ?? '';
  const tests: Test[] = [];
  // No account is of these kinds: no SMTP passwords, no warm-up, no campaigns.
  if (esp === 'SMTP' || warmup === 'ACTIVE' || isInUse === true) tests.push(() => false);
  if (isSmtpSuccess !== null) tests.push((joined) => proofOf(joined, 'smtp').ok === isSmtpSuccess);
  if (username !== '') tests.push((joined) => listed(joined, []).username.toLowerCase().includes(username));
  const provider =
    esp === accountTypes.google ? 'google' : esp === accountTypes.microsoft ? 'microsoft' : null;
  return {
    filter: {
      ...(clientId === null ? {} : { customer: String(clientId) }),
      ...(provider === null ? {} : { provider }),
      ...(isWarmupBlocked === null ? {} : { warmupWanted: isWarmupBlocked }),
    },
    test: tests.length === 0 ? null : (joined) => tests.every((test) => test(joined)),
  };
}

function wholeOf(query: Query, name: string, { min, max }: Range): number | null {
  const text = query.get(name)?.trim() ?? '';
  if (text === '') return null;
  const number = Number(text);
  if (!Number.isFinite(number)) throw invalid(`${name} must be a number`);
  if (!Number.isInteger(number)) throw invalid(`${name} must be an integer`);
  if (number < min) throw invalid(`${name} must be greater than or equal to ${min}`);
  if (number > max) throw invalid(`${name} must be less than or equal to ${max}`);
  return number;
}

function oneOf<T extends string>(query: Query, name: string, values: readonly T[]): T | null {
  const text = query.get(name)?.trim().toUpperCase() ?? '';
  if (text === '') return null;
  const found = values.find((value) => value === text);
  if (found === undefined) throw invalid(`${name} must be one of [${values.join(', ')}]`);
  return found;
}

/** `True` is how a Python program writes it. */
function booleanOf(query: Query, name: string): boolean | null {
  const text = query.get(name)?.trim().toLowerCase() ?? '';
  if (text === '') return null;
  if (text !== 'true' && text !== 'false') throw invalid(`${name} must be one of [true, false]`);
  return text === 'true';
}

// The list of accounts: Instantly's filters, order and cursor over the core's pages. In order of creation it reads
// page by page; any other order needs all of them, so it is bounded.
import { type Static, Type } from '@fastify/type-provider-typebox';
import type { Core, MailboxFilter, MailboxWithGrant, Principal } from '../../../core/index.ts';
import { accountOf } from './account.ts';
import { InstantlyError } from './errors.ts';

const filters = [
  'ACC_FILTER_PAUSED',
  'ACC_FILTER_ERROR',
  'ACC_FILTER_NO_CTD',
  'ACC_FILTER_PW_ACCOUNTS',
  'ACC_FILTER_DFY',
  'ACC_FILTER_DFY_SETUP_PENDING',
  'ACC_FILTER_W_ACTIVE',
  'ACC_FILTER_W_PAUSED',
  'ACC_FILTER_W_ERROR',
] as const;
export type AccountFilter = (typeof filters)[number];
export const AccountFilter = Type.Enum(filters);

export const AccountListQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  skip: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  starting_after: Type.Optional(Type.String({ maxLength: 400 })),
  search: Type.Optional(Type.String({ maxLength: 320 })),
  status: Type.Optional(Type.Integer()),
  provider_code: Type.Optional(Type.Integer()),
  tag_ids: Type.Optional(Type.String({ maxLength: 4000 })),
  tag_ids_all: Type.Optional(Type.String({ maxLength: 4000 })),
  include_tags: Type.Optional(Type.String({ maxLength: 10 })),
  filter: Type.Optional(AccountFilter),
  sort_by: Type.Optional(Type.Enum(['timestamp_created', 'email', 'stat_warmup_score', 'status'])),
  sort_order: Type.Optional(Type.Enum(['asc', 'desc'])),
});
export type AccountListQuery = Static<typeof AccountListQuery>;

const limitDefault = 10;
const pageSize = 100;
/** Accounts that one call goes through to filter, to skip or to sort. */
const scanMax = 20_000;

/** After this id, and not created before this moment. */
type Start = { after: string | null; createdSince: number };

const fromStart = { after: null, createdSince: 0, skip: 0 };

type Item = MailboxWithGrant & { tags: { id: string; name: string }[] };

/** `next_starting_after` is absent on the last page. */
export async function listAccounts(core: Core, principal: Principal, query: AccountListQuery) {
  const limit = query.limit ?? limitDefault;
  const found = await (isByCreation(query) ? inOrderOfCreation : sorted)(core, principal, query, limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const withTags = query.include_tags === 'true' || query.include_tags === '1';
  const tags = withTags
    ? await core.tags.ofMailboxes(page.map(({ mailbox }) => mailbox.id))
    : new Map<string, never[]>();
  return {
    items: page.map((joined) => accountOf(joined, withTags ? (tags.get(joined.mailbox.id) ?? []) : null)),
    ...(found.length > limit && last ? { next_starting_after: cursorOf(last) } : {}),
  };
}

const isByCreation = ({ sort_by: by, sort_order: order }: AccountListQuery): boolean =>
  by === undefined || (by === 'timestamp_created' && order === 'asc');

async function inOrderOfCreation(
  core: Core,
  principal: Principal,
  query: AccountListQuery,
  wanted: number,
): Promise<MailboxWithGrant[]> {
  const { after, createdSince } = query.starting_after
    ? await startOf(core, principal, query.starting_after)
    : { after: null, createdSince: 0 };
  return matching(core, principal, query, { after, createdSince, skip: query.skip ?? 0, wanted });
}

async function sorted(
  core: Core,
  principal: Principal,
  query: AccountListQuery,
  wanted: number,
): Promise<MailboxWithGrant[]> {
  const all = await matching(core, principal, query, { ...fromStart, wanted: Number.POSITIVE_INFINITY });
  const direction = query.sort_order === 'asc' ? 1 : -1;
  const keyOf = (joined: MailboxWithGrant): string | number => {
    if (query.sort_by === 'email') return joined.mailbox.email;
    if (query.sort_by === 'status') return accountOf(joined).status;
    // No account has a warm-up score here: all are equal, so creation decides.
    return query.sort_by === 'stat_warmup_score' ? 0 : joined.mailbox.createdAt;
  };
  const ordered = all
    .map((joined) => ({ joined, key: keyOf(joined) }))
    .sort((a, b) => direction * (compare(a.key, b.key) || compare(a.joined.mailbox.id, b.joined.mailbox.id)))
    .map(({ joined }) => joined);
  const start = query.starting_after ? positionAfter(ordered, query.starting_after) : 0;
  return ordered.slice(start + (query.skip ?? 0)).slice(0, wanted);
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/** A cursor whose account has gone since ends the list rather than beginning it again. */
function positionAfter(ordered: MailboxWithGrant[], cursor: string): number {
  const email = cursor.slice(cursor.indexOf('&') + 1).toLowerCase();
  const index = ordered.findIndex(({ mailbox }) => mailbox.email === email);
  return index === -1 ? ordered.length : index + 1;
}

async function matching(
  core: Core,
  principal: Principal,
  query: AccountListQuery,
  { after, createdSince, skip, wanted }: Start & { skip: number; wanted: number },
): Promise<MailboxWithGrant[]> {
  const filter = filterFrom(query);
  if (filter === null) return [];
  const found: MailboxWithGrant[] = [];
  let left = skip;
  let next: string | null = after;
  let scanned = 0;
  do {
    if (scanned >= scanMax) {
      const message = `querystring asks to go through more than ${scanMax} accounts: narrow the list by search`;
      throw new InstantlyError(400, message);
    }
    const page: { items: MailboxWithGrant[]; next: string | null } = await core.mailboxes.list(
      principal,
      filter,
      { after: next, limit: pageSize },
    );
    for (const item of await withTags(core, query, page.items)) {
      if (item.mailbox.createdAt < createdSince || !passes(item, query)) continue;
      if (left > 0) left -= 1;
      else found.push(item);
    }
    scanned += page.items.length;
    next = page.next;
  } while (next !== null && found.length < wanted);
  return found.slice(0, wanted);
}

/** Tags are read only where they decide. */
async function withTags(core: Core, query: AccountListQuery, items: MailboxWithGrant[]): Promise<Item[]> {
  if (!query.tag_ids_all) return items.map((item) => ({ ...item, tags: [] }));
  const tags = await core.tags.ofMailboxes(items.map(({ mailbox }) => mailbox.id));
  return items.map((item) => ({ ...item, tags: tags.get(item.mailbox.id) ?? [] }));
}

const providers = new Map<number, 'google' | 'microsoft'>([
  [2, 'google'],
  [3, 'microsoft'],
]);

/** What the store can decide; null = nothing can match. */
export function filterFrom(
  query: Pick<AccountListQuery, 'search' | 'provider_code' | 'tag_ids' | 'filter'>,
): MailboxFilter | null {
  const provider = query.provider_code === undefined ? undefined : providers.get(query.provider_code);
  if (query.provider_code !== undefined && provider === undefined) return null;
  const tagIds = listOf(query.tag_ids);
  const chosen = query.filter === undefined ? {} : filterOf(query.filter);
  if (chosen === null) return null;
  return {
    ...(query.search ? { search: query.search } : {}),
    ...(provider ? { provider } : {}),
    ...(tagIds.length > 0 ? { tagIds } : {}),
    ...chosen,
  };
}

/** `{}` = `passes` decides. */
function filterOf(filter: AccountFilter): Pick<MailboxFilter, 'warmupWanted'> | null {
  switch (filter) {
    // Password and done-for-you accounts do not exist here, and no account warms up or fails to.
    case 'ACC_FILTER_PW_ACCOUNTS':
    case 'ACC_FILTER_DFY':
    case 'ACC_FILTER_DFY_SETUP_PENDING':
    case 'ACC_FILTER_W_ACTIVE':
    case 'ACC_FILTER_W_ERROR':
      return null;
    case 'ACC_FILTER_W_PAUSED':
    case 'ACC_FILTER_PAUSED':
    case 'ACC_FILTER_ERROR':
    case 'ACC_FILTER_NO_CTD':
      return {};
    default:
      return filter satisfies never;
  }
}

/** What only the account as it is shown tells. */
function passes(item: Item, query: AccountListQuery): boolean {
  const { status } = accountOf(item);
  if (query.status !== undefined && status !== query.status) return false;
  if (query.filter === 'ACC_FILTER_PAUSED' && status !== 2) return false;
  if (query.filter === 'ACC_FILTER_ERROR' && status >= 0) return false;
  if (query.filter === 'ACC_FILTER_NO_CTD' && item.mailbox.settings.trackingDomain !== null) return false;
  const wanted = listOf(query.tag_ids_all);
  return wanted.every((id) => item.tags.some((tag) => tag.id === id));
}

export const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** `timestamp_created&email`, the form that Instantly documents. */
const cursorOf = ({ mailbox }: MailboxWithGrant): string =>
  `${new Date(mailbox.createdAt).toISOString()}&${mailbox.email}`;

/**
 * Where the page begins, from `timestamp_created&email`, or from a bare timestamp, which older programs send. Ids
 * begin with their time (RFC 9562 section 5.7), so an account that is gone since leaves its place behind.
 */
async function startOf(core: Core, principal: Principal, cursor: string): Promise<Start> {
  const [moment = '', email] = cursor.split('&');
  const created = Date.parse(moment);
  if (Number.isNaN(created)) throw new InstantlyError(400, 'querystring/starting_after is not a cursor');
  if (email === undefined) return { after: idAround(created), createdSince: created + 1 };
  // A plus sign may have come as a space.
  const named = email.trim().replaceAll(' ', '+').toLowerCase();
  const { items } = await core.mailboxes.list(principal, { email: named }, { after: null, limit: 1 });
  const mailbox = items[0]?.mailbox;
  return mailbox && mailbox.createdAt === created
    ? { after: mailbox.id, createdSince: 0 }
    : { after: idAround(created), createdSince: created };
}

/** Before every id of that moment: an id is made within the same call as its time, a minute at most apart. */
function idAround(milliseconds: number): string {
  const time = Math.max(0, milliseconds - 60_000)
    .toString(16)
    .padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-${'0'.repeat(12)}`;
}

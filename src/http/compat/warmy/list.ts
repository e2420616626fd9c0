// `GET /mailboxes` and the two lists of what its filters may name. The store pages by number; what it cannot filter
// or sort by is done here, over a bounded number of mailboxes.
import type { Core, MailboxFilter, MailboxWithGrant, Principal } from '../../../core/index.ts';
import { unprocessable } from './errors.ts';
import { createReader, type Fields, refuseIf } from './fields.ts';
import { mailboxReply, providerNames, providerOf, simpleReply } from './map.ts';
import { ownSettings } from './settings.ts';

const perPageDefault = 25;
const perPageMax = 100;
const pageMax = 10_000_000;
/** Mailboxes that one call goes through to filter or sort by what the store does not know. */
const scanMax = 20_000;
const scanPage = 500;

type Query = {
  page: number;
  perPage: number;
  isSimple: boolean;
  filter: MailboxFilter;
  providers: string[] | null;
  domains: string[] | null;
  groupId: number | null;
  /** 1 = ascending by address, -1 = descending, 0 = by number. */
  order: -1 | 0 | 1;
};

export async function listMailboxes(core: Core, principal: Principal, query: unknown) {
  const wanted = readQuery(query);
  const { page, perPage } = wanted;
  const offset = (page - 1) * perPage;
  const needsScan = wanted.domains !== null || wanted.groupId !== null || wanted.order !== 0;
  const { items, total } =
    wanted.providers?.length === 0
      ? { items: [], total: 0 }
      : needsScan
        ? await scanSlice(core, principal, wanted, offset)
        : await core.mailboxes.slice(principal, wanted.filter, { offset, limit: perPage });
  const totalPages = Math.ceil(total / perPage);
  return {
    items: items.map(wanted.isSimple ? simpleReply : mailboxReply),
    pagination: {
      current_page: page,
      total_pages: totalPages,
      total_count: total,
      next_page: page < totalPages ? page + 1 : null,
      prev_page: page > 1 ? page - 1 : null,
      limit_value: perPage,
    },
  };
}

/** Domains of the workspace's mailboxes; `id` is what `filter[domains][]` takes. */
export async function listDomains(core: Core, principal: Principal) {
  const domains = (await scan(core, principal, {})).map(({ mailbox }) => domainOf(mailbox.email));
  return { domains: [...new Set(domains)].sort().map((name) => ({ id: name, name })) };
}

/** Providers of the workspace's mailboxes; `id` is what `filter[providers][]` takes. */
export async function listProviders(core: Core, principal: Principal) {
  const names = { google: 'Google', microsoft: 'Outlook' } as const;
  const found = await Promise.all(
    (['google', 'microsoft'] as const).map(async (provider) => {
      const { total } = await core.mailboxes.slice(principal, { provider }, { offset: 0, limit: 1 });
      return total > 0 ? [{ id: providerNames[provider], name: names[provider] }] : [];
    }),
  );
  return { providers: found.flat() };
}

async function scanSlice(core: Core, principal: Principal, wanted: Query, offset: number) {
  const { domains, groupId, order, perPage } = wanted;
  const fitting = (await scan(core, principal, wanted.filter)).filter(
    ({ mailbox }) =>
      (domains === null || domains.includes(domainOf(mailbox.email))) &&
      (groupId === null || ownSettings(mailbox.settings).groupId === groupId),
  );
  if (order !== 0) {
    fitting.sort((a, b) => order * (a.mailbox.email < b.mailbox.email ? -1 : 1));
  }
  return { items: fitting.slice(offset, offset + perPage), total: fitting.length };
}

async function scan(core: Core, principal: Principal, filter: MailboxFilter): Promise<MailboxWithGrant[]> {
  const all: MailboxWithGrant[] = [];
  for (;;) {
    const slice = { offset: all.length, limit: scanPage };
    const { items, total } = await core.mailboxes.slice(principal, filter, slice);
    if (total > scanMax) {
      throw unprocessable(`more than ${scanMax} mailboxes to go through: narrow the list by filter[email]`);
    }
    all.push(...items);
    if (items.length < scanPage) return all;
  }
}

const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1);

function readQuery(query: unknown): Query {
  const fields = namesWithoutBrackets(query);
  const mistakes: string[] = [];
  const read = createReader(fields, mistakes);
  const page = read.whole('page', 1, pageMax) ?? 1;
  const perPage = read.whole('per_page', 1, Number.MAX_SAFE_INTEGER) ?? perPageDefault;
  const search = read.text('filter[email]', 320)?.trim();
  const groupId = read.whole('filter[group_id]', 0, Number.MAX_SAFE_INTEGER) ?? null;
  const sorting = read.oneOf('sorting[email]', ['asc', 'desc', 'ASC', 'DESC']);
  refuseIf(mistakes);
  const providerWords = listOf(fields['filter[providers]']);
  const providers =
    providerWords && [...new Set(providerWords.map(providerOf))].filter((one) => one !== null);
  const [only] = providers ?? [];
  return {
    page,
    perPage: Math.min(perPage, perPageMax),
    isSimple: fields.response_type === 'simple',
    filter: {
      ...(search ? { search } : {}),
      ...(providers?.length === 1 && only !== undefined ? { provider: only } : {}),
    },
    providers,
    domains: listOf(fields['filter[domains]'])?.map((name) => name.toLowerCase()) ?? null,
    groupId,
    order: sorting === undefined ? 0 : sorting.toLowerCase() === 'asc' ? 1 : -1,
  };
}

/** `filter[domains][]`, also doubled by clients that add brackets of their own, becomes `filter[domains]`. */
function namesWithoutBrackets(query: unknown): Fields {
  if (typeof query !== 'object' || query === null) return {};
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name.replace(/(?:\[\])+$/, ''), value]),
  );
}

function listOf(value: unknown): string[] | null {
  const words = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
  const named = words.flatMap((word) => word.split(',')).map((word) => word.trim());
  const good = named.filter((word) => word !== '');
  return good.length > 0 ? good : null;
}

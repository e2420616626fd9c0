// The list of mailboxes by position, in pages of one size: those that somebody looks at are asked for, kept fresh and
// given up when they are left before they have come. How long the list is follows from all that was heard of it.
import { hashKey, type QueryClient, useQueries, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Mailbox } from '../../../sdk/src/index.ts';
import { type Api, useApi } from './api-context.tsx';
import { type HeardPage, lengthOf, lengthOfPage } from './mailbox-list-end.ts';
import { useMailboxSummary } from './mailbox-summary.ts';
import type { MailboxFilter } from './mailboxes.ts';

/** What a row of the list shows; the rest of a mailbox need not stay in memory. */
export type MailboxRow = Pick<Mailbox, 'id' | 'email' | 'name' | 'provider' | 'status' | 'customer'> & {
  sentence: string | null;
  verifiedAt: string | null;
};

export const mailboxPageSize = 100;

/** Pages that nobody looks at and that are kept for a way back. */
const keptMax = 20;
/** Of rows that are asked for to be selected. */
const askedAtOnce = 4;

type MailboxPage = HeardPage & { rows: MailboxRow[] };

/** What there is to be seen of a list. */
export type MailboxView = {
  rowAt: (index: number) => MailboxRow | undefined;
  length: number;
  /** False while there are more than `length`, nobody knows how many. */
  isExact: boolean;
};

export type MailboxPages = {
  /** Null while nothing has come. Of the filter before while the new one's first page is on its way (`isOfBefore`). */
  view: MailboxView | null;
  isOfBefore: boolean;
  error: Error | null;
  retry: () => void;
  /** Tells which rows are looked at, by their places. */
  look: (first: number, last: number) => void;
  /** The rows from place to place, asked for where they are not there; fewer when the list is shorter. */
  load: (first: number, last: number) => Promise<MailboxRow[]>;
};

export function useMailboxPages(filter: MailboxFilter): MailboxPages {
  const api = useApi();
  const queries = useQueryClient();
  const summary = useMailboxSummary(filter);
  const [look, pages] = usePagesLookedAt(filter);
  const results = useQueries({ queries: pages.map((page) => pageQuery(api, filter, page)) });
  // biome-ignore lint/correctness/useExhaustiveDependencies: when others are looked at, some are left.
  useEffect(() => letGo(queries, api), [queries, api, pages]);

  const count =
    summary.data === undefined || summary.isPlaceholderData
      ? null
      : { total: summary.data.total, at: summary.dataUpdatedAt };
  const known = heardOf(queries, api, filter);
  const length = lengthOf(mailboxPageSize, count, [...known.values()]);
  useAgreement(results, pages, { countedAt: count?.at ?? 0, length: length?.length ?? null });

  const error = results.find((result) => result.error !== null)?.error ?? null;
  const hasCome = length !== null && (length.length === 0 || known.size > 0);
  const now: MailboxView | null = hasCome
    ? { ...length, rowAt: (index) => rowIn(known.get(Math.floor(index / mailboxPageSize)), index) }
    : null;
  const before = useBefore(api, now);
  const load = useCallback(
    (first: number, last: number) => loadRows(queries, api, filter, { first, last }),
    [queries, api, filter],
  );
  return {
    view: now ?? (error === null ? before : null),
    isOfBefore: now === null && error === null && before !== null,
    error,
    retry: () => {
      for (const result of results) if (result.isError) void result.refetch();
    },
    look,
    load,
  };
}

/** Another filter is looked at from its beginning until somebody says otherwise. */
function usePagesLookedAt(filter: MailboxFilter): [MailboxPages['look'], readonly number[]] {
  const [looked, setLooked] = useState({ filter, pages: atFirst });
  const look = useCallback(
    (first: number, last: number) => {
      const begin = Math.floor(Math.max(first, 0) / mailboxPageSize);
      const end = Math.floor(Math.max(last, first, 0) / mailboxPageSize);
      const pages = Array.from({ length: end - begin + 1 }, (_, turn) => begin + turn);
      setLooked((before) =>
        before.filter === filter && before.pages.join() === pages.join() ? before : { filter, pages },
      );
    },
    [filter],
  );
  return [look, looked.filter === filter ? looked.pages : atFirst];
}

const atFirst: readonly number[] = [0];

const allPagesKey = ({ key }: Api) => key('mailboxes', 'list');
/** As a text: of keys that are objects, the one with fewer members would also stand for the one with more. */
const listKey = (api: Api, filter: MailboxFilter) => [...allPagesKey(api), hashKey([filter])];

const pageQuery = (api: Api, filter: MailboxFilter, page: number) => ({
  queryKey: [...listKey(api, filter), page],
  // The signal is heeded, so that a page that is left before it has come is given up.
  queryFn: ({ signal }: { signal: AbortSignal }) => askFor(api, filter, page, { signal }),
});

async function askFor(
  { client }: Api,
  filter: MailboxFilter,
  page: number,
  options: { signal?: AbortSignal } = {},
): Promise<MailboxPage> {
  const asked = { ...filter, limit: mailboxPageSize, skip: page * mailboxPageSize };
  const { items, next_cursor: next } = await client.mailboxes.list(asked, options);
  return { page, rows: items.map(rowOf), length: items.length, isLast: next === null, at: Date.now() };
}

const rowOf = (mailbox: Mailbox): MailboxRow => {
  const { id, email, name, provider, status, customer, verdict, verification } = mailbox;
  return {
    ...{ id, email, name, provider, status, customer },
    sentence: verdict?.sentence ?? null,
    verifiedAt: verification?.verified_at ?? null,
  };
};

const rowIn = (page: MailboxPage | undefined, index: number): MailboxRow | undefined =>
  page?.rows[index % mailboxPageSize];

function heardOf(queries: QueryClient, api: Api, filter: MailboxFilter): Map<number, MailboxPage> {
  const found = queries.getQueriesData<MailboxPage>({ queryKey: listKey(api, filter) });
  return new Map(found.flatMap(([, page]) => (page === undefined ? [] : [[page.page, page]])));
}

/** A page that was heard of before the list was counted, and does not fit the count, is asked for again: once. */
function useAgreement(
  results: readonly {
    data: MailboxPage | undefined;
    isFetching: boolean;
    isError: boolean;
    refetch: () => unknown;
  }[],
  pages: readonly number[],
  { countedAt, length }: { countedAt: number; length: number | null },
): void {
  useEffect(() => {
    if (length === null) return;
    results.forEach(({ data, isFetching, isError, refetch }, turn) => {
      if (data === undefined || isFetching || isError || data.at >= countedAt) return;
      const expected = lengthOfPage(pages[turn] ?? 0, mailboxPageSize, length);
      if (data.length !== expected) refetch();
    });
  }, [results, pages, countedAt, length]);
}

/** What was seen last, in the same workspace. */
function useBefore(api: Api, now: MailboxView | null): MailboxView | null {
  const before = useRef<{ api: Api; view: MailboxView } | null>(null);
  useEffect(() => {
    if (now !== null) before.current = { api, view: now };
  }, [api, now]);
  return before.current?.api === api ? before.current.view : null;
}

/** The oldest of those that nobody looks at, so that whoever goes through a long list does not keep all of it. */
function letGo(queries: QueryClient, api: Api): void {
  const cache = queries.getQueryCache();
  const left = cache.findAll({ queryKey: allPagesKey(api), type: 'inactive' });
  const newestFirst = left.sort((one, other) => other.state.dataUpdatedAt - one.state.dataUpdatedAt);
  for (const query of newestFirst.slice(keptMax)) cache.remove(query);
}

/** Rows that were seen are taken as they were seen. */
async function loadRows(
  queries: QueryClient,
  api: Api,
  filter: MailboxFilter,
  { first, last }: { first: number; last: number },
): Promise<MailboxRow[]> {
  const end = Math.floor(last / mailboxPageSize);
  const known = heardOf(queries, api, filter);
  const rows: MailboxRow[] = [];
  for (let page = Math.floor(first / mailboxPageSize); page <= end; page += askedAtOnce) {
    const some = Array.from({ length: Math.min(askedAtOnce, end - page + 1) }, (_, turn) => page + turn);
    const found = await Promise.all(some.map((each) => known.get(each) ?? askFor(api, filter, each)));
    for (const each of found) {
      const from = each.page * mailboxPageSize;
      rows.push(...each.rows.slice(Math.max(first - from, 0), last - from + 1));
    }
  }
  return rows;
}

/** After a change: what is seen of mailboxes is asked for again, and what was kept of the list is let go. */
export function useFreshMailboxes(): () => Promise<void> {
  const api = useApi();
  const queries = useQueryClient();
  return useCallback(() => {
    queries.removeQueries({ queryKey: allPagesKey(api), type: 'inactive' });
    return queries.invalidateQueries({ queryKey: api.key('mailboxes') });
  }, [queries, api]);
}

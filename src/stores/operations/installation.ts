// What is asked about the whole installation: queues by their indexes up to a bound, and counts in slices by id.
import { type RawBuilder, sql } from 'kysely';
import { verdictTable } from '../../core/diagnosis.ts';
import type { CountedSlice, StatusCount, StoreOperations } from '../../core/ports.ts';
import type { Session } from '../engine.ts';
import { countsColumn } from '../json-columns.ts';
import { type Row, readRow } from '../row.ts';
import { providerNames } from '../words.ts';
import { breakerFromRow } from './breakers.ts';
import type { Context } from './context.ts';
import { blockFromRow } from './limits.ts';
import { waitingEndpoints } from './waiting-webhooks.ts';

/** Whoever refreshes by himself takes the oldest ones, so that they are among these. */
const leasedAmong = 2_000;

export const installationOperations = ({ session }: Context): StoreOperations['installation'] => ({
  refreshQueue: async ({ now, overdueBefore, most }) => {
    const isDue = (before: number) => sql`status = 'active' and keep_alive_at <= ${sql.lit(before)}`;
    const oldestDueAt = await first(
      session,
      sql`select keep_alive_at as value from grants
      where ${isDue(now)} order by keep_alive_at limit 1`,
    );
    if (oldestDueAt === null) return { due: 0, overdue: 0, leased: 0, oldestDueAt };
    const oldest = sql`select lease_until from grants where ${isDue(now)}
      order by keep_alive_at, id limit ${sql.lit(leasedAmong)}`;
    const counts = await Promise.all([
      countOf(session, sql`select id from grants where ${isDue(now)} limit ${sql.lit(most)}`),
      countOf(session, sql`select id from grants where ${isDue(overdueBefore)} limit ${sql.lit(most)}`),
      first(
        session,
        sql`select count(*) as value from (${oldest}) as oldest where lease_until > ${sql.lit(now)}`,
      ),
    ]);
    return { due: counts[0], overdue: counts[1], leased: counts[2] ?? 0, oldestDueAt };
  },
  webhookQueue: async ({ now, failedSince, most }) => {
    const oldest = await first(
      session,
      // What an endpoint has asked time for is not late.
      sql`with recursive ${waitingEndpoints()}
      select min(waiting.due_at) as value
      from waiting join webhook_endpoints on webhook_endpoints.id = waiting.endpoint_id
      where webhook_endpoints.held_until <= ${sql.lit(now)}`,
    );
    const [pending, failed] = await Promise.all([
      countOf(
        session,
        sql`select id from webhook_deliveries where status = 'pending' limit ${sql.lit(most)}`,
      ),
      countOf(
        session,
        sql`select id from webhook_deliveries
        where status = 'failed' and finished_at >= ${sql.lit(failedSince)} and is_test = 0 limit ${sql.lit(most)}`,
      ),
    ]);
    return { pending, oldestDueAt: oldest !== null && oldest <= now ? oldest : null, failed };
  },
  blocks: async (now, limit) => {
    const rows = await session.reader
      .selectFrom('limit_blocks')
      .selectAll()
      .where('until', '>', now)
      // It ends before it is forgotten: what is forgotten need not be looked at.
      .where('remembered_until', '>', now)
      .orderBy('remembered_until', 'desc')
      .limit(limit)
      .execute();
    return rows.map(blockFromRow);
  },
  removeBlock: async (key, now) => {
    const { numDeletedRows } = await session.writer
      .deleteFrom('limit_blocks')
      .where('key', '=', key)
      .where('until', '>', now)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  },
  breakers: async (limit) => {
    const rows = await session.reader
      .selectFrom('breakers')
      .selectAll()
      .orderBy('trips', 'desc')
      .orderBy('key')
      .limit(limit)
      .execute();
    return rows.map(breakerFromRow);
  },
  oauthClientNames: async (ids) => {
    if (ids.length === 0) return [];
    const rows = await session.reader
      .selectFrom('oauth_clients')
      .select(['id', 'name', 'provider', 'workspace_id', 'deleted_at'])
      .where('id', 'in', ids)
      .execute();
    return rows.map((row) => {
      const { text, textOrNull, oneOf, integerOrNull } = readRow('oauth_clients', row);
      return {
        id: text('id'),
        name: text('name'),
        provider: oneOf('provider', providerNames),
        workspaceId: textOrNull('workspace_id'),
        deletedAt: integerOrNull('deleted_at'),
      };
    });
  },
  workspaceNames: async (ids) => {
    if (ids.length === 0) return [];
    const query = session.reader.selectFrom('workspaces').select(['id', 'name']).where('id', 'in', ids);
    return (await query.execute()).map(({ id, name }) => ({ id, name }));
  },
  countGrants: (after, limit) =>
    countSlice(
      session,
      sql`select grants.id, grants.provider, grants.status from grants where ${isAfter('grants.id', after)}
        order by grants.id limit ${sql.lit(limit)}`,
      limit,
    ),
  countMailboxes: (after, limit) =>
    countSlice(
      session,
      sql`select mailboxes.id, mailboxes.provider, ${mailboxStatus} as status from mailboxes
        join grants on grants.id = mailboxes.grant_id
        join oauth_clients on oauth_clients.id = grants.oauth_client_id
        where ${isAfter('mailboxes.id', after)} order by mailboxes.id limit ${sql.lit(limit)}`,
      limit,
    ),
  totals: async () => {
    const row = await session.reader
      .selectFrom('installation_totals')
      .selectAll()
      .where('name', '=', totalsName)
      .executeTakeFirst();
    if (row === undefined || row.counted_at === null) return null;
    const { json, integer } = readRow('installation_totals', row);
    return { ...json('totals', countsColumn), countedAt: integer('counted_at') };
  },
  claimCounting: async (now, until) => {
    const claimed = await session.writer
      .insertInto('installation_totals')
      .values({ name: totalsName, totals: '{"grants":[],"mailboxes":[]}', counted_at: null, next_at: until })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ next_at: until })
          // A time far ahead is of a clock that has been put back since.
          .where((eb) =>
            eb.or([
              eb('installation_totals.next_at', '<=', now),
              eb('installation_totals.next_at', '>', now + nextMillisecondsMax),
            ]),
          ),
      )
      .returning('name')
      .execute();
    return claimed.length > 0;
  },
  saveTotals: async ({ grants, mailboxes, countedAt }, nextAt) => {
    await session.writer
      .updateTable('installation_totals')
      .set({ totals: JSON.stringify({ grants, mailboxes }), counted_at: countedAt, next_at: nextAt })
      .where('name', '=', totalsName)
      .execute();
  },
});

const totalsName = 'all';
const nextMillisecondsMax = 24 * 3600 * 1000;

/** Numbers of our own are written out, so that no engine has to guess their type, and conditions of indexes are met. */
const first = async ({ reader }: Session, query: RawBuilder<unknown>): Promise<number | null> => {
  const { rows } = await sql<{ value: unknown }>`${query}`.execute(reader);
  const value = rows[0]?.value ?? null;
  return value === null ? null : Number(value);
};

const countOf = async (session: Session, query: RawBuilder<unknown>): Promise<number> =>
  (await first(session, sql`select count(*) as value from (${query}) as counted`)) ?? 0;

const isAfter = (column: string, id: string | null): RawBuilder<unknown> =>
  id === null ? sql`1 = 1` : sql`${sql.ref(column)} > ${id}`;

/** `rows`: id, provider, status. */
const countSlice = async (
  { reader }: Session,
  rows: RawBuilder<unknown>,
  limit: number,
): Promise<CountedSlice> => {
  const answer = await sql<Row>`select provider, status, count(*) as total, max(id) as last
    from (${rows}) as slice group by provider, status`.execute(reader);
  const groups = answer.rows.map((row) => {
    const { text, integer } = readRow('slice', row);
    return {
      provider: text('provider'),
      status: text('status'),
      count: integer('total'),
      last: text('last'),
    };
  });
  const counts: StatusCount[] = groups.map(({ provider, status, count }) => ({ provider, status, count }));
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const last =
    groups
      .map((group) => group.last)
      .sort()
      .at(-1) ?? null;
  return { counts, next: total < limit ? null : last };
};

const lasting = Object.entries(verdictTable).flatMap(([reason, { healsItself }]) =>
  healsItself ? [] : [reason],
);

/**
 * As `statusOf` of the core says it of one mailbox (core/verification.ts; a test compares them), by the texts of the
 * JSON columns: a quote inside a JSON string is escaped, so that these can only be members.
 */
const mailboxStatus = sql`case
  when mailboxes.disabled_at is not null then 'disabled'
  when grants.status <> 'active' or oauth_clients.deleted_at is not null then 'needs_reauthorization'
  when grants.lost_scopes <> '[]' then 'degraded'
  when ${sql.join(
    lasting.map((reason) => sql`grants.failure like ${sql.lit(`%"reason":"${reason}"%`)}`),
    sql` or `,
  )} then 'degraded'
  when mailboxes.verification is null then 'verifying'
  when mailboxes.verification like '%"ok":false%' then 'degraded'
  else 'connected' end`;

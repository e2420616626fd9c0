// When grants are due and when they end: reads noted in batches, and warnings ahead.
import { type RawBuilder, sql } from 'kysely';
import type { Grant } from '../../core/grants.ts';
import type { StoreOperations, TokenRead } from '../../core/ports.ts';
import { keptWarning } from '../refreshed-rows.ts';
import { readable } from '../row.ts';
import { type Context, changed } from './context.ts';
import { grantFromRow } from './grant-rows.ts';

type Operations = Pick<
  StoreOperations['grants'],
  | 'dropLeases'
  | 'postponeKeepAlive'
  | 'pullForward'
  | 'noteReads'
  | 'ending'
  | 'noteEndWarning'
  | 'correctEnds'
>;

export const grantDues = ({ session, keyring }: Context): Operations => ({
  dropLeases: async (owner, { now, grants }) => {
    if (grants.length === 0) return;
    const rows = grants.map(({ id, postponedUntil }) => sql`(${id}, ${integer(postponedUntil)})`);
    await session.unit(async ({ writer, held }) => {
      const ids = grants.map(({ id }) => id);
      const inOrder = held(writer.selectFrom('grants').select('id').where('id', 'in', ids).orderBy('id'));
      await sql`
        update grants set lease_owner = null, lease_until = 0,
          keep_alive_at = case when dropped.column2 is not null and grants.keep_alive_at <= ${integer(now)}
            then dropped.column2 else grants.keep_alive_at end
        from (values ${sql.join(rows)}) as dropped
        where grants.id = dropped.column1 and grants.lease_owner = ${owner} and grants.id in ${inOrder}
      `.execute(writer);
    });
  },
  postponeKeepAlive: async (id, { now, until }) => {
    await session.writer
      .updateTable('grants')
      .set({ keep_alive_at: until })
      .where('id', '=', id)
      .where('keep_alive_at', '<=', now)
      .execute();
  },
  pullForward: async ({ latest, to, limit }) => {
    const beyond = session.writer
      .selectFrom('grants')
      .select('id')
      .where('status', '=', 'active')
      .where('keep_alive_at', '>', latest)
      .limit(limit);
    const { numUpdatedRows } = await session.writer
      .updateTable('grants')
      .set({ keep_alive_at: to })
      .where(session.isAmong(beyond))
      .executeTakeFirst();
    return Number(numUpdatedRows);
  },
  // Grants before token sets, as everybody does, and each in the order of its key, as all do who write several. The
  // second matters by itself: a read that brings nothing forward writes token sets without holding their grants.
  noteReads: async (reads) => {
    if (reads.length === 0) return;
    const grantIds = [...new Set(reads.map(({ grantId }) => grantId))];
    const due = reads.filter(({ dueAt }) => dueAt !== null);
    await session.unit(async (unit) => {
      if (due.length > 0) {
        const ids = [...new Set(due.map(({ grantId }) => grantId))];
        const held = unit.held(
          unit.writer.selectFrom('grants').select('id').where('id', 'in', ids).orderBy('id'),
        );
        await sql`
          update grants set keep_alive_at = soonest.due_at
          from (
            select read_now.column1 as grant_id, min(read_now.column5) as due_at
            from ${readsTable(due)}
            inner join token_sets on token_sets.grant_id = read_now.column1
              and token_sets.resource = read_now.column2
              and token_sets.obtained_at = read_now.column3
              and (token_sets.read_at is null or token_sets.read_at < read_now.column5)
            group by read_now.column1
          ) as soonest
          where grants.id = soonest.grant_id and grants.keep_alive_at > soonest.due_at and grants.id in ${held}
        `.execute(unit.writer);
      }
      const held = unit.held(
        unit.writer
          .selectFrom('token_sets')
          .select('grant_id')
          .where('grant_id', 'in', grantIds)
          .orderBy('grant_id')
          .orderBy('resource'),
      );
      await sql`
        update token_sets set read_at = read_now.column4
        from ${readsTable(reads)}
        where token_sets.grant_id = read_now.column1 and token_sets.resource = read_now.column2
          and (token_sets.read_at is null or token_sets.read_at < read_now.column4)
          and token_sets.grant_id in ${held}
      `.execute(unit.writer);
    });
  },
  // Those that cannot be read are left out, without being taken for the end of the walk: the claim of what is due
  // tells of them.
  ending: async (before, warnedDays, limit, after) => {
    const slice = (from: typeof after) => {
      const query = session.reader
        .selectFrom('grants')
        .selectAll()
        .where('status', '=', sql.lit('active'))
        .where('ends_at', 'is not', null)
        .where('ends_at', '<', before)
        .where((eb) => eb.or([eb('end_warned_days', 'is', null), eb('end_warned_days', '>', warnedDays)]));
      const rest = from
        ? query.where((eb) => eb(eb.refTuple('ends_at', 'id'), '>', eb.tuple(from.endsAt, from.id)))
        : query;
      return rest.orderBy('ends_at').orderBy('id').limit(limit).execute();
    };
    const found: Grant[] = [];
    let from = after;
    for (;;) {
      const rows = await slice(from);
      found.push(...readable(rows, (row) => grantFromRow(row, keyring)));
      const last = rows.at(-1);
      if (last === undefined || rows.length < limit || found.length >= limit) return found.slice(0, limit);
      from = { endsAt: last.ends_at, id: last.id };
    }
  },
  noteEndWarning: async (id, { version, days }) =>
    changed(
      await session.writer
        .updateTable('grants')
        .set({ end_warned_days: days })
        .where('id', '=', id)
        .where('status', '=', sql.lit('active'))
        .where('version', '=', version)
        .where((eb) => eb.or([eb('end_warned_days', 'is', null), eb('end_warned_days', '>', days)]))
        .executeTakeFirst(),
    ),
  correctEnds: async (ends) => {
    if (ends.length === 0) return;
    await session.unit(async ({ writer, held }) => {
      const ids = ends.map(({ id }) => id);
      const rows = ends.map(
        ({ id, version, endsAt }) => sql`(${id}, ${integer(version)}, ${integer(endsAt)})`,
      );
      const inOrder = held(writer.selectFrom('grants').select('id').where('id', 'in', ids).orderBy('id'));
      await sql`
        update grants set ends_at = known.column3, end_warned_days = ${keptWarning(sql.ref('known.column3'))}
        from (values ${sql.join(rows)}) as known
        where grants.id = known.column1 and grants.version = known.column2 and grants.id in ${inOrder}
      `.execute(writer);
    });
  },
});

/** Both engines name the columns of such a table alike, and PostgreSQL wants to be told that they are numbers. */
const readsTable = (reads: readonly TokenRead[]): RawBuilder<unknown> => {
  const rows = reads.map(
    ({ grantId, resource, obtainedAt, readAt, dueAt }) =>
      sql`(${grantId}, ${resource}, ${integer(obtainedAt)}, ${integer(readAt)}, ${integer(dueAt)})`,
  );
  return sql`(values ${sql.join(rows)}) as read_now`;
};

const integer = (value: number | null): RawBuilder<number> => sql<number>`cast(${value} as bigint)`;

// What a refresh writes on PostgreSQL: the lease that it takes, and what it saves. Both for many grants in one
// statement, so that the refreshes of one moment share a round trip and a commit; each row has its own result. A row
// that somebody else holds at this moment keeps no group waiting.
import { CompiledQuery, type Kysely, sql } from 'kysely';
import { GatewayError } from '../core/errors.ts';
import type { GrantClaim, RefreshedRows } from './engine.ts';
import { groupedCalls } from './grouped-calls.ts';
import { selectLoaded } from './operations/grant-joins.ts';
import { serverNowText } from './postgres-change-feed.ts';
import {
  leaseMillisecondsMax,
  replacingTokenSet,
  sameEndMilliseconds,
  tokenSetColumns,
} from './refreshed-rows.ts';
import { type Row, rowsByGrant } from './row.ts';
import type { Tables } from './schema.ts';

/** Two at a time: while one commits, the next one is on its way. The rest of the pool is for everybody else. */
const group = { sizeMax: 100, groupsMax: 2, waitingMax: 1_000 } as const;

/** A lost or busy database says nothing of a single row, and what was sent may have been done. */
const mayBeOfOne = (error: unknown): boolean => error instanceof GatewayError && error.code !== 'overloaded';

/** `onSaved` hears of those that were to be announced, also after a failure: what was sent may be committed. */
export const groupedSaves = (db: Kysely<Tables>, onSaved: (announced: readonly RefreshedRows[]) => void) => {
  const save = async (calls: readonly RefreshedRows[], way: 'waits' | 'skips'): Promise<Set<string>> => {
    const announced = calls.filter(({ isAnnounced }) => isAnnounced);
    try {
      return await saveRefreshes(db, calls, { way, isTold: announced.length > 0 });
    } finally {
      if (announced.length > 0) onSaved(announced);
    }
  };
  return groupedCalls<RefreshedRows, boolean>({
    ...group,
    keyOf: ({ grantId }) => grantId,
    // Whether one that is not among them has another version or is held by somebody, only waiting can tell.
    together: async (calls) => {
      const saved = await save(calls, 'skips');
      return calls.map(({ grantId }) => (saved.has(grantId) ? true : null));
    },
    alone: async (call) => (await save([call], 'waits')).has(call.grantId),
    mayBeOfOne,
  });
};

export const groupedClaims = (db: Kysely<Tables>) => {
  const claim = async (calls: readonly GrantClaim[]): Promise<Row[][]> => {
    const rows = rowsByGrant(await claimGrants(db, calls));
    return calls.map(({ id }) => rows.get(id) ?? []);
  };
  return groupedCalls<GrantClaim, Row[]>({
    ...group,
    keyOf: ({ id }) => id,
    together: claim,
    alone: async (call) => (await claim([call]))[0] ?? [],
    mayBeOfOne,
  });
};

/** The columns of what is given, in the order of the parameters. */
const given: readonly { name: string; type: string; of: (rows: RefreshedRows) => unknown }[] = [
  { name: 'grant_id', type: 'text', of: ({ grantId }) => grantId },
  { name: 'version', type: 'bigint', of: ({ version }) => version },
  { name: 'refresh_token', type: 'bytea', of: ({ refreshToken }) => refreshToken },
  { name: 'keeps_expiry', type: 'boolean', of: ({ keepsExpiry }) => keepsExpiry },
  { name: 'refresh_token_expires_at', type: 'bigint', of: (rows) => rows.refreshTokenExpiresAt },
  { name: 'lost_scopes', type: 'text', of: ({ lostScopes }) => lostScopes },
  { name: 'at', type: 'bigint', of: ({ at }) => at },
  { name: 'keep_alive_at', type: 'bigint', of: ({ keepAliveAt }) => keepAliveAt },
  { name: 'ends_at', type: 'bigint', of: ({ endsAt }) => endsAt },
  { name: 'is_announced', type: 'boolean', of: ({ isAnnounced }) => isAnnounced },
  { name: 'resource', type: 'text', of: ({ tokenSet }) => tokenSet.resource },
  { name: 'access_token', type: 'bytea', of: ({ tokenSet }) => tokenSet.access_token },
  { name: 'scope', type: 'text', of: ({ tokenSet }) => tokenSet.scope },
  { name: 'obtained_at', type: 'bigint', of: ({ tokenSet }) => tokenSet.obtained_at },
  { name: 'expires_at', type: 'bigint', of: ({ tokenSet }) => tokenSet.expires_at },
  { name: 'read_at', type: 'bigint', of: ({ tokenSet }) => tokenSet.read_at },
];

type SaveWay = { way: 'waits' | 'skips'; isTold: boolean };

/**
 * The ids of those that were saved: compare-and-swap of each grant and, only of those that won, the token set. Of one
 * grant there must be one at most. Token sets are written in the order of their keys, as everybody does who writes
 * several: not all of them hold the grants.
 */
export const saveRefreshes = async (
  db: Kysely<Tables>,
  calls: readonly RefreshedRows[],
  { way, isTold }: SaveWay,
): Promise<Set<string>> => {
  const text = saveTexts[way][isTold ? 'told' : 'untold'];
  const parameters = given.map(({ of }) => calls.map(of));
  const { rows } = await db.executeQuery<{ grant_id: string }>(CompiledQuery.raw(text, parameters));
  return new Set(rows.map(({ grant_id }) => grant_id));
};

const saveText = ({ way, isTold }: SaveWay): string => `
  with given as (
    select * from unnest(${given.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')})
      as given (${given.map(({ name }) => name).join(', ')})
  ), ${
    way === 'waits'
      ? ''
      : `free as materialized (
    select grants.id from given
      join grants on grants.id = given.grant_id and grants.version = given.version
      for no key update of grants skip locked
  ),`
  } won as (
    update grants set
      lease_owner = null, lease_until = 0,
      refresh_token = coalesce(given.refresh_token, grants.refresh_token),
      refresh_token_expires_at = case when given.keeps_expiry
        then grants.refresh_token_expires_at else given.refresh_token_expires_at end,
      lost_scopes = coalesce(given.lost_scopes, grants.lost_scopes),
      version = grants.version + 1, failure = null, retry_at = null,
      refreshed_at = given.at, updated_at = given.at, keep_alive_at = given.keep_alive_at,
      end_warned_days = case when given.ends_at - grants.ends_at < ${sameEndMilliseconds}
        then grants.end_warned_days end,
      ends_at = given.ends_at
    from given${way === 'waits' ? '' : ' join free on free.id = given.grant_id'}
    where grants.id = given.grant_id and grants.version = given.version
    returning grants.id
  )${
    isTold
      ? `, told as (
    insert into changes (written_by, kind, object_id, written_at)
    select pg_current_xact_id(), 'grant', won.id, ${serverNowText}
      from won join given on given.grant_id = won.id where given.is_announced
    on conflict do nothing
  )`
      : ''
  }
  insert into token_sets (${tokenSetColumns.join(', ')})
  select ${tokenSetColumns.join(', ')} from given join won on won.id = given.grant_id
    order by given.grant_id collate "C"
  ${replacingTokenSet}
  returning grant_id`;

const saveTextsOf = (way: SaveWay['way']) => ({
  told: saveText({ way, isTold: true }),
  untold: saveText({ way, isTold: false }),
});
const saveTexts = { waits: saveTextsOf('waits'), skips: saveTextsOf('skips') } as const;

/** Takes the leases that are free, and answers the grants that it took them of, each with its OAuth client and its token sets. */
export const claimGrants = async (db: Kysely<Tables>, calls: readonly GrantClaim[]): Promise<Row[]> => {
  claimQuery ??= sql<Row>`
    with given as (
      select * from unnest(${''}::text[], ${''}::text[], ${''}::bigint[], ${''}::bigint[])
        as given (grant_id, owner, now, until)
    ), free as materialized (
      select grants.id, given.owner, given.until from given
        join grants on grants.id = given.grant_id
          and grants.status = 'active' and (grants.lease_until <= given.now
            or grants.lease_until > given.now + ${sql.lit(leaseMillisecondsMax)})
        for no key update of grants skip locked
    ), changed as (
      update grants set lease_owner = free.owner, lease_until = free.until
        from free where grants.id = free.id returning grants.*
    )
    ${selectLoaded(sql`changed as grants`)}`.compile(db);
  const parameters = [
    calls.map(({ id }) => id),
    calls.map(({ lease }) => lease.owner),
    calls.map(({ lease }) => lease.now),
    calls.map(({ lease }) => lease.until),
  ];
  const { rows } = await db.executeQuery<Row>({ ...claimQuery, parameters });
  return rows;
};

let claimQuery: CompiledQuery<Row> | null = null;

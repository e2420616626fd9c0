// What a refresh writes on SQLite: the lease that it takes, and what it saves. The writer thread commits what comes at
// one moment together, so saves need no grouping of their own; leases have one, so that the rows of many are read at once.
import { type CompiledQuery, type Kysely, sql } from 'kysely';
import type { GrantClaim, RefreshedRows } from './engine.ts';
import { groupedCalls } from './grouped-calls.ts';
import { selectLoaded } from './operations/grant-joins.ts';
import {
  leaseMillisecondsMax,
  replacingTokenSet,
  sameEndMilliseconds,
  tokenSetColumns,
} from './refreshed-rows.ts';
import { type Row, rowsByGrant } from './row.ts';
import type { Tables } from './schema.ts';
import type { Statement, StatementResult, Unit } from './sqlite-protocol.ts';

const updateText = `
  update grants set
    lease_owner = null, lease_until = 0,
    refresh_token = coalesce(?, refresh_token),
    refresh_token_expires_at = case when ? then refresh_token_expires_at else ? end,
    lost_scopes = coalesce(?, lost_scopes),
    version = version + 1, failure = null, retry_at = null,
    refreshed_at = ?, updated_at = ?, keep_alive_at = ?,
    end_warned_days = case when ? - ends_at < ${sameEndMilliseconds} then end_warned_days end,
    ends_at = ?
  where id = ? and version = ?`;

const upsertText = `
  insert into token_sets (${tokenSetColumns.join(', ')})
  values (${tokenSetColumns.map(() => '?').join(', ')}) ${replacingTokenSet}`;

/** The compare-and-swap of the grant, and the token set: the second is for those that won the first. */
export const savingUnit = (rows: RefreshedRows): [Statement, Statement] => {
  const { grantId, version, refreshToken, keepsExpiry, refreshTokenExpiresAt, lostScopes } = rows;
  const { at, keepAliveAt, endsAt, tokenSet } = rows;
  return [
    {
      sql: updateText,
      parameters: [
        refreshToken,
        keepsExpiry ? 1 : 0,
        refreshTokenExpiresAt,
        lostScopes,
        at,
        at,
        keepAliveAt,
        endsAt,
        endsAt,
        grantId,
        version,
      ],
    },
    {
      sql: upsertText,
      parameters: tokenSetColumns.map((column) => tokenSet[column]),
    },
  ];
};

const claimText = `
  update grants set lease_owner = given.value ->> 'owner', lease_until = given.value ->> 'until'
  from json_each(?) as given
  where grants.id = given.value ->> 'id'
    and +grants.status = 'active' and (grants.lease_until <= given.value ->> 'now'
      or grants.lease_until > (given.value ->> 'now') + ${leaseMillisecondsMax})
  returning grants.id`;

export const claimStatement = (calls: readonly GrantClaim[]): Statement => ({
  sql: claimText,
  parameters: [JSON.stringify(calls.map(({ id, lease }) => ({ id, ...lease })))],
});

/** The grants that were claimed, each with its OAuth client and its token sets. Who holds their leases has nobody to fear. */
export const readClaimed = async (reader: Kysely<Tables>, ids: readonly unknown[]): Promise<Row[]> => {
  if (ids.length === 0) return [];
  readQuery ??= selectLoaded(sql`json_each(${''}) as given join grants on grants.id = given.value`).compile(
    reader,
  );
  const { rows } = await reader.executeQuery<Row>({ ...readQuery, parameters: [JSON.stringify(ids)] });
  return rows;
};

let readQuery: CompiledQuery<Row> | null = null;

export const groupedClaims = (reader: Kysely<Tables>, run: (unit: Unit) => Promise<StatementResult[]>) => {
  const claim = async (calls: readonly GrantClaim[]): Promise<Row[][]> => {
    const [claimed] = await run([claimStatement(calls)]);
    const rows = rowsByGrant(await readClaimed(reader, claimed?.rows.map(({ id }) => id) ?? []));
    return calls.map(({ id }) => rows.get(id) ?? []);
  };
  return groupedCalls<GrantClaim, Row[]>({
    sizeMax: 100,
    groupsMax: 2,
    waitingMax: 4_096,
    keyOf: ({ id }) => id,
    together: claim,
    alone: async (call) => (await claim([call]))[0] ?? [],
    // A failed statement is undone, so it may be done again.
    mayBeOfOne: () => true,
  });
};

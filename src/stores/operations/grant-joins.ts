// A grant joined with its OAuth client and its token sets: one row for each token set, or one without any.
import { type RawBuilder, sql } from 'kysely';
import type { TokenSet } from '../../core/grants.ts';
import type { OAuthClient } from '../../core/oauth-clients.ts';
import type { ClaimedGrants, LoadedGrant } from '../../core/ports.ts';
import type { Keyring } from '../keyring.ts';
import { type Row, readRow, rowsByGrant } from '../row.ts';
import { prefixed } from './context.ts';
import { grantColumns, grantFromRow } from './grant-rows.ts';
import { oauthClientColumns, oauthClientFromRow } from './oauth-client-rows.ts';
import { tokenSetColumns, tokenSetFromRow } from './token-sets.ts';

export const joinedTokenSetColumns = prefixed('token_sets', tokenSetColumns);

/** Of all three tables, under the name `table.column`. */
const loadedColumns = [
  ...prefixed('grants', grantColumns),
  ...prefixed('oauth_clients', oauthClientColumns),
  ...joinedTokenSetColumns,
];

/** `from` gives grants under that name, and may say more behind it; conditions and order are the caller's to add. */
export const selectLoaded = (from: RawBuilder<unknown>): RawBuilder<Row> => sql<Row>`
  select ${sql.join(loadedColumns)} from ${from}
    join oauth_clients on oauth_clients.id = grants.oauth_client_id
    left join token_sets on token_sets.grant_id = grants.id`;

/** Null in a row without one. */
export const tokenSetOfJoined = (row: Row, keyring: Keyring): TokenSet | null =>
  row['token_sets.grant_id'] === null ? null : tokenSetFromRow(row, keyring, 'token_sets.');

/** In the order in which the grants come first. */
export const loadedFromRows = (rows: readonly Row[], keyring: Keyring): ClaimedGrants => {
  const claimed: ClaimedGrants = { grants: [], unreadable: [] };
  const clients: Clients = new Map();
  for (const [id, ofGrant] of rowsByGrant(rows)) {
    try {
      claimed.grants.push(loadedFrom(ofGrant, keyring, clients));
    } catch (error) {
      claimed.unreadable.push({ id, error });
    }
  }
  return claimed;
};

/** Of one grant; null for no rows. Throws for one that cannot be read. */
export const loadedOrNull = (rows: readonly Row[], keyring: Keyring): LoadedGrant | null =>
  rows.length === 0 ? null : loadedFrom(rows, keyring);

/** Those of one result that were read already: due grants have few OAuth clients, each with secrets to open. */
type Clients = Map<string, OAuthClient>;

const loadedFrom = (rows: readonly Row[], keyring: Keyring, clients: Clients = new Map()): LoadedGrant => {
  const [first = {}] = rows;
  const clientId = readRow('oauth_clients', first, 'oauth_clients.').text('id');
  const oauthClient = clients.get(clientId) ?? oauthClientFromRow(first, keyring, 'oauth_clients.');
  clients.set(clientId, oauthClient);
  return {
    grant: grantFromRow(first, keyring, 'grants.'),
    oauthClient,
    tokenSets: rows.flatMap((row) => tokenSetOfJoined(row, keyring) ?? []),
  };
};

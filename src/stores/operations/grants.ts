import { type Kysely, sql } from 'kysely';
import type { Grant } from '../../core/grants.ts';
import type { StoreOperations } from '../../core/ports.ts';
import { readRow } from '../row.ts';
import type { Tables } from '../schema.ts';
import { type Context, changed, firstRowOf } from './context.ts';
import { grantClaims } from './grant-claims.ts';
import { grantDues } from './grant-dues.ts';
import { grantFromRow, rowFromGrant, sealedRefreshToken } from './grant-rows.ts';
import { rowFromTokenSet } from './token-sets.ts';
import { insertOwned } from './workspace-members.ts';

const free = { lease_owner: null, lease_until: 0 } as const;
const nextVersion = sql<number>`version + 1`;

export const grantOperations = ({ session, keyring }: Context): StoreOperations['grants'] => {
  const findById = firstRowOf(session.reader, () =>
    session.reader.selectFrom('grants').selectAll().where('id', '=', ''),
  );
  return {
    insert: async (grant) => {
      await insertOwned(session, 'grants', rowFromGrant(grant, keyring));
    },
    byId: async (id) => {
      const row = await findById(id);
      return row === undefined ? null : grantFromRow(row, keyring);
    },
    bySubject: async ({ workspaceId, oauthClientId, issuer, subject }) => {
      const row = await session.reader
        .selectFrom('grants')
        .selectAll()
        .where('workspace_id', '=', workspaceId)
        .where('oauth_client_id', '=', oauthClientId)
        .where('issuer', '=', issuer)
        .where('subject', '=', subject)
        .executeTakeFirst();
      return row === undefined ? null : grantFromRow(row, keyring);
    },
    replace: (grant) =>
      session.unit(async ({ writer, announce }) => {
        const { id, workspace_id, created_at, ...columns } = rowFromGrant(grant, keyring);
        announce({ kind: 'grant', id });
        return changed(
          await writer
            .updateTable('grants')
            .set({
              ...columns,
              ...free,
              status: 'active',
              failure: null,
              retry_at: null,
              version: nextVersion,
            })
            .where('id', '=', id)
            .executeTakeFirst(),
        );
      }),
    ...grantClaims({ session, keyring }),
    releaseLease: async (id, { owner, retry }) => {
      // Without a failure of its own it leaves alone what another holder noted before.
      const noted = retry === null ? {} : { retry_at: retry.at, failure: JSON.stringify(retry.failure) };
      await session.writer
        .updateTable('grants')
        .set({ ...free, ...noted })
        .where('id', '=', id)
        .where('lease_owner', '=', owner)
        .execute();
    },
    lock: async (id) => {
      const query = session.reader.selectFrom('grants').selectAll().where('id', '=', id);
      const row = await session.heldForRemoval(query).executeTakeFirst();
      return row === undefined ? null : grantFromRow(row, keyring);
    },
    saveRefreshed: async (id, refreshed) => {
      const { version, refreshToken, refreshTokenExpiresAt, tokenSet, at, keepAliveAt, lostScopes } =
        refreshed;
      return session.saveRefreshed({
        grantId: id,
        version,
        refreshToken: refreshToken && sealedRefreshToken(keyring, id, refreshToken),
        refreshTokenExpiresAt,
        // The same token without a word about its end keeps the end that it had.
        keepsExpiry: refreshToken === null && refreshTokenExpiresAt === null,
        lostScopes: lostScopes === undefined ? null : JSON.stringify(lostScopes),
        at,
        keepAliveAt,
        endsAt: refreshed.endsAt,
        tokenSet: rowFromTokenSet({ ...tokenSet, grantId: id }, keyring),
        // A token that is over by itself needs no announcement.
        isAnnounced: refreshed.isAnnounced === true || lostScopes !== undefined,
      });
    },
    markDead: (id, { version, failure, at }) =>
      session.unit(async ({ writer, announce }) => {
        announce({ kind: 'grant', id });
        const update = writer
          .updateTable('grants')
          .set({
            ...free,
            status: 'needs_reauthorization',
            failure: JSON.stringify(failure),
            version: version + 1,
            retry_at: null,
            updated_at: at,
          })
          .where('id', '=', id)
          .where('version', '=', version)
          .where('status', '=', 'active');
        return changed(await update.executeTakeFirst());
      }),
    countSiblings: (grant) => countSiblings(session.reader, grant),
    countOfPerson: async ({ provider, clientId }, { issuer, subject }) => {
      const row = await session.reader
        .selectFrom('grants')
        .innerJoin('oauth_clients', 'oauth_clients.id', 'grants.oauth_client_id')
        .where('oauth_clients.provider', '=', provider)
        .where('oauth_clients.client_id', '=', clientId)
        .where('grants.issuer', '=', issuer)
        .where('grants.subject', '=', subject)
        .where('grants.status', '=', 'active')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return readRow('grants', row).integer('count');
    },
    // The token sets go with it: the reference cascades.
    announce: (id) => session.unit(async ({ announce }) => announce({ kind: 'grant', id })),
    remove: (id) =>
      session.unit(async ({ writer, announce }) => {
        announce({ kind: 'grant', id });
        await writer.deleteFrom('grants').where('id', '=', id).execute();
      }),
    ...grantDues({ session, keyring }),
  };
};

/**
 * The same registration may be entered as several OAuth clients, one per workspace: the provider knows only
 * its client id.
 */
const countSiblings = async (reader: Kysely<Tables>, grant: Grant): Promise<number> => {
  const row = await reader
    .selectFrom('grants as sibling')
    .innerJoin('oauth_clients as theirs', 'theirs.id', 'sibling.oauth_client_id')
    .innerJoin('oauth_clients as ours', (join) =>
      join
        .onRef('ours.provider', '=', 'theirs.provider')
        .onRef('ours.cloud', '=', 'theirs.cloud')
        .onRef('ours.client_id', '=', 'theirs.client_id'),
    )
    .where('ours.id', '=', grant.oauthClientId)
    .where('sibling.issuer', '=', grant.issuer)
    .where('sibling.subject', '=', grant.subject)
    .where('sibling.status', '=', 'active')
    .where('sibling.id', '!=', grant.id)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return readRow('grants', row).integer('count');
};

// The joined query over mailboxes, and the filter of its lists.
import { type ExpressionBuilder, sql } from 'kysely';
import type { MailboxFilter } from '../../core/mailboxes.ts';
import { flagOf } from '../row.ts';
import type { Tables } from '../schema.ts';
import type { Database } from './context.ts';
import { foldedName } from './mailbox-rows.ts';
import { hasStatus } from './mailbox-status.ts';

export const joined = (db: Database) =>
  db
    .selectFrom('mailboxes')
    .innerJoin('grants', 'grants.id', 'mailboxes.grant_id')
    .innerJoin('oauth_clients', 'oauth_clients.id', 'grants.oauth_client_id');

/** Without columns and order: a list, a slice and its total begin alike. */
export const filtered = (db: Database, workspaceId: string, filter: MailboxFilter) => {
  const query = joined(db).where((eb) =>
    eb.and([ofMailbox(eb, workspaceId, filter), ...ofGrant(eb, filter)]),
  );
  return filter.status === undefined ? query : query.where(hasStatus(filter.status, workspaceId));
};

type Place = { after: string | null; skip: number; limit: number };

/** Without columns and order: where a page of a list begins. */
export const listed = (db: Database, workspaceId: string, filter: MailboxFilter, place: Place) => {
  if (place.skip > 0) {
    return joined(db).where('mailboxes.id', 'in', idsAt(db, workspaceId, filter, place));
  }
  const all = filtered(db, workspaceId, filter);
  return place.after === null ? all : all.where('mailboxes.id', '>', place.after);
};

/** A query for the ids of a page by its position, ascending. */
const idsAt = (db: Database, workspaceId: string, filter: MailboxFilter, { after, skip, limit }: Place) =>
  idsOf(db, workspaceId, filter)
    .$if(after !== null, (query) => query.where('mailboxes.id', '>', after ?? ''))
    .orderBy('mailboxes.id')
    .limit(limit)
    .offset(skip);

/**
 * What is passed over is looked at in the index of the list where that can tell; grants and OAuth clients, of which
 * each mailbox has exactly one, are left out unless the filter asks of them.
 */
const idsOf = (db: Database, workspaceId: string, filter: MailboxFilter) => {
  if (filter.status !== undefined) return filtered(db, workspaceId, filter).select('mailboxes.id');
  const own = db.selectFrom('mailboxes').where((eb) => ofMailbox(eb, workspaceId, filter));
  if (filter.oauthClientId === undefined && filter.grantActive === undefined)
    return own.select('mailboxes.id');
  return own
    .innerJoin('grants', 'grants.id', 'mailboxes.grant_id')
    .where((eb) => eb.and(ofGrant(eb, filter)))
    .select('mailboxes.id');
};

/** The part of a filter that a mailbox's own row answers. */
const ofMailbox = (
  eb: ExpressionBuilder<Tables, 'mailboxes'>,
  workspaceId: string,
  filter: MailboxFilter,
) => {
  const { email, provider, customer, search, tagIds, sendingPaused, warmupWanted } = filter;
  const conditions = [eb('mailboxes.workspace_id', '=', workspaceId)];
  if (email !== undefined) conditions.push(eb('mailboxes.email', '=', email));
  if (provider !== undefined) conditions.push(eb('mailboxes.provider', '=', provider));
  if (customer !== undefined) conditions.push(eb('mailboxes.customer', '=', customer));
  if (sendingPaused !== undefined)
    conditions.push(eb('mailboxes.sending_paused', '=', flagOf(sendingPaused)));
  if (warmupWanted !== undefined) conditions.push(eb('mailboxes.warmup_wanted', '=', flagOf(warmupWanted)));
  if (search !== undefined) {
    const part = sql<string>`${likePart(foldedName(search))} escape ${sql.lit('\\')}`;
    conditions.push(eb.or([eb('mailboxes.email', 'like', part), eb('mailboxes.folded_name', 'like', part)]));
  }
  return eb.and([...conditions, ...(tagIds === undefined ? [] : [hasAnyTag(eb, tagIds)])]);
};

const ofGrant = (eb: ExpressionBuilder<Tables, 'grants'>, { oauthClientId, grantActive }: MailboxFilter) => [
  ...(oauthClientId === undefined ? [] : [eb('grants.oauth_client_id', '=', oauthClientId)]),
  ...(grantActive === undefined ? [] : [eb('grants.status', grantActive ? '=' : '!=', 'active')]),
];

/** `%` and `_` in the text stand for themselves. */
const likePart = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/** `in ()` is no SQL on PostgreSQL: no tag, no mailbox. */
const hasAnyTag = (eb: ExpressionBuilder<Tables, 'mailboxes'>, tagIds: readonly string[]) =>
  tagIds.length === 0
    ? sql<boolean>`1 = 0`
    : eb.exists(
        eb
          .selectFrom('mailbox_tags')
          .select('mailbox_tags.tag_id')
          .whereRef('mailbox_tags.mailbox_id', '=', 'mailboxes.id')
          .where('mailbox_tags.tag_id', 'in', tagIds),
      );

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
  const { email, provider, oauthClientId, customer, search } = filter;
  const { tagIds, grantActive, sendingPaused, warmupWanted, status } = filter;
  let query = joined(db).where('mailboxes.workspace_id', '=', workspaceId);
  if (email !== undefined) query = query.where('mailboxes.email', '=', email);
  if (provider !== undefined) query = query.where('mailboxes.provider', '=', provider);
  if (oauthClientId !== undefined) query = query.where('grants.oauth_client_id', '=', oauthClientId);
  if (customer !== undefined) query = query.where('mailboxes.customer', '=', customer);
  if (grantActive !== undefined) query = query.where('grants.status', grantActive ? '=' : '!=', 'active');
  if (sendingPaused !== undefined) {
    query = query.where('mailboxes.sending_paused', '=', flagOf(sendingPaused));
  }
  if (warmupWanted !== undefined) query = query.where('mailboxes.warmup_wanted', '=', flagOf(warmupWanted));
  if (status !== undefined) query = query.where(hasStatus(status, workspaceId));
  if (search !== undefined) {
    const part = sql<string>`${likePart(foldedName(search))} escape ${sql.lit('\\')}`;
    query = query.where((eb) =>
      eb.or([eb('mailboxes.email', 'like', part), eb('mailboxes.folded_name', 'like', part)]),
    );
  }
  if (tagIds !== undefined) query = query.where((eb) => hasAnyTag(eb, tagIds));
  return query;
};

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

// A mailbox's status as SQL, in the words of both engines: it follows from three rows and is stored in none of them, so
// that whatever any release writes is right at once. The same rule as `statusOf` of core/verification.ts, which the
// conformance suite compares. JSON is looked into by LIKE: inside of JSON a quotation mark is never without its
// backslash, so that a text from outside cannot look like a member.
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { verdictTable } from '../../core/diagnosis.ts';
import type { MailboxStatusName } from '../../core/verification.ts';

/** Failures that pass by themselves: while the token is good they are nobody's trouble. */
const healing = Object.entries(verdictTable).flatMap(([reason, { healsItself }]) =>
  healsItself ? [`%"reason":"${reason}"%`] : [],
);

const isHealing = sql.join(
  healing.map((pattern) => sql`grants.failure like ${sql.lit(pattern)}`),
  sql` or `,
);

const isDisabled = sql`mailboxes.disabled_at is not null`;
const isEnabled = sql`mailboxes.disabled_at is null`;
const isDead = sql`(grants.status <> 'active' or oauth_clients.deleted_at is not null)`;
const isAlive = sql`grants.status = 'active' and oauth_clients.deleted_at is null`;
const isAiling = sql`(grants.lost_scopes <> '[]' or (grants.failure is not null and not (${isHealing})))`;
const isWell = sql`grants.lost_scopes = '[]' and (grants.failure is null or ${isHealing})`;
const isUnproved = sql`mailboxes.verification is null`;
const isRefused = sql`mailboxes.verification like '%"ok":false%'`;

/** Of a row of mailboxes, grants and OAuth clients joined. */
export const statusText = sql<MailboxStatusName>`case
  when ${isDisabled} then 'disabled'
  when ${isDead} then 'needs_reauthorization'
  when ${isAiling} then 'degraded'
  when ${isUnproved} then 'verifying'
  when ${isRefused} then 'degraded'
  else 'connected' end`;

/** Where few mailboxes are expected, those that may be meant are found by an index of their own (migrations/0005). */
export function hasStatus(status: MailboxStatusName, workspaceId: string): RawBuilder<SqlBool> {
  switch (status) {
    case 'disabled':
      return sql`${isDisabled}`;
    // `cross join` keeps SQLite, which has no figures of the rows, from going through all grants of the workspace.
    case 'needs_reauthorization':
      return sql`${isEnabled} and ${isDead} and mailboxes.id in (
        select dead.id from grants as of_dead join mailboxes as dead on dead.grant_id = of_dead.id
          where of_dead.workspace_id = ${workspaceId} and of_dead.status <> 'active'
        union all select orphan.id from oauth_clients as gone cross join grants as of_gone cross join mailboxes as orphan
          where gone.deleted_at is not null and of_gone.workspace_id = ${workspaceId}
            and of_gone.oauth_client_id = gone.id and orphan.grant_id = of_gone.id)`;
    case 'degraded':
      return sql`${isEnabled} and ${isAlive} and (${isAiling} or ${isRefused}) and mailboxes.id in (
        select refused.id from mailboxes as refused
          where refused.workspace_id = ${workspaceId} and refused.verification like '%"ok":false%'
        union all select ailing.id from grants as of_ailing join mailboxes as ailing on ailing.grant_id = of_ailing.id
          where of_ailing.workspace_id = ${workspaceId}
            and (of_ailing.failure is not null or of_ailing.lost_scopes <> '[]'))`;
    case 'verifying':
      return sql`${isUnproved} and ${isEnabled} and ${isAlive} and ${isWell}`;
    case 'connected':
      return sql`${isEnabled} and ${isAlive} and ${isWell} and not (${isUnproved} or ${isRefused})`;
    default:
      return status satisfies never;
  }
}

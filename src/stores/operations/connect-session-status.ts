// A connect session's status as SQL: it follows from the outcome, the setback and the clock (`connectStatusOf` of
// core/connect-session.ts). For JSON and LIKE see mailbox-status.ts.
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { ConnectSessionStatus } from '../../core/connect-session.ts';

const saying = (status: ConnectSessionStatus): RawBuilder<string> => sql.lit(`%"status":"${status}"%`);

export function hasConnectStatus(status: ConnectSessionStatus, now: number): RawBuilder<SqlBool> {
  switch (status) {
    case 'connected':
    case 'failed':
    case 'cancelled':
      return sql`outcome like ${saying(status)}`;
    case 'expired':
      return sql`outcome is null and expires_at <= ${now}`;
    case 'pending':
      return sql`outcome is null and expires_at > ${now} and setback is null`;
    case 'waiting_for_admin':
    case 'insufficient_scope':
    case 'wrong_mailbox':
    case 'declined':
    case 'waiting_for_confirmation':
      return sql`outcome is null and expires_at > ${now} and setback like ${saying(status)}`;
    default:
      return status satisfies never;
  }
}

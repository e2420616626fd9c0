// Which webhook endpoints have something pending, and since when the oldest of it is due: one step of an index for each
// endpoint, instead of a walk through everything that is pending.
import { type RawBuilder, sql } from 'kysely';

/**
 * Two members for a `with recursive`; `waiting (endpoint_id, due_at)` is what they come to. Materialized, or PostgreSQL
 * works it out anew for each endpoint that it is joined to.
 */
export const waitingEndpoints = (leftOut: readonly string[] = []): RawBuilder<unknown> => {
  const others = leftOut.length === 0 ? sql`` : sql`and heads.endpoint_id not in (${sql.join(leftOut)})`;
  return sql`heads (endpoint_id) as (
      select min(endpoint_id) from webhook_deliveries where status = 'pending'
      union all
      select (
        select min(next.endpoint_id) from webhook_deliveries as next
        where next.status = 'pending' and next.endpoint_id > heads.endpoint_id
      ) from heads where heads.endpoint_id is not null
    ), waiting (endpoint_id, due_at) as materialized (
      select heads.endpoint_id, (
        select min(oldest.due_at) from webhook_deliveries as oldest
        where oldest.status = 'pending' and oldest.endpoint_id = heads.endpoint_id
      ) from heads where heads.endpoint_id is not null ${others}
    )`;
};

// Webhook deliveries and attempts as rows: claimed by endpoint, so that whatever waits for one costs the others nothing.
import { sql } from 'kysely';
import type { StoreOperations } from '../../core/ports.ts';
import type { WebhookAttempt, WebhookDelivery } from '../../core/webhooks/delivery.ts';
import { pageOf, rowsWanted } from '../page.ts';
import { type Row, readRow } from '../row.ts';
import type { WebhookDeliveriesTable } from '../schema.ts';
import { webhookDeliveryStatuses, webhookEventTypes, webhookFailures, wordsOf } from '../words.ts';
import { type Context, changed } from './context.ts';
import { listingBy } from './long-reads.ts';
import { waitingEndpoints } from './waiting-webhooks.ts';

/** Statements have a bound on their parameters. */
const insertedAtOnce = 200;

/** In the text of the statement: no index with this condition is used for parameters. */
const isPending = sql<boolean>`status = 'pending'`;

export const webhookDeliveryOperations = ({ session }: Context): StoreOperations['webhookDeliveries'] => ({
  insert: async (deliveries) => {
    for (let from = 0; from < deliveries.length; from += insertedAtOnce) {
      const rows = deliveries.slice(from, from + insertedAtOnce).map(rowFromDelivery);
      await session.writer.insertInto('webhook_deliveries').values(rows).execute();
    }
  },
  byId: async (id) => {
    const row = await session.reader
      .selectFrom('webhook_deliveries')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return row === undefined ? null : deliveryFromRow(row);
  },
  attemptsOf: async (id) => {
    const rows = await session.reader
      .selectFrom('webhook_attempts')
      .selectAll()
      .where('delivery_id', '=', id)
      .orderBy('number')
      .execute();
    return rows.map(attemptFromRow);
  },
  list: async (workspaceId, { endpointId, status, eventType }, page) => {
    let query = listingBy(session, workspaceId, { endpointId, status, eventType })
      .selectFrom('webhook_deliveries')
      .selectAll()
      // Those of a newer release, which runs beside this one during an update, are for that one to tell.
      .where('event_type', 'in', eventType === undefined ? wordsOf(webhookEventTypes) : [eventType])
      .where('workspace_id', workspaceId === null ? 'is' : '=', workspaceId);
    if (endpointId !== undefined) query = query.where('endpoint_id', '=', endpointId);
    if (status !== undefined) query = query.where('status', '=', status);
    if (page.after !== null) query = query.where('id', '<', page.after);
    const rows = await query.orderBy('id', 'desc').limit(rowsWanted(page)).execute();
    return pageOf(rows, page, { map: deliveryFromRow, idOf: (row) => row.id });
  },
  dueEndpoints: async ({ now, isFailing, limit, leftOut }) => {
    const { rows } = await sql<Row>`
      with recursive ${waitingEndpoints(leftOut)}
      select waiting.endpoint_id as id
      from waiting join webhook_endpoints on webhook_endpoints.id = waiting.endpoint_id
      where waiting.due_at <= ${now} and webhook_endpoints.held_until <= ${now}
        and webhook_endpoints.failing_since ${isFailing ? sql`is not null` : sql`is null`}
      order by waiting.due_at, waiting.endpoint_id limit ${limit}`.execute(session.reader);
    return rows.map((row) => readRow('webhook_endpoints', row).text('id'));
  },
  claim: async (endpointId, { now, until, limit }) => {
    const due = session.writer
      .selectFrom('webhook_deliveries')
      .select('id')
      .where(isPending)
      .where('endpoint_id', '=', endpointId)
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .orderBy('id')
      .limit(limit);
    const rows = await session.writer
      .updateTable('webhook_deliveries')
      .set({ due_at: until, claimed_until: until })
      .where(session.isAmong(due))
      .where('due_at', '<=', now)
      .returningAll()
      .execute();
    return rows.map(deliveryFromRow).sort((one, other) => (one.id < other.id ? -1 : 1));
  },
  settle: async (id, claimedUntil, { status, attempts, dueAt, finishedAt }) =>
    changed(
      await session.writer
        .updateTable('webhook_deliveries')
        .set({ status, attempts, due_at: dueAt, finished_at: finishedAt, claimed_until: 0 })
        .where('id', '=', id)
        .where('claimed_until', '=', claimedUntil)
        .where('status', '=', 'pending')
        .executeTakeFirst(),
    ),
  addAttempt: async (deliveryId, attempt) => {
    await session.writer
      .insertInto('webhook_attempts')
      .values({
        delivery_id: deliveryId,
        number: attempt.number,
        started_at: attempt.startedAt,
        duration: attempt.durationMilliseconds,
        response_status: attempt.responseStatus,
        failure: attempt.failure,
        response_body: attempt.responseBody,
      })
      .execute();
  },
  replay: async (id, now) =>
    changed(
      await session.writer
        .updateTable('webhook_deliveries')
        .set((eb) => anew(eb.ref('attempts'), now))
        .where('id', '=', id)
        .where('claimed_until', '<=', now)
        .executeTakeFirst(),
    ),
  replayOf: async (endpointId, { since, statuses, after, now, limit }) => {
    if (statuses.length === 0) return { count: 0, last: null };
    const chosen = session.writer
      .selectFrom('webhook_deliveries')
      .select('id')
      .where('endpoint_id', '=', endpointId)
      .where('status', 'in', statuses)
      .where('created_at', '>=', since)
      .where('is_test', '=', 0)
      .where('claimed_until', '<=', now)
      .where('id', '>', after ?? '')
      .orderBy('id')
      .limit(limit);
    const rows = await session.writer
      .updateTable('webhook_deliveries')
      .set((eb) => anew(eb.ref('attempts'), now))
      .where(session.isAmong(chosen))
      .returning('id')
      .execute();
    const ids = rows.map(({ id }) => id).sort();
    return { count: ids.length, last: ids.at(-1) ?? null };
  },
  cancelOf: async (endpointId, now, limit) => {
    const pending = session.writer
      .selectFrom('webhook_deliveries')
      .select('id')
      .where(isPending)
      .where('endpoint_id', '=', endpointId)
      .where('claimed_until', '<=', now)
      .orderBy('due_at')
      .limit(limit);
    const { numUpdatedRows } = await session.writer
      .updateTable('webhook_deliveries')
      .set({ status: 'cancelled', finished_at: now, claimed_until: 0 })
      .where(session.isAmong(pending))
      .executeTakeFirst();
    return Number(numUpdatedRows);
  },
  // Attempts go with their delivery: the reference cascades.
  prune: async (before, limit) => {
    const old = session.writer
      .selectFrom('webhook_deliveries')
      .select('id')
      .where('finished_at', 'is not', null)
      .where('finished_at', '<', before)
      .orderBy('finished_at')
      .limit(limit);
    const { numDeletedRows } = await session.writer
      .deleteFrom('webhook_deliveries')
      .where('id', 'in', session.claimable(old))
      .executeTakeFirst();
    return Number(numDeletedRows);
  },
});

/** Due now, with the whole schedule before it. */
const anew = <Attempts>(attempts: Attempts, now: number) => ({
  status: 'pending',
  due_at: now,
  claimed_until: 0,
  finished_at: null,
  earlier_attempts: attempts,
});

const rowFromDelivery = (delivery: WebhookDelivery): WebhookDeliveriesTable => ({
  id: delivery.id,
  workspace_id: delivery.workspaceId,
  endpoint_id: delivery.endpointId,
  event_id: delivery.eventId,
  event_type: delivery.eventType,
  object_id: delivery.objectId,
  is_test: delivery.isTest ? 1 : 0,
  body: delivery.body,
  status: delivery.status,
  attempts: delivery.attempts,
  earlier_attempts: delivery.earlierAttempts,
  due_at: delivery.dueAt,
  claimed_until: delivery.claimedUntil,
  created_at: delivery.createdAt,
  finished_at: delivery.finishedAt,
});

const deliveryFromRow = (row: Row): WebhookDelivery => {
  const { text, textOrNull, integer, integerOrNull, oneOf } = readRow('webhook_deliveries', row);
  return {
    id: text('id'),
    workspaceId: textOrNull('workspace_id'),
    endpointId: text('endpoint_id'),
    eventId: text('event_id'),
    eventType: oneOf('event_type', webhookEventTypes),
    objectId: text('object_id'),
    isTest: integer('is_test') === 1,
    body: text('body'),
    status: oneOf('status', webhookDeliveryStatuses),
    attempts: integer('attempts'),
    earlierAttempts: integer('earlier_attempts'),
    dueAt: integer('due_at'),
    claimedUntil: integer('claimed_until'),
    createdAt: integer('created_at'),
    finishedAt: integerOrNull('finished_at'),
  };
};

const attemptFromRow = (row: Row): WebhookAttempt => {
  const { textOrNull, integer, integerOrNull, oneOf } = readRow('webhook_attempts', row);
  return {
    number: integer('number'),
    startedAt: integer('started_at'),
    durationMilliseconds: integer('duration'),
    responseStatus: integerOrNull('response_status'),
    failure: textOrNull('failure') === null ? null : oneOf('failure', webhookFailures),
    responseBody: textOrNull('response_body'),
  };
};

// Webhook deliveries over HTTP: what was sent, what came back, and sending it again.
import { Type } from 'typebox';
import { answer, type Noun, operation } from './operation.ts';
import {
  closed,
  id,
  idParams,
  noQuery,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  pageRequestOf,
  presentPage,
  time,
  timeOf,
} from './parts.ts';
import { principalOf } from './principal.ts';
import { deliveryStatus, eventType, presentDelivery, presentDetails } from './webhook-schemas.ts';

const tag = 'Webhook deliveries';

const replay = Type.Object(
  {
    since: time('Deliveries that were made then or later.'),
    status: Type.Optional(
      oneOf(['delivered', 'failed', 'cancelled'], {
        description: 'Which of them; omit for those that failed or were cancelled.',
      }),
    ),
    cursor: Type.Optional(id('`next_cursor` of the call before.')),
  },
  { ...closed, examples: [{ since: '2026-03-01T12:00:00.000Z', status: 'failed' }] },
);

/** After webhook-endpoints.ts, which brings the components. */
export const webhookDeliveries: Noun = (app, core) => {
  const { deliveries } = core.webhooks;

  app.get(
    '/v1/webhook-deliveries',
    {
      schema: {
        querystring: Type.Object(
          {
            ...pageQuery,
            endpoint_id: Type.Optional(id('Those of this endpoint.')),
            status: Type.Optional(deliveryStatus),
            event_type: Type.Optional(eventType),
          },
          closed,
        ),
        ...operation({
          id: 'listWebhookDeliveries',
          tag,
          summary: 'List the webhook deliveries',
          description: 'Those that are over are kept for 30 days, unless the operator has set another time.',
          scope: 'webhooks:read',
          success: { 200: pageOf('WebhookDelivery', 'Newest first.') },
        }),
      },
    },
    async (request) => {
      const { endpoint_id: endpointId, status, event_type: type } = request.query;
      const filter = {
        ...(endpointId === undefined ? {} : { endpointId }),
        ...(status === undefined ? {} : { status }),
        ...(type === undefined ? {} : { eventType: type }),
      };
      const page = await deliveries.list(principalOf(request), filter, pageRequestOf(request.query));
      return presentPage(page, presentDelivery);
    },
  );

  app.get(
    '/v1/webhook-deliveries/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'readWebhookDelivery',
          tag,
          summary: 'Read a webhook delivery, with its body and its attempts',
          scope: 'webhooks:read',
          success: { 200: answer('WebhookDeliveryDetails', 'The delivery as it is now.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => presentDetails(await deliveries.read(principalOf(request), request.params.id)),
  );

  app.post(
    '/v1/webhook-deliveries/:id/replay',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'replayWebhookDelivery',
          tag,
          summary: 'Send a webhook again',
          description:
            'Whatever became of it: it is tried now, with the same `webhook-id`, and has the whole schedule before it.',
          scope: 'webhooks:update',
          success: { 202: answer('WebhookDelivery', 'The delivery, pending.') },
          errors: ['not_found', 'conflict'],
        }),
      },
    },
    async (request, reply) =>
      reply.code(202).send(presentDelivery(await deliveries.replay(principalOf(request), request.params.id))),
  );

  app.post(
    '/v1/webhook-endpoints/:id/replay',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        body: replay,
        ...operation({
          takesBody: true,
          id: 'replayWebhookEndpoint',
          tag,
          summary: 'Send again what an endpoint has missed',
          description:
            'The oldest thousand of them. When `is_complete` is false, the same call with `cursor` goes on; without it, what was delivered by then may be sent once more.',
          scope: 'webhooks:update',
          success: {
            202: Type.Object(
              {
                replayed: Type.Integer({ description: 'How many are pending again.' }),
                is_complete: Type.Boolean({ description: 'False = there are more.' }),
                next_cursor: nullable(
                  Type.String({ description: 'For the call that goes on; null = there are none.' }),
                ),
              },
              { description: 'They are on their way.' },
            ),
          },
          errors: ['not_found'],
        }),
      },
    },
    async (request, reply) => {
      const { since: text, status, cursor: after = null } = request.body;
      const since = timeOf('/since', text) ?? 0;
      const statuses = status === undefined ? (['failed', 'cancelled'] as const) : [status];
      const { replayed, next } = await deliveries.replayOf(principalOf(request), request.params.id, {
        since,
        statuses,
        after,
      });
      return reply.code(202).send({ replayed, is_complete: next === null, next_cursor: next });
    },
  );
};

// The workspace's events over HTTP: what changed, in the workspace or of one object.
import { type Static, Type } from 'typebox';
import type { GatewayEvent } from '../../core/index.ts';
import { type Noun, operation } from './operation.ts';
import { closed, id, isoTime, oneOf, pageOf, pageQuery, pageRequestOf, presentPage, time } from './parts.ts';
import { principalOf } from './principal.ts';

const eventSchema = Type.Object(
  {
    id: id('Id of the event; events sort by it.'),
    type: Type.String({ description: 'What happened.', examples: ['mailbox.connected'] }),
    object_id: id('The mailbox, connect session or OAuth client that changed.'),
    data: Type.Object({}, { additionalProperties: true, description: 'More about it; never a secret.' }),
    created_at: time('When it happened.'),
    webhook_body: Type.Optional(
      Type.String({
        description:
          'Byte by byte what a webhook endpoint is sent of it, whose `webhook-id` is `id`; with `with_webhook_body` only.',
      }),
    ),
  },
  { $id: 'Event', title: 'Event', description: 'One change of state.' },
);

const filter = {
  object_id: Type.Optional(id('Only events of this mailbox, connect session or OAuth client.')),
  order: Type.Optional(oneOf(['oldest', 'newest'], { description: 'Which come first.', default: 'oldest' })),
  with_webhook_body: Type.Optional(
    oneOf(['true', 'false'], {
      default: 'false',
      description:
        '`true` = with the body of the webhook, for whoever delivers it to a program that no gateway reaches. Needs `webhooks:create` too: bodies hold reconnect links.',
    }),
  ),
};

export const events: Noun = (app, core) => {
  app.addSchema(eventSchema);
  app.get(
    '/v1/events',
    {
      schema: {
        querystring: Type.Object({ ...filter, ...pageQuery }, closed),
        ...operation({
          id: 'listEvents',
          tag: 'Events',
          summary: 'List the events',
          scope: 'events:read',
          success: { 200: pageOf('Event', 'Oldest first, or as `order` says.') },
        }),
      },
    },
    async (request) => {
      const { query } = request;
      const wanted = {
        newestFirst: query.order === 'newest',
        ...(query.object_id === undefined ? {} : { objectId: query.object_id }),
      };
      const principal = principalOf(request);
      const page = await core.events.list(principal, pageRequestOf(query), wanted);
      if (query.with_webhook_body !== 'true') return presentPage(page, present);
      const bodies = await core.webhooks.bodiesOf(principal, page.items);
      return presentPage(page, (event) => {
        const body = bodies.get(event.id);
        return { ...present(event), ...(body === undefined ? {} : { webhook_body: body }) };
      });
    },
  );
};

const present = (event: GatewayEvent): Static<typeof eventSchema> => ({
  id: event.id,
  type: event.type,
  object_id: event.objectId,
  data: event.data,
  created_at: isoTime(event.createdAt),
});

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
  },
  { $id: 'Event', title: 'Event', description: 'One change of state.' },
);

const filter = {
  object_id: Type.Optional(id('Only events of this mailbox, connect session or OAuth client.')),
  order: Type.Optional(oneOf(['oldest', 'newest'], { description: 'Which come first.', default: 'oldest' })),
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
      return presentPage(await core.events.list(principalOf(request), pageRequestOf(query), wanted), present);
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

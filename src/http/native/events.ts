// The workspace's events over HTTP: what changed, oldest first.
import { type Static, Type } from 'typebox';
import type { GatewayEvent } from '../../core/index.ts';
import { type Noun, operation } from './operation.ts';
import { closed, id, isoTime, pageOf, pageQuery, pageRequestOf, presentPage, time } from './parts.ts';
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

export const events: Noun = (app, core) => {
  app.addSchema(eventSchema);
  app.get(
    '/v1/events',
    {
      schema: {
        querystring: Type.Object(pageQuery, closed),
        ...operation({
          id: 'listEvents',
          tag: 'Events',
          summary: 'List the events',
          scope: 'events:read',
          success: { 200: pageOf('Event', 'Oldest first.') },
        }),
      },
    },
    async (request) =>
      presentPage(await core.events.list(principalOf(request), pageRequestOf(request.query)), present),
  );
};

const present = (event: GatewayEvent): Static<typeof eventSchema> => ({
  id: event.id,
  type: event.type,
  object_id: event.objectId,
  data: event.data,
  created_at: isoTime(event.createdAt),
});

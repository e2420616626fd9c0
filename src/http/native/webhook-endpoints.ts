// Webhook endpoints over HTTP. A secret is in the answer that made it and nowhere else.
import { Type } from 'typebox';
import { answer, type Noun, noContent, operation } from './operation.ts';
import { closed, id, idParams, noQuery, pageOf, pageQuery, pageRequestOf, presentPage } from './parts.ts';
import { principalOf } from './principal.ts';
import {
  deliveryDetailsSchema,
  deliverySchema,
  description,
  endpointSchema,
  endpointStatus,
  eventType,
  eventTypes,
  newEndpointSchema,
  presentDetails,
  presentEndpoint,
  rotatedSecretSchema,
  signature,
  url,
} from './webhook-schemas.ts';

const tag = 'Webhook endpoints';

const newEndpoint = Type.Object(
  {
    url,
    description: Type.Optional(description),
    event_types: Type.Optional(eventTypes),
    signature: Type.Optional(signature),
  },
  {
    ...closed,
    examples: [{ url: 'https://app.example.com/hooks/mailgrant', event_types: ['mailbox.connected'] }],
  },
);

const changes = Type.Object(
  {
    url: Type.Optional(url),
    description: Type.Optional(description),
    event_types: Type.Optional(eventTypes),
    status: Type.Optional(endpointStatus),
  },
  { ...closed, minProperties: 1, examples: [{ status: 'enabled' }] },
);

const rotation = Type.Object(
  {
    is_immediate: Type.Optional(
      Type.Boolean({
        description: 'True = the old secret signs no more; else it signs beside the new one for 24 hours.',
      }),
    ),
  },
  { ...closed, examples: [{ is_immediate: false }] },
);

const testEvent = Type.Object(
  { event_type: Type.Optional(eventType) },
  { ...closed, examples: [{ event_type: 'mailbox.connected' }] },
);

export const webhookEndpoints: Noun = (app, core) => {
  for (const schema of [endpointSchema, newEndpointSchema, rotatedSecretSchema]) app.addSchema(schema);
  for (const schema of [deliverySchema, deliveryDetailsSchema]) app.addSchema(schema);
  const { endpoints } = core.webhooks;
  // A test that hangs must not hold up the end of the process.
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());

  app.post(
    '/v1/webhook-endpoints',
    {
      schema: {
        querystring: noQuery,
        body: newEndpoint,
        ...operation({
          takesBody: true,
          id: 'createWebhookEndpoint',
          tag,
          summary: 'Create a webhook endpoint',
          description:
            'It is told of the events of the workspace from now on. A key of the installation that names no workspace makes one for the events of the installation itself.',
          scope: 'webhooks:create',
          success: { 201: answer('NewWebhookEndpoint', 'The endpoint, with its secret.') },
        }),
      },
    },
    async (request, reply) => {
      const { body } = request;
      const { endpoint, secret } = await endpoints.create(principalOf(request), {
        url: body.url,
        description: body.description ?? '',
        eventTypes: body.event_types ?? null,
        signature: body.signature ?? 'hmac',
      });
      return reply.code(201).send({ ...presentEndpoint(endpoint), secret: secret?.reveal() ?? null });
    },
  );

  app.get(
    '/v1/webhook-endpoints',
    {
      schema: {
        querystring: Type.Object(
          {
            ...pageQuery,
            connect_session_id: Type.Optional(
              id('Those that hear of this connect session only; omit for those that stand by themselves.'),
            ),
          },
          closed,
        ),
        ...operation({
          id: 'listWebhookEndpoints',
          tag,
          summary: 'List the webhook endpoints',
          scope: 'webhooks:read',
          success: { 200: pageOf('WebhookEndpoint', 'Oldest first.') },
        }),
      },
    },
    async (request) => {
      const connectSessionId = request.query.connect_session_id ?? null;
      const page = pageRequestOf(request.query);
      return presentPage(
        await endpoints.list(principalOf(request), { connectSessionId }, page),
        presentEndpoint,
      );
    },
  );

  app.get(
    '/v1/webhook-endpoints/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'readWebhookEndpoint',
          tag,
          summary: 'Read a webhook endpoint',
          scope: 'webhooks:read',
          success: { 200: answer('WebhookEndpoint', 'The endpoint as it is now.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => presentEndpoint(await endpoints.read(principalOf(request), request.params.id)),
  );

  app.patch(
    '/v1/webhook-endpoints/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        body: changes,
        ...operation({
          takesBody: true,
          id: 'updateWebhookEndpoint',
          tag,
          summary: 'Change a webhook endpoint',
          description:
            'Disabling it cancels what waits for it. Enabling it begins with a clean record; what was cancelled or given up can be replayed.',
          scope: 'webhooks:update',
          success: { 200: answer('WebhookEndpoint', 'The endpoint as it is now.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => {
      const { event_types: types, ...plain } = request.body;
      const changed = { ...plain, ...(types === undefined ? {} : { eventTypes: types }) };
      return presentEndpoint(await endpoints.update(principalOf(request), request.params.id, changed));
    },
  );

  app.delete(
    '/v1/webhook-endpoints/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'deleteWebhookEndpoint',
          tag,
          summary: 'Delete a webhook endpoint',
          description: 'With its deliveries. Nothing more is sent.',
          scope: 'webhooks:delete',
          success: { 204: noContent('The endpoint is deleted.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request, reply) => {
      await endpoints.remove(principalOf(request), request.params.id);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/webhook-endpoints/:id/rotate-secret',
    {
      config: { isBodyOptional: true },
      schema: {
        params: idParams,
        querystring: noQuery,
        body: rotation,
        ...operation({
          takesBody: true,
          id: 'rotateWebhookSecret',
          tag,
          summary: 'Give a webhook endpoint a new secret',
          description:
            'For 24 hours each webhook carries two signatures, of the old secret and the new one. Within that time it can be changed again only with `is_immediate`.',
          scope: 'webhooks:update',
          success: { 200: answer('RotatedWebhookSecret', 'The new secret or public key.') },
          errors: ['not_found', 'conflict'],
        }),
      },
    },
    async (request) => {
      const isImmediate = request.body.is_immediate ?? false;
      const rotated = await endpoints.rotateSecret(principalOf(request), request.params.id, { isImmediate });
      const { public_key, previous_secret_until } = presentEndpoint(rotated.endpoint);
      return { secret: rotated.secret?.reveal() ?? null, public_key, previous_secret_until };
    },
  );

  app.post(
    '/v1/webhook-endpoints/:id/test',
    {
      config: { isBodyOptional: true },
      schema: {
        params: idParams,
        querystring: noQuery,
        body: testEvent,
        ...operation({
          takesBody: true,
          id: 'testWebhookEndpoint',
          tag,
          summary: 'Try a webhook endpoint',
          description:
            'Sends a test event of the type (`webhook.test` if it names none) with `is_test` in its data, waits for the answer, and tries it once. What the endpoint answers is in the attempt; an answer that is no success is 200 here too.',
          scope: 'webhooks:update',
          success: { 200: answer('WebhookDeliveryDetails', 'The delivery, with its attempt.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => {
      const given = { eventType: request.body.event_type ?? 'webhook.test', signal: closing.signal } as const;
      return presentDetails(await endpoints.test(principalOf(request), request.params.id, given));
    },
  );
};

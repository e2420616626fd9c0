// The section `webhooks` of the OpenAPI document: what is posted to an endpoint for each type of event, made from the
// same table as the events themselves.
import { eventCatalogue, webhookEventTypes, webhookExample } from '../../core/index.ts';

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

const headers = [
  header('webhook-id', 'Id of the event: the same in every attempt and every replay.'),
  header('webhook-timestamp', 'Seconds since the epoch of this attempt.'),
  header('webhook-signature', 'Signatures separated by spaces, each `v1,<base64>` or `v1a,<base64>`.'),
];

/** By type, as OpenAPI 3.1 has it. */
export const documentedWebhooks = (): Record<string, unknown> =>
  Object.fromEntries(
    webhookEventTypes.map((type) => {
      const { objectName, tells } = eventCatalogue[type];
      const post = {
        summary: type,
        description: tells,
        tags: ['Webhooks'],
        security: [],
        parameters: headers,
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['type', 'timestamp', 'data'],
                properties: {
                  type: { type: 'string', const: type },
                  timestamp: { type: 'string', format: 'date-time', description: 'When it happened.' },
                  data: {
                    type: 'object',
                    required: [...new Set(['workspace_id', objectName])],
                    properties: {
                      workspace_id: { type: ['string', 'null'], format: 'uuid' },
                      [objectName]: { type: 'string', format: 'uuid' },
                    },
                    additionalProperties: true,
                  },
                },
              },
              example: webhookExample(type),
            },
          },
        },
        responses: {
          '2XX': { description: 'Taken. Anything else is tried again; 410 disables the endpoint.' },
        },
      };
      return [type, { post }];
    }),
  );

// How webhook endpoints, deliveries and attempts look in the native API.
import { type Static, Type } from 'typebox';
import {
  type WebhookAttempt,
  type WebhookDelivery,
  type WebhookDeliveryStatus,
  type WebhookEndpoint,
  type WebhookFailure,
  webhookEventTypes,
} from '../../core/index.ts';
import { id, isoTime, isoTimeOrNull, nullable, oneOf, time } from './parts.ts';

export const eventType = oneOf(webhookEventTypes, { description: 'A type of event.' });

export const eventTypes = nullable(
  Type.Array(eventType, {
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    description: 'Which types it is told of; null = all, also those of later releases.',
    examples: [['mailbox.connected', 'mailbox.needs_reauthorization']],
  }),
);

export const url = Type.String({
  format: 'uri',
  minLength: 1,
  maxLength: 2048,
  description: 'Where webhooks are posted: https, port 443, a public address, no user name.',
  examples: ['https://app.example.com/hooks/mailgrant'],
});

/** Also without a text. */
export const description = Type.String({
  maxLength: 200,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  description: 'What it is for.',
  examples: ['Billing service'],
});

export const signature = oneOf(['hmac', 'ed25519'], {
  description:
    '`hmac`: a shared secret, header value `v1,...`. `ed25519`: a key pair of which you hold the public half, `v1a,...`.',
});

export const endpointStatus = oneOf(['enabled', 'disabled'], { description: 'Whether it is told anything.' });

const members = {
  id: id('Id of the endpoint.'),
  workspace_id: nullable(id("The workspace whose events it hears; null = the installation's own.")),
  url,
  description,
  event_types: eventTypes,
  format: oneOf(['standard', 'emailengine', 'smartlead'], {
    description:
      'Whose bodies and headers: `standard` = Standard Webhooks. The others are made by the APIs of that name.',
  }),
  signature,
  public_key: nullable(
    Type.String({ description: 'For `ed25519`: what signatures are checked with.', examples: ['whpk_...'] }),
  ),
  status: endpointStatus,
  disabled_reason: nullable(
    oneOf(['caller', 'gone', 'failing'], {
      description:
        '`caller` = switched off here, `gone` = it answered 410, `failing` = nothing got through for five days.',
    }),
  ),
  disabled_at: nullable(time('Since when it is disabled.')),
  failing_since: nullable(time('Since when no attempt has succeeded; null while they do.')),
  connect_session_id: nullable(id('The only connect session that it hears of; null = it stands by itself.')),
  mailbox_id: nullable(id('The only mailbox that it hears of; null = it hears of more.')),
  previous_secret_until: nullable(time('Until when the secret before this one signs as well.')),
  created_at: time('When it was made.'),
  updated_at: time('When it was changed.'),
};

export const endpointSchema = Type.Object(members, {
  $id: 'WebhookEndpoint',
  title: 'Webhook endpoint',
  description: 'A URL that is told of events.',
});

const shownSecret = (when: string) =>
  nullable(
    Type.String({
      description: `The shared secret, ${when}; null for \`ed25519\`.`,
      examples: ['whsec_...'],
    }),
  );

export const newEndpointSchema = Type.Object(
  { ...members, secret: shownSecret('shown this once') },
  { $id: 'NewWebhookEndpoint', title: 'New webhook endpoint', description: 'An endpoint with its secret.' },
);

export const rotatedSecretSchema = Type.Object(
  {
    secret: shownSecret('the new one, shown this once'),
    public_key: members.public_key,
    previous_secret_until: members.previous_secret_until,
  },
  {
    $id: 'RotatedWebhookSecret',
    title: 'Rotated webhook secret',
    description: 'The new key of an endpoint.',
  },
);

export const deliveryStatus = oneOf(
  ['pending', 'delivered', 'failed', 'cancelled'] as const satisfies readonly WebhookDeliveryStatus[],
  {
    description:
      '`pending` = it will be tried (again), `failed` = given up and kept, `cancelled` = its endpoint was disabled.',
  },
);

const failure = oneOf(
  [
    'timeout',
    'forbidden_address',
    'name_not_resolved',
    'connection_refused',
    'tls_failed',
    'connection_broken',
    'not_signed',
  ] as const satisfies readonly WebhookFailure[],
  { description: 'Why there is no answer.' },
);

const deliveryMembers = {
  id: id('Id of the delivery.'),
  endpoint_id: id('Whom it is for.'),
  event_id: id(
    'The header `webhook-id` of every attempt: id of the event. Of an event that is told by two bodies the second one has an id of its own (`accountInitialized` of EmailEngine).',
  ),
  event_type: eventType,
  object_id: id('The mailbox, connect session or OAuth client that it tells of.'),
  is_test: Type.Boolean({ description: 'True = a test event, which is sent once, by hand.' }),
  status: deliveryStatus,
  attempts: Type.Integer({ description: 'How often it was tried.', examples: [1] }),
  next_attempt_at: nullable(time('When it is tried next; null when it is over.')),
  created_at: time('When it was made.'),
  finished_at: nullable(time('When it was over.')),
};

export const deliverySchema = Type.Object(deliveryMembers, {
  $id: 'WebhookDelivery',
  title: 'Webhook delivery',
  description: 'One event for one endpoint.',
});

export const deliveryDetailsSchema = Type.Object(
  {
    ...deliveryMembers,
    body: Type.String({
      description:
        'What is sent. A reconnect link is withheld here: each attempt is sent with one of its own.',
    }),
    attempts: Type.Array(
      Type.Object({
        number: Type.Integer({ description: 'From 1.' }),
        started_at: time('When it was sent.'),
        duration_ms: Type.Integer({ description: 'Until the answer, or until there was none.' }),
        response_status: nullable(Type.Integer({ description: 'HTTP status; null = no answer.' })),
        failure: nullable(failure),
        response_body: nullable(Type.String({ description: 'The beginning of the answer, 1 KiB at most.' })),
      }),
      { description: 'In their order.' },
    ),
  },
  {
    $id: 'WebhookDeliveryDetails',
    title: 'Webhook delivery with its attempts',
    description: 'What was sent, and what came back.',
  },
);

export const presentEndpoint = (endpoint: WebhookEndpoint): Static<typeof endpointSchema> => ({
  id: endpoint.id,
  workspace_id: endpoint.workspaceId,
  url: endpoint.url,
  description: endpoint.description,
  event_types: endpoint.eventTypes,
  format: endpoint.format,
  signature: endpoint.signature,
  public_key: endpoint.publicKey,
  status: endpoint.status,
  disabled_reason: endpoint.disabledReason,
  disabled_at: isoTimeOrNull(endpoint.disabledAt),
  failing_since: isoTimeOrNull(endpoint.failingSince),
  connect_session_id: endpoint.connectSessionId,
  mailbox_id: endpoint.mailboxId,
  previous_secret_until: isoTimeOrNull(endpoint.previousSecretUntil),
  created_at: isoTime(endpoint.createdAt),
  updated_at: isoTime(endpoint.updatedAt),
});

export const presentDelivery = (delivery: WebhookDelivery): Static<typeof deliverySchema> => ({
  id: delivery.id,
  endpoint_id: delivery.endpointId,
  event_id: delivery.eventId,
  event_type: delivery.eventType,
  object_id: delivery.objectId,
  is_test: delivery.isTest,
  status: delivery.status,
  attempts: delivery.attempts,
  next_attempt_at: delivery.status === 'pending' ? isoTime(delivery.dueAt) : null,
  created_at: isoTime(delivery.createdAt),
  finished_at: isoTimeOrNull(delivery.finishedAt),
});

export const presentDetails = ({
  delivery,
  attempts,
}: {
  delivery: WebhookDelivery;
  attempts: readonly WebhookAttempt[];
}): Static<typeof deliveryDetailsSchema> => ({
  ...presentDelivery(delivery),
  body: delivery.body,
  attempts: attempts.map((attempt) => ({
    number: attempt.number,
    started_at: isoTime(attempt.startedAt),
    duration_ms: attempt.durationMilliseconds,
    response_status: attempt.responseStatus,
    failure: attempt.failure,
    response_body: attempt.responseBody,
  })),
});

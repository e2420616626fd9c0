// What an event looks like to the outside: the id of its object under its natural name, what the event holds, and, where
// it tells of trouble, the verdict. Formats render it.
import { isReasonCode, type Verdict, verdictOf } from '../diagnosis.ts';
import type { GatewayEvent } from '../events.ts';
import type { WebhookEventType } from './endpoint.ts';
import { eventCatalogue } from './event-catalogue.ts';
import type { MailboxNames, ToldEvent } from './formats/index.ts';
import { mayReconnect, withheldLink } from './reconnect-links.ts';

/** The connect session that an event belongs to: of the session itself, or of the mailbox that came of it. */
export function connectSessionOf({ type, objectId, data }: GatewayEvent): string | null {
  if (eventCatalogue[type].objectName === 'connect_session_id') return objectId;
  const { connect_session_id: id } = data;
  return typeof id === 'string' ? id : null;
}

/** `workspaceId` null = the installation's own. `about.mailbox` null where no format asks for it. */
export function toldEvent(
  { id, workspaceId, type, objectId, data, createdAt }: GatewayEvent,
  about: Pick<ToldEvent, 'mailbox' | 'origin'>,
): ToldEvent {
  return { id, type, at: createdAt, workspaceId, objectId, data: dataOf(type, objectId, data), ...about };
}

/** What the event itself says of a mailbox that is gone; null for an event about something else. */
export function namesIn({ type, objectId, data }: GatewayEvent): MailboxNames | null {
  if (eventCatalogue[type].objectName !== 'mailbox_id') return null;
  const { email, external_id: externalId } = data;
  return {
    id: objectId,
    externalId: typeof externalId === 'string' ? externalId : null,
    number: null,
    email: typeof email === 'string' ? email : '',
  };
}

/** An event of this type that never happened, for trying an endpoint. */
export function sampleEvent(
  type: WebhookEventType,
  {
    id,
    endpointId,
    workspaceId,
    at,
    origin,
  }: { id: string; endpointId: string; workspaceId: string | null; at: number; origin: string },
): ToldEvent {
  const objectId = eventCatalogue[type].objectName === 'endpoint_id' ? endpointId : sampleObjectId;
  const data = { ...dataOf(type, objectId, eventCatalogue[type].example), is_test: true };
  const mailbox = { id: sampleObjectId, externalId: null, number: 1, email: 'ada@example.com' };
  return { id, type, at, workspaceId, objectId, data, mailbox, origin };
}

const sampleObjectId = '019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10';

function dataOf(
  type: WebhookEventType,
  objectId: string,
  data: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const verdict = verdictIn(type, data);
  return {
    [eventCatalogue[type].objectName]: objectId,
    ...(verdict ? { verdict: presented(verdict) } : {}),
    // One that brings a verdict of its own knows better.
    ...data,
    ...(mayReconnect(type) ? { reconnect_url: withheldLink } : {}),
  };
}

/** By the event's own reason, or by the first transport of a verification that failed. */
function verdictIn(type: WebhookEventType, data: Readonly<Record<string, unknown>>): Verdict | null {
  const results: unknown[] = Array.isArray(data.results) ? data.results : [];
  const reasons = [data.reason, ...results.map((result) => Reflect.get(Object(result), 'reason'))];
  const reason = reasons.find((one) => typeof one === 'string' && isReasonCode(one) && one !== 'ok');
  if (typeof reason === 'string' && isReasonCode(reason)) return verdictOf(reason);
  return type === 'mailbox.scopes_lost' ? verdictOf('scope_lost') : null;
}

const presented = ({ code, sentence, remedy, actor, healsItself }: Verdict) => ({
  code,
  sentence,
  remedy,
  actor,
  heals_itself: healsItself,
});

/** What the standard format sends of an event of this type, for the documents: ids and times are made up. */
export function webhookExample(type: WebhookEventType): Record<string, unknown> {
  const data = dataOf(type, sampleObjectId, eventCatalogue[type].example);
  const link = 'https://connect.example.com/reconnect/...';
  return {
    type,
    timestamp: '2026-03-01T12:00:00.000Z',
    data: {
      workspace_id: type === 'workspace.deleted' ? null : '019a2b8a-10aa-7c3e-8f44-21c0de9b7755',
      ...data,
      ...(mayReconnect(type) ? { reconnect_url: link } : {}),
    },
  };
}

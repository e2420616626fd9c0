// What EmailEngine has and this server has not: it reads no mail, sends none, and has no queues of its own.
import type { HTTPMethods } from 'fastify';
import type { Noun } from './route.ts';
import { refuse } from './route.ts';

type Operation = { name: string; methods: HTTPMethods[]; path: string };

const op = (name: string, methods: HTTPMethods[], path: string): Operation => ({ name, methods, path });

/** Below the nouns that are this surface's on the shared `/v1`. */
const ofAccounts: readonly Operation[] = [
  op('Account synchronisation', ['PUT'], '/account/:account/sync'),
  op('Account flushing', ['PUT'], '/account/:account/flush'),
  op('Server signatures', ['GET'], '/account/:account/server-signatures'),
  op('Account logs', ['GET'], '/account/:account/logs'),
  op('Folder listing', ['GET'], '/account/:account/mailboxes'),
  op('Folder management', ['GET', 'POST', 'PUT', 'DELETE'], '/account/:account/mailbox'),
  op('Message listing', ['GET', 'PUT'], '/account/:account/messages'),
  op('Moving messages', ['PUT'], '/account/:account/messages/move'),
  op('Deleting messages', ['PUT'], '/account/:account/messages/delete'),
  op('Message upload', ['POST'], '/account/:account/message'),
  op('Message access', ['GET', 'PUT', 'DELETE'], '/account/:account/message/:message'),
  op('Message source', ['GET'], '/account/:account/message/:message/source'),
  op('Moving a message', ['PUT'], '/account/:account/message/:message/move'),
  op('Message text', ['GET'], '/account/:account/text/:text'),
  op('Attachments', ['GET'], '/account/:account/attachment/:attachment'),
  op('Message search', ['POST'], '/account/:account/search'),
  op('Message submission', ['POST'], '/account/:account/submit'),
  op('The outbox', ['GET', 'DELETE'], '/account/:account/outbox'),
  op('Message export', ['POST'], '/account/:account/export'),
  op('Message export', ['GET'], '/account/:account/exports'),
  op('Message export', ['GET', 'DELETE'], '/account/:account/export/:export'),
  op('Message export', ['GET'], '/account/:account/export/:export/download'),
];

/** Nouns that no other surface has either. */
const others: readonly Operation[] = [
  op('Statistics', ['GET'], '/stats'),
  op('Queue settings', ['GET', 'PUT'], '/settings/queue/:queue'),
  op('Changes', ['GET'], '/changes'),
  op('The outbox', ['GET'], '/outbox'),
  op('The outbox', ['GET', 'DELETE'], '/outbox/:queueId'),
  op('Templates', ['GET', 'DELETE'], '/templates'),
  op('Templates', ['POST'], '/templates/template'),
  op('Templates', ['GET', 'PUT', 'DELETE'], '/templates/template/:template'),
  op('Templates', ['DELETE'], '/templates/account/:account'),
  op('Gateways', ['GET'], '/gateways'),
  op('Gateways', ['POST'], '/gateway'),
  op('Gateways', ['GET'], '/gateway/:gateway'),
  op('Gateways', ['PUT', 'DELETE'], '/gateway/edit/:gateway'),
  op('Blocklists', ['GET'], '/blocklists'),
  op('Blocklists', ['GET', 'POST', 'DELETE'], '/blocklist/:list'),
  op('Webhook routes', ['GET'], '/webhookRoutes'),
  op('Webhook routes', ['GET'], '/webhookRoutes/webhookRoute/:route'),
  op('The licence', ['GET', 'POST', 'DELETE'], '/license'),
  op('Mail server discovery', ['GET'], '/autoconfig'),
  op('Unified search', ['POST'], '/unified/search'),
  op('Delivery tests', ['POST'], '/delivery-test/account/:account'),
  op('Delivery tests', ['GET'], '/delivery-test/check/:test'),
  op('Chat with mail', ['POST'], '/chat/:account'),
];

export const refusedOperations: Noun = (app, context) => {
  for (const operation of [...ofAccounts, ...others]) refuse(app, context, operation);
};

// The one implementation of the storage port, over either engine. Owns the composition; the statements are
// in operations/, one file per entity, and what differs between engines is in the engine files.
import type { Store, StoreOperations } from '../core/ports.ts';
import type { Engine } from './engine.ts';
import type { Keyring } from './keyring.ts';
import { apiKeyOperations } from './operations/api-keys.ts';
import { auditOperations } from './operations/audit.ts';
import { authorizationRequestOperations } from './operations/authorization-requests.ts';
import { backgroundJobOperations } from './operations/background-jobs.ts';
import { breakerOperations } from './operations/breakers.ts';
import { connectSessionOperations } from './operations/connect-sessions.ts';
import { consoleSessionOperations } from './operations/console-sessions.ts';
import type { Context } from './operations/context.ts';
import { customerOperations } from './operations/customers.ts';
import { eventOperations } from './operations/events.ts';
import { grantOperations } from './operations/grants.ts';
import { installationOperations } from './operations/installation.ts';
import { limitOperations } from './operations/limits.ts';
import { mailboxOperations } from './operations/mailboxes.ts';
import { numberOperations } from './operations/numbers.ts';
import { oauthClientOperations } from './operations/oauth-clients.ts';
import { peopleOperations } from './operations/people.ts';
import { resealingOperations } from './operations/resealing.ts';
import { tagOperations } from './operations/tags.ts';
import { tokenSetOperations } from './operations/token-sets.ts';
import { tokenUseOperations } from './operations/token-uses.ts';
import { webhookDeliveryOperations } from './operations/webhook-deliveries.ts';
import { webhookEndpointOperations } from './operations/webhook-endpoints.ts';
import { workspaceOperations } from './operations/workspaces.ts';

export const createSqlStore = (engine: Engine, keyring: Keyring): Store => ({
  ...operationsOn({ session: engine.session, keyring }),
  transaction: (work) => engine.transaction((session) => work(operationsOn({ session, keyring }))),
  ping: () => engine.ping(),
  changes: engine.changes,
});

const operationsOn = (context: Context): StoreOperations => ({
  lock: (name) => context.session.lockText(name),
  workspaces: workspaceOperations(context),
  customers: customerOperations(context),
  tags: tagOperations(context),
  numbers: numberOperations(context),
  backgroundJobs: backgroundJobOperations(context),
  limits: limitOperations(context),
  breakers: breakerOperations(context),
  apiKeys: apiKeyOperations(context),
  oauthClients: oauthClientOperations(context),
  connectSessions: connectSessionOperations(context),
  consoleSessions: consoleSessionOperations(context),
  authorizationRequests: authorizationRequestOperations(context),
  grants: grantOperations(context),
  tokenSets: tokenSetOperations(context),
  tokenUses: tokenUseOperations(context),
  mailboxes: mailboxOperations(context),
  events: eventOperations(context),
  webhookEndpoints: webhookEndpointOperations(context),
  webhookDeliveries: webhookDeliveryOperations(context),
  audit: auditOperations(context),
  resealing: resealingOperations(context),
  people: peopleOperations(context),
  installation: installationOperations(context),
});

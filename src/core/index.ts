// The product, as its use cases. The only import for everything outside of core/.
import { createApiKeys } from './api-keys.ts';
import { createAuthorization } from './authorization.ts';
import { createBackgroundJobs } from './background-jobs.ts';
import { createBreakers } from './breakers.ts';
import { createConnectSessions } from './connect.ts';
import { createCustomers } from './customers.ts';
import { createDomainVitals } from './domain-vitals.ts';
import { createEvents } from './events.ts';
import { createImports } from './imports.ts';
import { createInFlight } from './in-flight.ts';
import { createLackingScopes } from './lacking-scopes.ts';
import { createLimits } from './limits.ts';
import { createMailboxes } from './mailboxes.ts';
import { createMaintenance } from './maintenance.ts';
import { createOAuthClients } from './oauth-clients.ts';
import type { Ports } from './ports.ts';
import { createReconnections } from './reconnections.ts';
import { createRefresher } from './refresh.ts';
import { createTags } from './tags.ts';
import { createTokens } from './tokens.ts';
import { createVerifier } from './verification.ts';
import { createWorkspaces } from './workspaces.ts';

export type Core = ReturnType<typeof createCore>;

export function createCore(given: Ports) {
  const breakers = createBreakers(given);
  const ports = { ...given, providers: breakers.watch(given.providers) };
  const inFlight = createInFlight(ports);
  const refresher = createRefresher({ ...ports, inFlight });
  const tokens = createTokens({ ...ports, refresher });
  const verifier = createVerifier({ ...ports, tokens });
  const connectSessions = createConnectSessions(ports);
  return {
    settings: ports.settings,
    workspaces: createWorkspaces(ports),
    apiKeys: createApiKeys(ports),
    oauthClients: createOAuthClients(ports),
    connectSessions,
    authorization: createAuthorization({ ...ports, connectSessions, verifier, inFlight }),
    imports: createImports({ ...ports, verifier, inFlight }),
    mailboxes: createMailboxes({ ...ports, verifier }),
    lackingScopes: createLackingScopes(ports),
    reconnections: createReconnections(ports),
    tags: createTags(ports),
    customers: createCustomers(ports),
    backgroundJobs: createBackgroundJobs(ports),
    domainVitals: createDomainVitals(ports),
    limits: createLimits(ports),
    breakers,
    tokens,
    events: createEvents(ports),
    maintenance: createMaintenance({ ...ports, tokens, verifier }),
    /** Waits for what must not be cut off before the process ends; true when all of it is done. */
    drain: inFlight.drain,
    /** Throws when the database does not answer. */
    checkHealth: () => ports.store.ping(),
    now: () => ports.clock.now(),
  };
}

export type { ApiKey, ApiKeyScope } from './api-keys.ts';
export { apiKeyScopes } from './api-keys.ts';
export type { Arrival } from './authorization.ts';
export { unboundTokenOf } from './authorization.ts';
export type { BackgroundJob, JobFilter, WarmupRequest } from './background-jobs.ts';
export type { ConnectOutcome, ConnectSession, Invitation } from './connect.ts';
export { connectStatusOf } from './connect.ts';
export type { Customer } from './customers.ts';
export type { Actor, ReasonCode, Verdict } from './diagnosis.ts';
export { isReasonCode, verdictOf, verdictTable } from './diagnosis.ts';
export type { DomainVitals } from './domain-vitals.ts';
export type { ErrorCode, ErrorExtras, FieldError } from './errors.ts';
export { errorTable, GatewayError } from './errors.ts';
export type { GatewayEvent } from './events.ts';
export type { ImportOutcome, ImportRequest } from './imports.ts';
export type { LackingMailbox } from './lacking-scopes.ts';
export type { MailboxSettings, MailboxSettingsChanges } from './mailbox-settings.ts';
export type { Mailbox, MailboxFilter } from './mailboxes.ts';
export type { OAuthClient, ProviderName } from './oauth-clients.ts';
export { redirectUriOf } from './oauth-clients.ts';
export type {
  CoreSettings,
  Log,
  MailboxWithGrant,
  Page,
  PageRequest,
  Ports,
  Profile,
  Transport,
} from './ports.ts';
export type { Principal } from './principal.ts';
export { hasScope, requireScope, workspaceFor } from './principal.ts';
export { Secret, secret } from './secret.ts';
export type { Tag } from './tags.ts';
export type { TokenAnswer } from './tokens.ts';
export type { MailboxStatus, TransportResult, Verification } from './verification.ts';
export { statusOf } from './verification.ts';
export type { Workspace } from './workspaces.ts';

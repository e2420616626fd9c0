// The product, as its use cases. The only import for everything outside of core/.
import { createApiKeys } from './api-keys.ts';
import { createAuthorization } from './authorization.ts';
import { createConnectSessions } from './connect.ts';
import { createEvents } from './events.ts';
import { createMailboxes } from './mailboxes.ts';
import { createMaintenance } from './maintenance.ts';
import { createOAuthClients } from './oauth-clients.ts';
import type { Ports } from './ports.ts';
import { createRefresher } from './refresh.ts';
import { createTokens } from './tokens.ts';
import { createVerifier } from './verification.ts';
import { createWorkspaces } from './workspaces.ts';

export type Core = ReturnType<typeof createCore>;

export function createCore(ports: Ports) {
  const refresher = createRefresher(ports);
  const tokens = createTokens({ ...ports, refresher });
  const verifier = createVerifier({ ...ports, tokens });
  const connectSessions = createConnectSessions(ports);
  return {
    settings: ports.settings,
    workspaces: createWorkspaces(ports),
    apiKeys: createApiKeys(ports),
    oauthClients: createOAuthClients(ports),
    connectSessions,
    authorization: createAuthorization({ ...ports, connectSessions, verifier }),
    mailboxes: createMailboxes({ ...ports, verifier }),
    tokens,
    events: createEvents(ports),
    maintenance: createMaintenance({ ...ports, tokens, verifier }),
    /** Throws when the database does not answer. */
    checkHealth: () => ports.store.ping(),
    now: () => ports.clock.now(),
  };
}

export type { ApiKey, ApiKeyScope } from './api-keys.ts';
export { apiKeyScopes } from './api-keys.ts';
export type { Arrival } from './authorization.ts';
export type { ConnectOutcome, ConnectSession, Invitation } from './connect.ts';
export { connectStatusOf } from './connect.ts';
export type { Actor, ReasonCode, Verdict } from './diagnosis.ts';
export { isReasonCode, verdictOf, verdictTable } from './diagnosis.ts';
export type { ErrorCode, ErrorExtras, FieldError } from './errors.ts';
export { errorTable, GatewayError } from './errors.ts';
export type { GatewayEvent } from './events.ts';
export type { Mailbox } from './mailboxes.ts';
export type { OAuthClient, ProviderName } from './oauth-clients.ts';
export { redirectUriOf } from './oauth-clients.ts';
export type { Log, MailboxWithGrant, Page, PageRequest, Ports, Profile, Transport } from './ports.ts';
export type { Principal } from './principal.ts';
export { hasScope, requireScope, workspaceFor } from './principal.ts';
export { Secret, secret } from './secret.ts';
export type { TokenAnswer } from './tokens.ts';
export type { MailboxStatus, TransportResult, Verification } from './verification.ts';
export { statusOf } from './verification.ts';
export type { Workspace } from './workspaces.ts';

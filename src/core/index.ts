// The product, as its use cases. The only import for everything outside of core/.
import { createAdminConsents } from './admin-consent.ts';
import { createApiKeys } from './api-keys.ts';
import { createAudit } from './audit.ts';
import { createAuthorization } from './authorization.ts';
import { createBreakers } from './breakers.ts';
import { createCredentials } from './client-credentials.ts';
import { createClientExaminations } from './client-examination.ts';
import { createConfirmations } from './confirmations.ts';
import { createConnectSessions } from './connect.ts';
import { createConsolePeople } from './console/console-people.ts';
import { createConsoleSessions } from './console/console-sessions.ts';
import { createCustomerPages } from './customer-pages.ts';
import { createCustomers } from './customers.ts';
import { createDirectConnections } from './direct-connections.ts';
import { createDoctor } from './doctor.ts';
import { createDomainVitals } from './domain-vitals.ts';
import { createDueRefreshes } from './due-refreshes.ts';
import { createEvents } from './events.ts';
import { createFreshness } from './freshness.ts';
import { createGrantEndings } from './grant-endings.ts';
import { createImports } from './imports.ts';
import { createInFlight } from './in-flight.ts';
import { type AboutInstallation, createInstallation } from './installation.ts';
import { createBackgroundJobs } from './jobs/background-jobs.ts';
import { createMailboxJobs, createMailboxStep } from './jobs/mailbox-jobs.ts';
import { createWarmupJobs, createWarmupStep } from './jobs/warmup-jobs.ts';
import { createLackingScopes } from './lacking-scopes.ts';
import { createLimits } from './limits.ts';
import { createLinks } from './links.ts';
import { createMailboxes } from './mailboxes.ts';
import { createMaintenance } from './maintenance.ts';
import { measuredCalls } from './measures/measured-calls.ts';
import { measuredStore } from './measures/measured-store.ts';
import { measuredWebhooks } from './measures/measured-webhooks.ts';
import { createMeasures } from './measures/measures.ts';
import { createOAuthClients } from './oauth-clients.ts';
import { createOrigins } from './origins.ts';
import { createErasureStep } from './people/erasure.ts';
import { createPeople } from './people/people.ts';
import { type Ports, type ProviderAdapters, type Tracer, untraced } from './ports.ts';
import { createProviderCalls } from './provider-calls.ts';
import { createReadMemory } from './read-memory.ts';
import { createReconnections } from './reconnections.ts';
import { createRefresher } from './refresh.ts';
import { createResealing } from './resealing.ts';
import { createRetention } from './retention.ts';
import { createSessionResults } from './session-results.ts';
import { createSetUpLists } from './set-up/index.ts';
import { createTags } from './tags.ts';
import { createTokenUses } from './token-uses.ts';
import { createTokens } from './tokens.ts';
import { createVerifier } from './verification.ts';
import { createWebhooks } from './webhooks/index.ts';
import { createBell, watchRaised } from './webhooks/watch-raised.ts';
import { createWorkspaceDeletion } from './workspace-deletion.ts';
import { createWorkspaces } from './workspaces.ts';

export type Core = ReturnType<typeof createCore>;

/** As the adapters come: the core chooses the credential of each call, and watches what comes back. */
export type GivenPorts = Omit<Ports, 'providers'> & {
  providers: ProviderAdapters;
  /** Without it nothing is traced. */
  tracer?: Tracer;
  /** For who asks what runs here. */
  about?: AboutInstallation;
};

const unknownAbout: AboutInstallation = { version: 'unknown', engine: 'sqlite' };

export function createCore({ tracer = untraced, about = unknownAbout, ...adapters }: GivenPorts) {
  const measures = createMeasures();
  const seconds = (): number => adapters.clock.now() / 1000;
  const watch = { measures, tracer, seconds };
  const eventsRaised = createBell();
  const given = {
    ...adapters,
    store: watchRaised(measuredStore(watch, adapters.store), eventsRaised.ring),
    webhookSender: measuredWebhooks(watch, adapters.webhookSender),
  };
  const credentials = createCredentials(given);
  const inFlight = createInFlight(given);
  const breakers = createBreakers({ ...given, inFlight });
  const measured = measuredCalls(watch, credentials.authenticate(given.providers));
  const watched = breakers.watch(measured);
  const providerCalls = createProviderCalls({ ...given, providers: watched, breakers });
  const providers = providerCalls.guard(watched);
  const origins = createOrigins(given);
  const ports = { ...given, providers, credentials, origins, links: createLinks({ ...given, origins }) };
  // It asks for admission before it takes a lease, so its calls must not be admitted once more.
  const refresher = createRefresher({
    ...ports,
    providers: watched,
    inFlight,
    providerCalls,
    measures,
    tracer,
  });
  const freshness = createFreshness(ports.store);
  const apiKeys = createApiKeys({ ...ports, freshness });
  const limits = createLimits(ports);
  const consoleSessions = createConsoleSessions({ ...ports, apiKeys, limits });
  const resealing = createResealing(ports);
  const tokenUses = createTokenUses(ports);
  const readMemory = createReadMemory({ ...ports, freshness });
  const tokens = createTokens({ ...ports, refresher, freshness, readMemory, uses: tokenUses, measures });
  const verifier = createVerifier({ ...ports, tokens });
  const connectSessions = createConnectSessions(ports);
  const results = createSessionResults({ ...ports, connectSessions });
  const way = { ...ports, connectSessions, results, verifier, inFlight };
  const authorization = createAuthorization(way);
  const clientExaminations = createClientExaminations(ports);
  const oauthClients = createOAuthClients({ ...ports, discardHeldOf: authorization.discardHeldOf });
  const mailboxes = createMailboxes({ ...ports, verifier });
  const mailboxStep = createMailboxStep({ ...ports, mailboxes });
  const backgroundJobs = createBackgroundJobs({
    ...ports,
    stepOf: {
      update_warmup: createWarmupStep(ports),
      verify_mailboxes: mailboxStep,
      enable_mailboxes: mailboxStep,
      disable_mailboxes: mailboxStep,
      disconnect_mailboxes: mailboxStep,
      set_customer: mailboxStep,
      erase_person: createErasureStep({ ...ports, mailboxes }),
    },
  });
  return {
    settings: ports.settings,
    workspaces: createWorkspaces({ ...ports, freshness }),
    workspaceDeletion: createWorkspaceDeletion(ports),
    apiKeys,
    consoleSessions,
    consolePeople: createConsolePeople({ ...ports, apiKeys, consoleSessions, limits }),
    oauthClients,
    setUpLists: createSetUpLists({ ...ports, oauthClients }),
    clientExaminations,
    doctor: createDoctor({ ...ports, tokens, verifier, clientExaminations, credentials }),
    // What a cancelled session holds is the authorization's to hand back.
    connectSessions: { ...connectSessions, cancel: authorization.cancel },
    authorization,
    confirmations: createConfirmations({ ...ports, authorization }),
    adminConsents: createAdminConsents(way),
    directConnections: createDirectConnections(way),
    customerPages: createCustomerPages(way),
    imports: createImports({ ...ports, verifier, inFlight }),
    mailboxes,
    lackingScopes: createLackingScopes(ports),
    reconnections: createReconnections(ports),
    tags: createTags(ports),
    customers: createCustomers(ports),
    backgroundJobs,
    warmupJobs: createWarmupJobs(backgroundJobs),
    mailboxJobs: createMailboxJobs(backgroundJobs, ports),
    domainVitals: createDomainVitals(ports),
    limits,
    breakers,
    tokens,
    tokenUses,
    dueRefreshes: createDueRefreshes({ ...ports, refresher, providerCalls }),
    grantEndings: createGrantEndings(ports),
    events: createEvents(ports),
    audit: createAudit(ports),
    maintenance: createMaintenance({ ...ports, verifier, credentials }),
    retention: createRetention({ ...ports, authorization }),
    people: createPeople({ ...ports, backgroundJobs }),
    resealing,
    origins,
    webhooks: createWebhooks({ ...ports, inFlight, eventsRaised }),
    installation: createInstallation({ ...ports, breakers, providerCalls, about }),
    /** What this process has counted since its start. */
    measures,
    /** Waits for what must not be cut off before the process ends; true when all of it is done. */
    async drain(milliseconds: number): Promise<boolean> {
      const isDone = await inFlight.drain(milliseconds);
      await tokenUses.flush();
      await resealing.forgetHolder();
      return isDone;
    },
    /** Throws when the database does not answer. */
    checkHealth: () => ports.store.ping(),
    now: () => ports.clock.now(),
  };
}

export type { AdminArrival } from './admin-consent.ts';
export { adminStatePrefix } from './admin-consent.ts';
export type { ApiKey, ApiKeyScope } from './api-keys.ts';
export { apiKeyScopes } from './api-keys.ts';
export type { AuditAction, AuditActor, AuditEntry, AuditFilter, ListedAuditEntry } from './audit.ts';
export { auditActions } from './audit.ts';
export type { Ticket } from './authorization.ts';
export { unboundTokenOf } from './authorization.ts';
export type { Branding, Logo, LogoMediaType } from './branding.ts';
export { isBranded } from './branding.ts';
export type { ClientCredential, CredentialKind, EnteredCredential } from './client-credentials.ts';
export { enteredSecret } from './client-credentials.ts';
export type { ClientExamination, ExaminationStep } from './client-examination.ts';
export type { Completion, ConnectOutcome, ConnectSession, ConnectSessionStatus } from './connect-session.ts';
export { connectSessionStatuses, connectStatusOf, isOpen } from './connect-session.ts';
export type { SignInOutcome } from './console/console-people.ts';
export type { ConsoleSession, NewConsoleSession, OpenConsoleSession } from './console/console-sessions.ts';
export type { CustomerPage } from './customer-pages.ts';
export type { Customer, CustomerOfMailboxes } from './customers.ts';
export type { Actor, ReasonCode, Verdict } from './diagnosis.ts';
export { isReasonCode, verdictOf, verdictTable } from './diagnosis.ts';
export type { Diagnosis, DoctorStep, DoctorStepName } from './doctor.ts';
export type { DomainVitals } from './domain-vitals.ts';
export type { ErrorCode, ErrorExtras, FieldError } from './errors.ts';
export { errorTable, GatewayError, invalidField } from './errors.ts';
export type { GatewayEvent } from './events.ts';
export type { GrantOutlook } from './grant-endings.ts';
export { outlookOf } from './grant-endings.ts';
export type { GrantStatus } from './grants.ts';
export type { ImportOutcome, ImportRequest } from './imports.ts';
export type { BreakerStatus, Installation, InstallationFigures } from './installation.ts';
export type { Invitation, ReconnectInvitation } from './invitations.ts';
export { nameOf } from './invitations.ts';
export type { BackgroundJob } from './jobs/background-jobs.ts';
export { isCancelled } from './jobs/background-jobs.ts';
export type { JobFailure } from './jobs/mailbox-job-plan.ts';
export { jobFailuresOf, jobProgressOf } from './jobs/mailbox-job-plan.ts';
export type { MailboxAction, MailboxJobRequest } from './jobs/mailbox-jobs.ts';
export type { JobFilter, WarmupRequest } from './jobs/warmup-jobs.ts';
export type { LackingMailbox } from './lacking-scopes.ts';
export type { MailboxSettings, MailboxSettingsChanges } from './mailbox-settings.ts';
export type { Mailbox, MailboxFilter, MailboxSummary } from './mailboxes.ts';
export type { Count, Counter, Histogram, Labels, Measures, Spread } from './measures/measures.ts';
export { createCounter, createHistogram } from './measures/measures.ts';
export type { GrantType, OAuthClient, ProviderName, RegisteredClient, Removal } from './oauth-clients.ts';
export { erasureReportOf } from './people/erasure-plan.ts';
export type { PersonExport } from './people/people.ts';
export type {
  CoreSettings,
  Log,
  MailboxWithGrant,
  Page,
  PageRequest,
  Ports,
  Profile,
  Span,
  SpanName,
  Tracer,
  Transport,
} from './ports.ts';
export { untraced } from './ports.ts';
export type { Principal } from './principal.ts';
export { hasScope, requireScope, workspaceFor } from './principal.ts';
export { providerPages } from './provider-pages.ts';
export type { KeptToken } from './read-memory.ts';
export type { KeyringStatus } from './resealing.ts';
export { Secret, secret } from './secret.ts';
export type { Arrival } from './session-results.ts';
export type { SetUpList, SetUpStep, SetUpStepName, SetUpValue } from './set-up/index.ts';
export type { Setback, SetbackStatus } from './setbacks.ts';
export { setbackReasons } from './setbacks.ts';
export type { Tag } from './tags.ts';
export type { NamedTokenUse } from './token-uses.ts';
export type { TokenAnswer, TokenRequest } from './tokens.ts';
export type { MailboxStatus, MailboxStatusName, TransportResult, Verification } from './verification.ts';
export { mailboxStatusNames, statusOf } from './verification.ts';
export type {
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryStatus,
  WebhookFailure,
} from './webhooks/delivery.ts';
export type { WebhookEndpoint, WebhookEventType } from './webhooks/endpoint.ts';
export { type EventDescription, eventCatalogue, webhookEventTypes } from './webhooks/event-catalogue.ts';
export { webhookExample } from './webhooks/event-data.ts';
export { emailengineEvents } from './webhooks/formats/emailengine.ts';
export { smartleadEvent } from './webhooks/formats/smartlead.ts';
export type { VendorHeader } from './webhooks/formats/vendor-key.ts';
export type { VendorWebhooks, VendorWebhooksChanges } from './webhooks/vendor-endpoints.ts';
export type { Workspace, WorkspaceSettings, WorkspaceSettingsChanges } from './workspaces.ts';

// What the core asks of the outside: storage, authorization servers, mail servers, time, chance, sealing, log.
// Every port is plain functions over plain data, so that an adapter is one file and a fake is a few lines.
import type { BreakerSettings } from './breakers.ts';
import type { CallBudgetSettings } from './call-budgets.ts';
import type { ConsoleSignIn } from './console/console-people.ts';
import type { ConsoleSessionSettings } from './console/console-sessions.ts';
import type { LimitSettings } from './limits.ts';
import type { Probes } from './ports/probes.ts';
import type { Providers } from './ports/providers.ts';
import type { Store } from './ports/store.ts';
import type { Clock, CredentialSource, DomainResolver, LinkSigner, Log, Random } from './ports/system.ts';
import type { WebhookSender } from './ports/webhooks.ts';
import type { RetentionSettings } from './retention.ts';
import type { WebhookSettings } from './webhooks/settings.ts';

export type * from './ports/audit.ts';
export type * from './ports/changes.ts';
export type * from './ports/console.ts';
export type * from './ports/installation.ts';
export type * from './ports/people.ts';
export type * from './ports/probes.ts';
export * from './ports/providers.ts';
export type * from './ports/resealing.ts';
export type * from './ports/sign-in.ts';
export type * from './ports/store.ts';
export * from './ports/system.ts';
export * from './ports/tracer.ts';
export type * from './ports/webhooks.ts';

export type Ports = {
  clock: Clock;
  random: Random;
  linkSigner: LinkSigner;
  /**
   * Ids of the keyring as it is written down now, the first one first: it may have changed since this process read it.
   * Null, or absent = that cannot be known.
   */
  writtenKeyIds?(): readonly string[] | null;
  log: Log;
  store: Store;
  providers: Providers;
  credentialSource: CredentialSource;
  probes: Probes;
  domains: DomainResolver;
  /** Absent = the console is entered with API keys alone. */
  consoleSignIn?: ConsoleSignIn;
  webhookSender: WebhookSender;
  settings: CoreSettings;
};

/** Times and bounds, from the configuration. Seconds unless the name says otherwise. */
export type CoreSettings = {
  /** Origin under which browsers reach this server, without a trailing slash. */
  publicUrl: string;
  connectSessionSeconds: number;
  /** One call to a token endpoint; must be shorter than the lease. */
  providerTimeoutSeconds: number;
  leaseSeconds: number;
  /** The longest a token read may wait for a refresh, own or another process's. */
  tokenReadTimeoutSeconds: number;
  probeTimeoutSeconds: number;
  keepAliveSeconds: number;
  /** A mailbox whose token was read within this time is kept warm; 0 = none is. */
  warmSeconds: number;
  /** Mailboxes whose token reads a process keeps in memory, and how much of it they may take, by estimate. */
  cacheEntriesMax: number;
  cacheMegabytesMax: number;
  /** How long the record of token reads is kept. */
  tokenUsesDays: number;
  reconnectLinkSeconds: number;
  /** How long a connect session waits for an administrator's approval. */
  adminConsentSeconds: number;
  /** Compatible surfaces hand out the provider's own address: no page of ours, no browser bound. */
  directAuthUrl: boolean;
} & LimitSettings &
  ConsoleSessionSettings &
  RetentionSettings &
  WebhookSettings &
  BreakerSettings &
  CallBudgetSettings;

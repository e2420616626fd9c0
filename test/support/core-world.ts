// The core alone, on a SQLite database of its own, with stand-ins at the ports: for tests of what it does between a
// provider and the rows. `store` and `google` are changed before the core sees them.
import { createCore, type OAuthClient, type Principal } from '../../src/core/index.ts';
import type { ProviderAdapters, Store } from '../../src/core/ports.ts';
import { secret } from '../../src/core/secret.ts';
import { systemClock, systemRandom } from '../../src/system.ts';
import { client, grant, mailbox, newKeyring, silentLog, tokenSet, workspace } from '../stores/fixtures.ts';
import { createSqliteDatabase } from '../stores/sqlite-database.ts';
import { createBehaviour, createPorts } from '../surfaces/native-providers.ts';

type Settings = Parameters<typeof createCore>[0]['settings'];
type Google = ProviderAdapters['google'];
type Answer = Awaited<ReturnType<Google['refresh']>>;

export type CoreWorldOptions = {
  settings?: Partial<Settings>;
  store?: (store: Store) => Store;
  /** In place of an answer with tokens, or before one. */
  refresh?: (answer: () => Promise<Answer>, client: OAuthClient) => Promise<Answer>;
};

export type CoreWorld = Awaited<ReturnType<typeof createCoreWorld>>;

export const transientFailure: Answer = {
  ok: false,
  failure: {
    kind: 'transient',
    reason: 'provider_unavailable',
    retryAfterSeconds: null,
    provider: {
      httpStatus: 503,
      error: null,
      suberror: null,
      description: null,
      errorCodes: [],
      traceId: null,
      correlationId: null,
    },
  },
};

const minute = 60_000;

export async function createCoreWorld({ settings = {}, store: change, refresh }: CoreWorldOptions = {}) {
  const database = await createSqliteDatabase();
  const real = await database.open();
  const store = change?.(real) ?? real;
  const given = createPorts(createBehaviour());
  let ahead = 0;
  let calls = 0;
  const google: Google = {
    ...given.providers.google,
    refresh: async (oauthClient, request, signal) => {
      calls += 1;
      const answer = () => given.providers.google.refresh(oauthClient, request, signal);
      return refresh ? refresh(answer, oauthClient) : answer();
    },
  };
  const now = (): number => Date.now() + ahead;
  const core = createCore({
    ...given,
    providers: { ...given.providers, google },
    clock: { ...systemClock, now },
    random: systemRandom,
    linkSigner: newKeyring(),
    log: silentLog,
    store,
    settings: { ...ample, ...settings },
    domains: { mx: async () => null, txt: async () => null },
    webhookSender: { objection: async () => null, send: async () => ({ failure: 'connection_refused' }) },
  });
  const { id: workspaceId } = workspace();
  await real.workspaces.insert({ ...workspace(), id: workspaceId });
  const principal: Principal = {
    keyId: 'test',
    workspaceId,
    isInstallation: false,
    scopes: new Set(['all']),
    expiresAt: null,
  };

  return {
    core,
    /** As it is, not as the core sees it. */
    store: real,
    calls: () => calls,
    now,
    wait: (milliseconds: number) => {
      ahead += milliseconds;
    },
    async addClient(more: Partial<OAuthClient> = {}): Promise<OAuthClient> {
      const made = client({ createdAt: now(), updatedAt: now(), ...more });
      await real.oauthClients.insert(made);
      return made;
    },
    /** With a token that is 20 of its 60 minutes old. */
    async addMailbox(of: { id: string }, more: Parameters<typeof grant>[1] = {}) {
      const times = { keepAliveAt: now() + 60 * minute, refreshedAt: now(), consentedAt: now() };
      const made = grant({ workspaceId, oauthClientId: of.id }, { ...times, ...more });
      await real.grants.insert(made);
      const ofToken = {
        accessToken: secret('old'),
        obtainedAt: now() - 20 * minute,
        expiresAt: now() + 40 * minute,
      };
      await real.tokenSets.save(tokenSet(made.id, ofToken));
      const box = mailbox(made);
      await real.mailboxes.insert(box);
      return { grantId: made.id, mailboxId: box.id };
    },
    force: (mailboxId: string) =>
      core.tokens.read(principal, mailboxId, { resource: 'imap', minTtlSeconds: 0, forceRefresh: true }),
    close: () => database.drop(),
  };
}

const ample: Settings = {
  publicUrl: 'https://mailgrant.example.com',
  connectSessionSeconds: 600,
  providerTimeoutSeconds: 5,
  leaseSeconds: 10,
  tokenReadTimeoutSeconds: 5,
  probeTimeoutSeconds: 2,
  keepAliveSeconds: 604_800,
  warmSeconds: 21_600,
  cacheEntriesMax: 1000,
  cacheMegabytesMax: 8,
  tokenUsesDays: 30,
  auditDays: 400,
  eventsDays: 400,
  connectSessionHours: 24,
  reconnectLinkSeconds: 604_800,
  adminConsentSeconds: 604_800,
  directAuthUrl: false,
  initWorkspaceMinuteMax: 75,
  initAddressMinuteMax: 150,
  abuseRefusalsMax: 100,
  abuseWindowSeconds: 600,
  blockSeconds: [1800],
  blockMemorySeconds: 86_400,
  workspaceSecondMax: 100,
  workspaceMinuteMax: 6000,
  consoleSessionSeconds: 43_200,
  consoleIdleSeconds: 7200,
  consoleSignInMinuteMax: 20,
  webhookTimeoutSeconds: 20,
  webhookCallsMax: 64,
  webhookDeliveriesDays: 30,
  breakerFailuresMax: 10,
  breakerWindowSeconds: 60,
  breakerOpenSeconds: 30,
  providerCallsMax: 200,
  hostCallsMax: 150,
  clientCallsMax: 100,
  clientStartsSecondMax: 2000,
  providerCallsWaitingMax: 1000,
};

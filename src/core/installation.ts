// The installation as its operator sees it: what is in trouble, what is kept out, how long the queues are. Owns what may
// be done about it by hand: lift a block, close a breaker. Nothing here asks a provider or walks a whole table.
import { record } from './audit.ts';
import { type Breaker, phaseOf } from './breaker-states.ts';
import type { Breakers } from './breakers.ts';
import { notFound } from './errors.ts';
import { type KnownOAuthClient, readInstallationNames } from './installation-names.ts';
import { createInstallationTotals } from './installation-totals.ts';
import { type Block, workspaceOfBlock } from './limits.ts';
import type { ProviderName } from './oauth-clients.ts';
import type { InstallationTotals, Ports, RefreshQueue, WebhookQueue } from './ports.ts';
import { type Principal, requireScope } from './principal.ts';
import type { ProviderCalls } from './provider-calls.ts';

/** Queues are counted up to this; what is longer is shown as this long. */
export const countedMost = 100_000;
/** A grant that is due for so long is not waiting its turn any more: the loops look every twenty seconds. */
export const overdueSeconds = 600;
/** For this long a delivery that was given up is among `failed`. */
export const failedSeconds = 24 * 3600;
const listedMax = 200;
const endingDays = 30;
/** Scrapers and people who look at the same time are told the same. */
const figuresMilliseconds = 2_000;
const dayMilliseconds = 24 * 3600 * 1000;

export type BreakerStatus = 'closed' | 'open' | 'probing';

export type ShownBreaker = {
  key: string;
  status: BreakerStatus;
  /** Null unless it is open or probing. */
  openUntil: number | null;
  failures: number;
};

/** Of the whole installation: the same in every process. */
export type InstallationFigures = {
  breakers: ShownBreaker[];
  refreshQueue: RefreshQueue;
  webhooks: WebhookQueue;
  /** Null until somebody has counted. */
  totals: InstallationTotals | null;
};

/** What the core cannot know of itself. */
export type AboutInstallation = { version: string; engine: 'sqlite' | 'postgres' };

export type Installation = InstallationFigures &
  AboutInstallation & {
    startedAt: number;
    providers: {
      provider: ProviderName;
      breaker: ShownBreaker;
      /** Of this process. */
      callsUnderWay: number;
      callsWaiting: number;
    }[];
    /** `oauthClient` is null for one that is gone with its workspace. */
    oauthClientBreakers: (ShownBreaker & { oauthClientId: string; oauthClient: KnownOAuthClient | null })[];
    /** With the workspace that alone is kept out there; null = whoever comes from there. */
    blocks: (Block & { workspaceId: string | null; workspaceName: string | null })[];
    oauthClientsEnding: {
      oauthClientId: string;
      workspaceId: string | null;
      workspaceName: string | null;
      name: string;
      expiresAt: number;
      /** A next credential takes over by itself. */
      hasNext: boolean;
    }[];
  };

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store'> & {
  breakers: Breakers;
  providerCalls: ProviderCalls;
  about: AboutInstallation;
};

export type InstallationUses = ReturnType<typeof createInstallation>;

const providers = ['google', 'microsoft'] as const satisfies readonly ProviderName[];
const clientPrefix = 'oauth_client:';

export function createInstallation(ports: Needs) {
  const { clock, log, store, breakers, providerCalls, about } = ports;
  const startedAt = clock.now();
  const totals = createInstallationTotals(ports);
  let kept: { at: number; figures: Promise<InstallationFigures> } | null = null;

  function shown(key: string, breaker: Breaker | null): ShownBreaker {
    const now = clock.now();
    const phase = phaseOf(breaker, now).phase;
    if (breaker === null || phase === 'closed') {
      return { key, status: 'closed', openUntil: null, failures: breaker?.failures ?? 0 };
    }
    // Its time is over: the next call is the probe, or one is on its way.
    const status = breaker.openUntil > now ? 'open' : 'probing';
    return { key, status, openUntil: breaker.openUntil, failures: breaker.failures };
  }

  async function readFigures(): Promise<InstallationFigures> {
    const now = clock.now();
    const [found, refreshQueue, webhooks, counted] = await Promise.all([
      store.installation.breakers(listedMax),
      store.installation.refreshQueue({
        now,
        overdueBefore: now - overdueSeconds * 1000,
        most: countedMost,
      }),
      store.installation.webhookQueue({ now, failedSince: now - failedSeconds * 1000, most: countedMost }),
      totals.read(),
    ]);
    return { breakers: found.map((each) => shown(each.key, each)), refreshQueue, webhooks, totals: counted };
  }

  /** Whoever asks within a few seconds of another one is told the same; a failure is not kept. */
  function figures(): Promise<InstallationFigures> {
    const now = clock.now();
    if (kept !== null && now >= kept.at && now - kept.at < figuresMilliseconds) return kept.figures;
    const reading = { at: now, figures: readFigures() };
    kept = reading;
    reading.figures.catch(() => {
      if (kept === reading) kept = null;
    });
    return reading.figures;
  }

  async function read(principal: Principal): Promise<Installation> {
    requireScope(principal, 'installation:read');
    const now = clock.now();
    const [current, named, blocks, ending] = await Promise.all([
      readFigures(),
      store.breakers.find(providers.map((provider) => `provider:${provider}`)),
      store.installation.blocks(now, listedMax),
      store.oauthClients.expiringCredentials(now + endingDays * dayMilliseconds, -1, listedMax),
    ]);
    const calls = providerCalls.figures();
    const clientBreakers = current.breakers
      .filter(({ key }) => key.startsWith(clientPrefix))
      .map((breaker) => ({ ...breaker, oauthClientId: breaker.key.slice(clientPrefix.length) }));
    const ofBlocks = blocks.map((block) => ({ ...block, workspaceId: workspaceOfBlock(block.key) }));
    const names = await readInstallationNames(store, {
      oauthClientIds: clientBreakers.map(({ oauthClientId }) => oauthClientId),
      workspaceIds: [...ofBlocks, ...ending].map(({ workspaceId }) => workspaceId),
    });
    return {
      ...current,
      ...about,
      startedAt,
      providers: providers.map((provider) => {
        const key = `provider:${provider}`;
        return {
          provider,
          breaker: shown(key, named.find((breaker) => breaker.key === key) ?? null),
          callsUnderWay: calls.underWay[provider] ?? 0,
          callsWaiting: calls.waiting[provider] ?? 0,
        };
      }),
      oauthClientBreakers: clientBreakers.map((breaker) => ({
        ...breaker,
        oauthClient: names.oauthClient(breaker.oauthClientId),
      })),
      blocks: ofBlocks.map((block) => ({ ...block, workspaceName: names.workspace(block.workspaceId) })),
      oauthClientsEnding: ending.flatMap(({ id, workspaceId, name, credential, nextCredential }) =>
        credential.expiresAt === null
          ? []
          : [
              {
                oauthClientId: id,
                workspaceId,
                workspaceName: names.workspace(workspaceId),
                name,
                expiresAt: credential.expiresAt,
                hasNext: nextCredential !== null,
              },
            ],
      ),
    };
  }

  /** `init:google:203.0.113.7`: the address alone is in the audit log only where it was blocked as a whole. */
  async function liftBlock(principal: Principal, key: string): Promise<void> {
    requireScope(principal, 'installation:update');
    const isLifted = await store.transaction(async (rows) => {
      if (!(await rows.installation.removeBlock(key, clock.now()))) return false;
      await record(ports, rows, principal, {
        workspaceId: null,
        action: 'block.lifted',
        objectId: null,
        data: { key },
      });
      return true;
    });
    if (!isLifted) throw notFound('block', null);
    log.info('a block was lifted', { key });
  }

  async function closeBreaker(principal: Principal, key: string): Promise<void> {
    requireScope(principal, 'installation:update');
    const isClosed = await breakers.close(key, (rows) =>
      record(ports, rows, principal, {
        workspaceId: null,
        action: 'breaker.closed',
        objectId: key.startsWith(clientPrefix) ? key.slice(clientPrefix.length) : null,
        data: { key },
      }),
    );
    if (!isClosed) throw notFound('breaker', null);
    log.info('a breaker was closed by hand', { key });
  }

  return {
    /** Throws `permission_denied`. Bounded lists: 200 of each kind. */
    read,
    /** For scrapes, which need no key; a few seconds old at most. Throws when the database fails. */
    figures,
    /** Throws `not_found` when no such block holds. What is remembered of it goes, too. */
    liftBlock,
    /** Throws `not_found` for one that is closed and counts nothing. Calls go out at once; new failures open it again. */
    closeBreaker,
    /** Work that falls due: counts grants and mailboxes, one process of the installation at a time. */
    countDue: totals.countDue,
    /** Calls to providers of this process, by provider. */
    callFigures: providerCalls.figures,
  };
}

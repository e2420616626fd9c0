// Composition root: the one place that knows every adapter. Nothing decides anything here.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { version } from './cli/version.ts';
import { type Config, ConfigError } from './config.ts';
import { type Core, createCore, type Log, type Ports } from './core/index.ts';
import { createCredentialSource } from './credential-source.ts';
import { createDomainResolver } from './dns.ts';
import { createEgress } from './egress.ts';
import { createWebhookEgress } from './egress-webhooks.ts';
import { emailengine } from './http/compat/emailengine/index.ts';
import { instantly } from './http/compat/instantly/index.ts';
import { smartlead } from './http/compat/smartlead/index.ts';
import { warmy } from './http/compat/warmy/index.ts';
import { connectPages } from './http/connect/index.ts';
import { consolePages } from './http/console/index.ts';
import { watchConnections } from './http/draining.ts';
import { native } from './http/native/index.ts';
import { createReadiness } from './http/readiness.ts';
import { createRequestMeasures } from './http/request-measures.ts';
import { createServer } from './http/server.ts';
import { dueWork, ownWork } from './jobs/due-work.ts';
import { startLoop } from './jobs/loop.ts';
import { createLog } from './log.ts';
import { createProbes } from './mail/index.ts';
import {
  firstProcess,
  listenForScrapes,
  type Membership,
  metricsRoute,
  openMetrics,
  openTraces,
  watchedWork,
} from './observability/index.ts';
import type { Report } from './observability/reports.ts';
import { closingTimes } from './processes/closing-time.ts';
import {
  createProviders,
  createSignInServer,
  describeReplacements,
  parseEndpointFile,
} from './providers/index.ts';
import { openStore } from './stores/index.ts';
import { createKeyring, parseKeyring } from './stores/keyring.ts';
import { idsInFile } from './stores/keyring-file.ts';
import { systemClock, systemRandom } from './system.ts';

export type Gateway = {
  app: Awaited<ReturnType<typeof createServer>>;
  core: Core;
  log: Log;
  /** What an operator must see at every start, whatever the log level: replaced endpoints. */
  notices: string[];
  /** What this process has counted, for the one of several that is scraped; nothing where no metrics are asked for. */
  report(): Promise<Report>;
  /** Begins to listen and to do due work; answers the address. */
  start(): Promise<string>;
  /**
   * Before `close`, when others send requests: takes them for so many seconds more, then only over connections that
   * are open. `isReplaced`: others behind the same port go on, so that the port stays ready.
   */
  drain(options: { seconds: number; isReplaced: boolean }): Promise<void>;
  /** Lets running requests and jobs end, then closes the database. May be called twice. */
  close(): Promise<void>;
};

/** What a caller may bring: time for tests, a log that it reads, a DNS without a network. */
export type Substitutes = Partial<
  Pick<Ports, 'clock' | 'random' | 'log' | 'domains'> & {
    /** Where the console's files are. */
    consoleFolder: string;
  }
>;

const builtConsole = fileURLToPath(new URL('../web/dist', import.meta.url));

const unusedNotice =
  'There is no workspace here: `mailgrant init` makes one with its first API keys (on an embedded database while this is stopped).';

const directAuthUrlNotice =
  'MAILGRANT_DIRECT_AUTH_URL is on: links lead to the provider at once, and no browser is bound to them';

/** The compatible surfaces. A further one is a folder below http/compat/ and a word here. */
const compatible = [instantly, smartlead, warmy, emailengine];

/** What was opened, in order, each by what closes it. */
type Opened = (() => unknown)[];

/** Throws what keeps it from its start, and has nothing open by then. */
export async function createGateway(
  config: Config,
  substitutes: Substitutes = {},
  membership: Membership | null = null,
): Promise<Gateway> {
  const opened: Opened = [];
  try {
    return await assemble({ config, substitutes, membership }, opened);
  } catch (error) {
    await closeAll(opened).catch(() => {});
    throw error;
  }
}

type Parts = { config: Config; substitutes: Substitutes; membership: Membership | null };

async function assemble({ config, substitutes, membership }: Parts, opened: Opened): Promise<Gateway> {
  const clock = substitutes.clock ?? systemClock;
  const random = substitutes.random ?? systemRandom;
  const log =
    substitutes.log ?? createLog(config.logLevel, membership ? { process: membership.process } : {});
  const surfaces = chosenSurfaces(config.surfaces);
  const keyring = createKeyring(parseKeyring(config.keyring));
  const endpoints = parseEndpointFile(config.endpoints ?? {});
  const ca = endpoints.caFile === null ? null : readFileSync(endpoints.caFile, 'utf8');

  const about = { log, version: version(), process: membership?.process ?? firstProcess };
  const traces = await openTraces(config, about);
  opened.push(traces.close);
  // Before what calls others: a call that is cut off at the end is written down, with the lease that it held.
  const store = await openStore({
    databaseUrl: config.databaseUrl,
    poolSize: config.databasePoolSize,
    dataDir: config.dataDir,
    keyring,
    log,
  });
  opened.push(store.close);
  const isUnused = (await store.workspaces.list({ after: null, limit: 1 })).items.length === 0;
  const egress = createEgress({ log, connectionsMax: config.hostCallsMax, ...egressTimeouts(config) });
  opened.push(egress.close);
  const webhookEgress = createWebhookEgress({
    allowsHttp: config.webhookHttp,
    networks: config.webhookNetworks,
    timeoutMilliseconds: config.webhookTimeoutSeconds * 1000,
    ca,
  });
  opened.push(webhookEgress.close);
  const credentialSource = createCredentialSource({ clock, log }, config.declaredCredentials);
  opened.push(credentialSource.close);
  const core = createCore({
    clock,
    random,
    log,
    linkSigner: keyring,
    writtenKeyIds: () => idsInFile(config.keyringFile),
    store,
    credentialSource,
    providers: createProviders({ endpoints, egressFetch: egress.fetch, egressPost: egress.post, clock }),
    probes: createProbes({
      egressFetch: egress.fetch,
      ca,
      clock,
    }),
    webhookSender: webhookEgress,
    domains: substitutes.domains ?? createDomainResolver({ servers: config.dnsServers }),
    settings: config,
    ...(config.consoleOidc
      ? {
          consoleSignIn: {
            ...config.consoleOidc,
            server: createSignInServer(config.consoleOidc, { egressFetch: egress.fetch, clock }),
          },
        }
      : {}),
    tracer: traces.tracer,
    about: { version: about.version, engine: store.engine },
  });
  const requests = createRequestMeasures();
  const metrics = await openMetrics(
    config,
    {
      core,
      requests,
      databaseLoad: store.load,
      version: about.version,
      engine: store.engine,
      now: clock.now,
    },
    { log, membership },
  );
  const readiness = createReadiness();
  const app = await createServer({
    core,
    log,
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    surfaces: [native, connectPages, consolePages(substitutes.consoleFolder ?? builtConsole), ...surfaces],
    readiness,
    measures: requests,
    addMetrics: metricsRoute(config, metrics, log),
    ...(traces.traceRequest === null ? {} : { traceRequest: traces.traceRequest }),
  });
  const connections = watchConnections(app.server);
  const loops: ReturnType<typeof startLoop>[] = [];
  let closing: Promise<void> | null = null;

  return {
    app,
    core,
    log,
    report: async () => (await metrics?.report()) ?? [],
    notices: [
      ...describeReplacements(endpoints),
      ...(config.directAuthUrl ? [directAuthUrlNotice] : []),
      ...(isUnused ? [unusedNotice] : []),
    ],
    async start() {
      const address = await app.listen({ host: config.host, port: config.port }).catch((cause: unknown) => {
        throw listenFailure(config, cause);
      });
      const scrapes = await listenForScrapes(config, metrics, log);
      if (scrapes) opened.push(scrapes.close);
      for (const work of [...ownWork(core), ...(config.jobs ? dueWork(core) : [])].map(watchedWork(core))) {
        loops.push(startLoop({ clock, random, log }, work));
      }
      if (readiness.state === 'starting') readiness.state = 'ready';
      log.info('listening', { address, publicUrl: config.publicUrl, database: store.engine });
      return address;
    },
    async drain({ seconds, isReplaced }) {
      if (!isReplaced) readiness.state = 'draining';
      connections.begin();
      await clock.sleep(seconds * 1000);
      await connections.stopListening();
    },
    close() {
      closing ??= closeOnce();
      return closing;
    },
  };

  async function closeOnce(): Promise<void> {
    readiness.state = 'draining';
    connections.begin();
    const times = closingTimes(config);
    const began = performance.now();
    const left = (seconds: number): number => Math.max(0, began + seconds * 1000 - performance.now());
    // None of them begins a further batch while requests end.
    const stopped = Promise.all(loops.map((loop) => loop.stop()));
    // Whoever asks for something that takes longer must not keep the process.
    const cutOff = setTimeout(() => app.server.closeAllConnections(), left(times.requests));
    await app.close();
    clearTimeout(cutOff);
    const areLoopsOver = await settles(stopped, left(times.stored));
    // Callers may be gone whose refresh the provider has answered: what it gave must be stored.
    const isStored = await core.drain(left(times.stored));
    if (!areLoopsOver || !isStored) log.error('some work was cut off at the end');
    await closeAll(opened);
  }
}

/** The last that was opened first; what cannot be closed does not keep the others from it. */
async function closeAll(opened: Opened): Promise<void> {
  const failures: unknown[] = [];
  for (const close of opened.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be closed.');
}

/** Whether it does within this time. Real time, whatever the clock of the core says. */
async function settles(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const over = new AbortController();
  try {
    const late = wait(milliseconds, false, { signal: over.signal }).catch(() => false);
    return await Promise.race([work.then(() => true), late]);
  } finally {
    over.abort();
  }
}

/** An address that cannot be had is the operator's to mend, and is told in words. */
function listenFailure({ host, port }: Config, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  switch (code) {
    case 'EADDRINUSE':
      return new Error(
        `Port ${port} of ${host} is taken: another program listens there, perhaps another Mailgrant. End that one, or set MAILGRANT_PORT.`,
        { cause },
      );
    case 'EACCES':
      return new Error(
        `This user may not listen on port ${port} of ${host}. Take one from 1024 upwards (MAILGRANT_PORT), or allow it.`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`${host} is no address of this machine: set MAILGRANT_HOST to one, or to 0.0.0.0.`, {
        cause,
      });
    default:
      return cause;
  }
}

/** Whether every surface that is named is one; for `mailgrant config`. Throws `ConfigError`. */
export const checkSurfaces = ({ surfaces }: Pick<Config, 'surfaces'>): void => void chosenSurfaces(surfaces);

/** Throws `ConfigError` for a name that is none. */
function chosenSurfaces(names: Config['surfaces']): typeof compatible {
  const known = compatible.map(({ name }) => name);
  const unknown = names?.filter((name) => !known.some((other) => other === name)) ?? [];
  if (unknown.length > 0) {
    throw new ConfigError([
      `MAILGRANT_SURFACES: unknown ${unknown.join(', ')}; known are: ${known.join(', ')}`,
    ]);
  }
  return compatible.filter(({ name }) => names === null || names.includes(name));
}

/** The core's deadlines decide; the egress only must not be quicker. Milliseconds. */
function egressTimeouts({ providerTimeoutSeconds, probeTimeoutSeconds }: Config) {
  const longest = (Math.max(providerTimeoutSeconds, probeTimeoutSeconds) + 1) * 1000;
  return { headersTimeout: longest, bodyTimeout: longest, totalTimeout: longest };
}

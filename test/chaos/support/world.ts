// What every chaos test has: the stand-ins for the providers in this process, one database, and gateways in processes
// of their own, started as often as they are killed. Set up by a gateway in this process, which is closed again.
import { rm } from 'node:fs/promises';
import type { Sandbox } from '../../../sandbox/index.ts';
import { freePort } from '../../counterparts/ports.ts';
import {
  type Installation,
  type InstallationOptions,
  startInstallation,
} from '../../support/installation.ts';
import { type Call, callsTo } from './calls.ts';
import { type GatewayProcess, type StartOptions, startGatewayProcess } from './gateway-process.ts';

export type Mailbox = { id: string; login: string };

export type ChaosWorld = {
  sandbox: Sandbox;
  apiKey: string;
  dataDir: string;
  /** Connected with a Graph token; in the order of the logins. */
  mailboxes: readonly Mailbox[];
  /** A gateway at the installation's own address. */
  start(options?: StartOptions): Promise<GatewayProcess>;
  /** A further one on the same database, at another port. */
  startBeside(options?: StartOptions): Promise<GatewayProcess>;
  /** To the installation's own address. */
  call: Call;
  callsTo(address: string, options?: { withinSeconds?: number }): Call;
  killAll(): Promise<void>;
  close(): Promise<void>;
};

export type WorldOptions = {
  /** Null = SQLite. */
  databaseUrl: string | null;
  rotation: 'lenient' | 'strict';
  logins: readonly string[];
  /** How long the first tokens live. */
  firstTokenSeconds?: number;
  environment?: Record<string, string>;
  endpoints?: InstallationOptions['endpoints'];
};

/** Short, so that a round does not wait for long until a dead process's lease has ended. */
export const leaseSeconds = 4;
/** Of every token that a read under fire obtains: too short for `renewed`, long enough to be served as it is. */
export const tokenSeconds = 600;
/** A read that is content with no stored token: the provider is asked each time. */
export const renewed = { min_ttl_seconds: 1200 } as const;

/** Of a mailbox that is proved by one request, so that hundreds of them are made in seconds. */
const graphScope =
  'https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.ReadWrite https://graph.microsoft.com/Mail.Send offline_access';

export async function startChaosWorld(options: WorldOptions): Promise<ChaosWorld> {
  const { databaseUrl, rotation, logins, endpoints } = options;
  const installation = await startInstallation({
    sandbox: {
      mail: 'npm',
      rotation: { microsoft: rotation },
      accessTokenTtlSeconds: options.firstTokenSeconds ?? tokenSeconds,
    },
    ...(databaseUrl === null ? {} : { databaseUrl }),
    ...(endpoints === undefined ? {} : { endpoints }),
    environment: {
      MAILGRANT_PORT: String(await freePort()),
      MAILGRANT_LEASE_SECONDS: String(leaseSeconds),
      MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '3',
      MAILGRANT_TOKEN_READ_TIMEOUT_SECONDS: '20',
      MAILGRANT_BREAKER_OPEN_SECONDS: '1',
      ...options.environment,
    },
  });
  const { sandbox, apiKey, address, dataDir, environment } = installation;
  const mailboxes: Mailbox[] = [];
  for (const login of logins) mailboxes.push({ login, id: await importGraphMailbox(installation, login) });
  await installation.gateway.close();
  sandbox.microsoft.configure({ accessTokenTtlSeconds: tokenSeconds });

  const started = new Set<GatewayProcess>();
  const start = async (settings: Record<string, string>, options?: StartOptions): Promise<GatewayProcess> => {
    const gateway = await startGatewayProcess(settings, options);
    started.add(gateway);
    void gateway.ended.then(() => started.delete(gateway));
    return gateway;
  };
  const killAll = async (): Promise<void> => {
    for (const gateway of started) gateway.kill();
    await Promise.all([...started].map(({ ended }) => ended));
  };
  return {
    sandbox,
    apiKey,
    dataDir,
    mailboxes,
    start: (options) => start(environment, options),
    startBeside: async (options) => {
      // All nodes are one installation to browsers, and to the provider that sends them back.
      const own = { MAILGRANT_PORT: String(await freePort()), MAILGRANT_PUBLIC_URL: address };
      return start({ ...environment, ...own }, options);
    },
    call: callsTo(address, apiKey),
    callsTo: (other, options) => callsTo(other, apiKey, options),
    killAll,
    async close() {
      await killAll();
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function importGraphMailbox(
  { sandbox, gateway, apiKey }: Installation,
  login: string,
): Promise<string> {
  sandbox.microsoft.addUser({ login, name: login });
  const [minted] = await sandbox.microsoft.mint({ login, scope: graphScope });
  if (!minted) throw new Error('the sandbox minted nothing');
  const outcome = await gateway.core.imports.import(await gateway.core.apiKeys.authenticate(apiKey), {
    provider: 'microsoft',
    oauthClient: { kind: 'chosen', owner: 'any' },
    refreshToken: minted.refreshToken,
    scope: graphScope,
    email: login,
    name: null,
    customer: null,
    externalId: null,
    mailboxId: null,
    settings: {},
    exclusive: false,
  });
  if (!outcome.ok) throw new Error(`${login} was not imported: ${outcome.reason}`);
  return outcome.mailbox.id;
}

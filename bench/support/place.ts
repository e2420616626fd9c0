// An installation to measure: a folder, a database with a workspace, a key and mailboxes, a stand-in for the token
// endpoint, and gateways as processes of their own. Everything is removed at the end.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurnOfLoop } from 'node:timers/promises';
import { loadConfig } from '../../src/config.ts';
import { enteredSecret, type Log, type ProviderName } from '../../src/core/index.ts';
import { createGateway } from '../../src/gateway.ts';
import { createKeyring, generateKey, parseKeyring } from '../../src/stores/keyring.ts';
import { type Child, startChild } from './child.ts';
import { type BenchDatabase, type EngineName, postgresDatabase, sqliteDatabase } from './databases.ts';
import { makeFolder, removeFolder } from './folders.ts';
import { grantIdOf } from './ids.ts';
import { type Owner, type Population, type Rows, rowsOf } from './population.ts';

export type GatewayProcess = Child & { port: number };

export type Place = {
  database: BenchDatabase;
  apiKey: string;
  /** SHA-256, hex. */
  apiKeyHash: string;
  /** As a gateway of this place is configured. */
  environment: Record<string, string>;
  populate(population: Population): Promise<void>;
  /** Makes these grants due and free, their tokens expired if so wanted; forgets troubles. No gateway is told. */
  makeDue(options: { from: number; count: number; isExpired: boolean }): Promise<void>;
  /** The opposite: nothing that is due now is due before tomorrow, nobody holds it; forgets troubles. */
  makeIdle(): Promise<void>;
  /** How many of these are no longer due, or were put off: whoever it was that worked on them. */
  countWorkedOn(options: { from: number; count: number }): Promise<number>;
  startGateway(environment?: Record<string, string>): Promise<GatewayProcess>;
  stub: ProviderStub;
  /** A further stand-in, at a port of the caller's choice. */
  startStub(port: number): Promise<ProviderStub>;
  close(): Promise<void>;
};

export type ProviderStub = Child & { port: number; url: string };

const rowsAtOnce = 5_000;
const longAgo = Date.now() - 600_000;
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export async function openPlace(engine: EngineName): Promise<Place> {
  const folder = makeFolder();
  const closers: (() => Promise<void>)[] = [async () => removeFolder(folder)];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const stub = await startStub();
    closers.push(() => stub.stop());
    const database = engine === 'sqlite' ? sqliteDatabase(folder) : await postgresDatabase();
    closers.push(() => database.close());
    const environment = { ...environmentOf(folder, stub.port), ...database.environment };
    const { apiKey, owner } = await furnish(environment);

    return {
      database,
      apiKey,
      apiKeyHash: createHash('sha256').update(apiKey).digest('hex'),
      environment,
      stub,
      async startStub(port) {
        const another = await startStub(port);
        closers.push(() => another.stop());
        return another;
      },
      async populate(population) {
        const now = Date.now();
        const end = population.from + population.count;
        for (let at = population.from; at < end; at += rowsAtOnce) {
          const rows: Rows = [];
          for (let index = at; index < Math.min(at + rowsAtOnce, end); index += 1) {
            rows.push(...rowsOf(index, population, owner, now));
          }
          await database.insert(rows);
          // A signal is heard here, or not before the last row of a million.
          await nextTurnOfLoop();
        }
        await database.settle();
      },
      async makeDue({ from, count, isExpired }) {
        // Always the same moment, so that only rows that were worked on since are written again.
        const before = longAgo;
        await database.execute(rewrite({ from, count, keepAliveAt: before }));
        if (isExpired) {
          await database.execute(
            `update token_sets set obtained_at = ${before}, expires_at = ${before + 1}
             where grant_id ${between({ from, count })} and expires_at > ${before + 1}`,
          );
        }
        await database.execute('delete from breakers');
      },
      async makeIdle() {
        const now = Date.now();
        await database.execute(
          `update grants set keep_alive_at = ${now + 24 * 3_600_000}, lease_owner = null, lease_until = 0
           where status = 'active' and keep_alive_at <= ${now}`,
        );
        await database.execute('delete from breakers');
      },
      countWorkedOn: (range) =>
        database.count(
          `select count(*) as count from grants
           where id ${between(range)} and (keep_alive_at <> ${longAgo} or retry_at is not null)`,
        ),
      async startGateway(more = {}) {
        const child = await startChild('gateway-process.ts', { environment: { ...environment, ...more } });
        closers.push(() => child.stop());
        return { ...child, port: Number(await child.ask('port')) };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** 0 = any port that is free. */
async function startStub(wantedPort = 0): Promise<ProviderStub> {
  const child = await startChild('provider-stub.ts', { argument: { port: wantedPort } });
  const port = Number(await child.ask('port'));
  return { ...child, port, url: `http://127.0.0.1:${port}/token` };
}

function environmentOf(folder: string, stubPort: number): Record<string, string> {
  const endpointsFile = join(folder, 'endpoints.json');
  const stub = `http://127.0.0.1:${stubPort}`;
  const endpoints = {
    google: { default: { token: `${stub}/token` } },
    microsoft: { global: { token: `${stub}/{tenant}/token` } },
  };
  writeFileSync(endpointsFile, JSON.stringify(endpoints));
  return {
    MAILGRANT_PORT: '0',
    MAILGRANT_PUBLIC_URL: 'http://127.0.0.1:8025',
    MAILGRANT_DATA_DIR: folder,
    MAILGRANT_KEYRING: generateKey(),
    MAILGRANT_ENDPOINTS_FILE: endpointsFile,
    MAILGRANT_JOBS: 'off',
    MAILGRANT_LOG_LEVEL: 'warn',
  };
}

const between = ({ from, count }: { from: number; count: number }): string =>
  `between '${grantIdOf(from)}' and '${grantIdOf(from + count - 1)}'`;

const rewrite = ({ keepAliveAt, ...range }: { from: number; count: number; keepAliveAt: number }): string =>
  `update grants set keep_alive_at = ${keepAliveAt}, lease_owner = null, lease_until = 0, retry_at = null,
   failure = null, status = 'active'
   where id ${between(range)} and (keep_alive_at <> ${keepAliveAt} or lease_until > 0 or retry_at is not null)`;

const operator = {
  keyId: 'bench',
  workspaceId: null,
  isInstallation: true,
  expiresAt: null,
  scopes: new Set(['all', 'workspaces:manage'] as const),
};

/** The schema, a workspace with a key, and an OAuth client of each provider. */
async function furnish(environment: Record<string, string>): Promise<{ apiKey: string; owner: Owner }> {
  const config = loadConfig(environment);
  const gateway = await createGateway(config, { log: silent });
  try {
    const { core } = gateway;
    const { id: workspaceId } = await core.workspaces.create(operator, { name: 'Bench' });
    const { text } = await core.apiKeys.issue(workspaceId, {
      name: 'bench',
      scopes: ['all'],
      expiresAt: null,
    });
    const clientOf = async (provider: ProviderName): Promise<string> => {
      const client = await core.oauthClients.create(operator, {
        provider,
        name: provider,
        clientId:
          provider === 'google'
            ? '1234-abcd.apps.googleusercontent.com'
            : '5f7d1ad4-0000-4000-8000-000000000002',
        credential: enteredSecret(`secret-of-${provider}-for-the-bench`),
        cloud: null,
        entraTenant: null,
        personalAccounts: true,
      });
      return client.id;
    };
    const oauthClientIds = { google: await clientOf('google'), microsoft: await clientOf('microsoft') };
    const keyring = createKeyring(parseKeyring(config.keyring));
    return { apiKey: text.reveal(), owner: { workspaceId, oauthClientIds, keyring } };
  } finally {
    await gateway.close();
  }
}

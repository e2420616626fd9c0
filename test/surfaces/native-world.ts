// The native surface and the connect pages over the real core and a real database, with stand-ins only at the
// ports towards providers. One world for a test file; time can be put forward.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import {
  type ApiKeyScope,
  type Core,
  createCore,
  type Log,
  type Ports,
  type Principal,
} from '../../src/core/index.ts';
import { connectPages } from '../../src/http/connect/index.ts';
import { native } from '../../src/http/native/index.ts';
import { createServer } from '../../src/http/server.ts';
import { openStore } from '../../src/stores/index.ts';
import { createKeyring, generateKey, parseKeyring } from '../../src/stores/keyring.ts';
import { systemClock, systemRandom } from '../../src/system.ts';
import { type Behaviour, createBehaviour, createPorts } from './native-providers.ts';

export const publicUrl = 'https://mailgrant.example.com';

export type Json = Record<string, unknown>;
export type Answer = { status: number; headers: LightMyRequestResponse['headers']; body: Json; text: string };
export type Call = (method: Method, path: string, body?: unknown, headers?: Json) => Promise<Answer>;
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'HEAD' | 'PUT';

export type World = {
  app: FastifyInstance;
  core: Core;
  store: Ports['store'];
  behaviour: Behaviour;
  /** Lines of the log: level, message and fields as text. */
  lines: string[];
  /** Puts the clock forward by this much. */
  wait(milliseconds: number): void;
  /** Makes the database refuse to answer. */
  closeStore(): Promise<void>;
  issueKey(workspaceId: string | null, scopes?: ApiKeyScope[]): Promise<string>;
  callAs(key: string | null): Call;
  addWorkspace(name: string): Promise<TestWorkspace>;
  installationKey: string;
  /** Of the database. */
  file: string;
  close(): Promise<void>;
};

/** A workspace with a key that may do everything, and an OAuth client of its own. */
export type TestWorkspace = { id: string; key: string; call: Call; oauthClientId: string };

const operator: Principal = {
  keyId: 'test',
  workspaceId: null,
  isInstallation: true,
  expiresAt: null,
  scopes: new Set(['all']),
};

/** `databaseUrl`: a database of PostgreSQL in place of a file. */
export async function startWorld({
  databaseUrl = null,
}: {
  databaseUrl?: string | null;
} = {}): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mailgrant-surface-'));
  const lines: string[] = [];
  const write = (level: string) => (message: string, fields?: Json) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})} ${String(fields?.error ?? '')}`);
  };
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
  const keyring = createKeyring(parseKeyring(generateKey()));
  const store = await openStore({ databaseUrl, dataDir, keyring, log });
  const behaviour = createBehaviour();
  let ahead = 0;
  const core = createCore({
    clock: { ...systemClock, now: () => Date.now() + ahead },
    random: systemRandom,
    linkSigner: keyring,
    log,
    // The core wraps what it counts; a test that takes the place of a read must still be asked.
    store: {
      ...store,
      transaction: (work) => store.transaction(work),
      mailboxes: { ...store.mailboxes, forTokenRead: (id) => store.mailboxes.forTokenRead(id) },
    },
    ...createPorts(behaviour),
    settings: {
      publicUrl,
      connectSessionSeconds: 600,
      providerTimeoutSeconds: 5,
      leaseSeconds: 10,
      tokenReadTimeoutSeconds: 1,
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
      blockSeconds: [1800, 7200, 86_400],
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
    },
    domains: { mx: async () => null, txt: async () => null },
    webhookSender: { objection: async () => null, send: async () => ({ failure: 'connection_refused' }) },
  });
  const app = await createServer({
    core,
    log,
    surfaces: [native, connectPages],
    trustProxy: false,
    publicUrl,
  });
  let isOpen = true;
  const closeStore = async (): Promise<void> => {
    if (isOpen) await store.close();
    isOpen = false;
  };
  const callAs = (key: string | null): Call => callWith(app, key);
  const issueKey: World['issueKey'] = async (workspaceId, scopes = ['all']) => {
    const made = await core.apiKeys.issue(workspaceId, { name: 'test', scopes, expiresAt: null });
    return made.text.reveal();
  };
  return {
    app,
    core,
    store,
    behaviour,
    lines,
    wait: (milliseconds) => {
      ahead += milliseconds;
    },
    closeStore,
    issueKey,
    callAs,
    async addWorkspace(name) {
      const { id } = await core.workspaces.create(operator, { name });
      const key = await issueKey(id);
      const call = callAs(key);
      const client = await call('POST', '/v1/oauth-clients', {
        provider: 'google',
        name: 'Test',
        client_id: `client-of-${id}`,
        client_secret: 'shh',
      });
      return { id, key, call, oauthClientId: text(client.body.id) };
    },
    installationKey: await issueKey(null),
    file: join(dataDir, 'mailgrant.db'),
    async close() {
      await app.close();
      await closeStore();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function callWith(app: FastifyInstance, key: string | null): Call {
  return async (method, path, body, headers = {}) => {
    const options: InjectOptions = {
      method,
      url: path,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
    const response = await app.inject(options);
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      body: /json/.test(String(response.headers['content-type'])) ? record(JSON.parse(response.body)) : {},
    };
  };
}

export type Consent = { callback: string; cookie: string; session: Json; url: string };

/** Makes a link and presses its button: what the browser holds when the provider sends it back. */
export async function depart(
  world: World,
  { call }: TestWorkspace,
  request: Json = { provider: 'google' },
): Promise<Consent> {
  const { status, body, text: answer } = await call('POST', '/v1/connect-sessions', request);
  if (status !== 201) throw new Error(answer);
  return { ...(await press(world, text(body.url))), session: body, url: text(body.url) };
}

/** Presses the button of a link's page. */
export async function press(world: World, url: string): Promise<{ callback: string; cookie: string }> {
  const response = await world.app.inject({ method: 'POST', url: new URL(url).pathname });
  if (response.statusCode !== 303) throw new Error(`${response.statusCode}: ${response.body}`);
  const query = new URL(String(response.headers.location)).searchParams;
  const redirectUri = new URL(query.get('redirectUri') ?? '');
  const callback = `${redirectUri.pathname}?${new URLSearchParams({ code: 'the-code', state: query.get('state') ?? '' })}`;
  return { callback, cookie: cookieOf(response) };
}

/** `name=value` of the one cookie that an answer sets. */
export function cookieOf(response: LightMyRequestResponse): string {
  const set = [response.headers['set-cookie'] ?? []].flat();
  return set[0]?.split(';')[0] ?? '';
}

/** The whole way; the mailbox that it made. */
export async function connect(world: World, workspace: TestWorkspace, request?: Json): Promise<Json> {
  const { callback, cookie, session } = await depart(world, workspace, request);
  await world.app.inject({ url: callback, headers: { cookie } });
  const { body } = await workspace.call('GET', `/v1/connect-sessions/${text(session.id)}`);
  if (body.status !== 'connected') throw new Error(JSON.stringify(body));
  return (await workspace.call('GET', `/v1/mailboxes/${text(body.mailbox_id)}`)).body;
}

export function record(value: unknown): Json {
  if (typeof value !== 'object' || value === null) throw new TypeError(`not an object: ${String(value)}`);
  return Object.fromEntries(Object.entries(value));
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError(`not a text: ${JSON.stringify(value)}`);
  return value;
}

export function list(value: unknown): Json[] {
  if (!Array.isArray(value)) throw new TypeError(`not a list: ${JSON.stringify(value)}`);
  return value.map(record);
}

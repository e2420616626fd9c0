// A whole installation for end-to-end tests: the sandbox, and one or several gateways on one database, each on a
// free port. `spawn` runs gateways as processes of their own, so that they can be killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { approve, type Choice, type Outcome } from '../../sandbox/end-user.ts';
import {
  type Sandbox,
  type SandboxProvider,
  type StartSandboxOptions,
  startSandbox,
} from '../../sandbox/index.ts';
import { loadConfig } from '../../src/config.ts';
import { type ApiKeyScope, enteredSecret, type Log } from '../../src/core/index.ts';
import { createGateway, type Gateway, type Substitutes } from '../../src/gateway.ts';
import { generateKey } from '../../src/stores/keyring.ts';
import { childEnvironment } from './child-environment.ts';

export type Answer = { status: number; headers: Headers; text: string; body: Record<string, unknown> };
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

export type Installation = {
  sandbox: Sandbox;
  gateway: Gateway;
  address: string;
  /** Calls with a key of the first workspace that may do everything. */
  call: Call;
  callAs(apiKey: string, address?: string): Call;
  apiKey: string;
  workspaceId: string;
  /** A further workspace with its own key and call. */
  addWorkspace(name: string): Promise<{ id: string; apiKey: string; call: Call }>;
  issueKey(scopes: ApiKeyScope[], workspaceId?: string | null): Promise<string>;
  /** Goes through the consent as a person would; the session as the API tells it afterwards. */
  connect(
    provider: SandboxProvider,
    choice: Choice,
    session?: Record<string, unknown>,
    call?: Call,
  ): Promise<{ session: Record<string, unknown>; page: Outcome }>;
  /** Another gateway process on the same database; only with PostgreSQL. */
  spawn(): Promise<GatewayProcess>;
  /** What the gateway in this process has logged. */
  logged(): string;
  dataDir: string;
  environment: Record<string, string>;
  close(): Promise<void>;
};

export type GatewayProcess = { address: string; child: ChildProcess; kill(): Promise<void> };

export type InstallationOptions = {
  sandbox?: StartSandboxOptions;
  databaseUrl?: string;
  environment?: Record<string, string>;
  substitutes?: Substitutes;
  /** Changes the endpoint file before the gateway reads it. */
  endpoints?: (endpoints: Record<string, unknown>) => Record<string, unknown>;
};

const root = fileURLToPath(new URL('../..', import.meta.url));

export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mailgrant-test-'));
  const sandbox = await startSandbox(options.sandbox ?? { mail: 'npm' });
  const endpointsFile = join(dataDir, 'endpoints.json');
  writeFileSync(endpointsFile, JSON.stringify(options.endpoints?.(sandbox.endpoints) ?? sandbox.endpoints));
  const port = await freePort();
  const environment = {
    MAILGRANT_PORT: String(port),
    MAILGRANT_DATA_DIR: dataDir,
    MAILGRANT_KEYRING: generateKey(),
    MAILGRANT_ENDPOINTS_FILE: endpointsFile,
    MAILGRANT_JOBS: 'off',
    ...(options.databaseUrl ? { MAILGRANT_DATABASE_URL: options.databaseUrl } : {}),
    ...options.environment,
  };
  const lines: string[] = [];
  const log = options.substitutes?.log ?? collectingLog(lines);
  const gateway = await createGateway(loadConfig(environment), { ...options.substitutes, log });
  const address = await gateway.start();

  const issueKey: Installation['issueKey'] = async (scopes, workspaceId = first.id) => {
    const { text } = await gateway.core.apiKeys.issue(workspaceId, { name: 'test', scopes, expiresAt: null });
    return text.reveal();
  };
  const callAs = (apiKey: string, base = address): Call => callWith(base, apiKey);
  const addWorkspace: Installation['addWorkspace'] = async (name) => {
    const workspace = await gateway.core.workspaces.create(operator, { name });
    const apiKey = await issueKey(['all'], workspace.id);
    return { id: workspace.id, apiKey, call: callAs(apiKey) };
  };

  const first = { id: '' };
  const workspace = await addWorkspace('Test workspace');
  first.id = workspace.id;
  await addSharedClients(gateway, sandbox);
  const children: GatewayProcess[] = [];

  return {
    sandbox,
    gateway,
    address,
    call: workspace.call,
    callAs,
    apiKey: workspace.apiKey,
    workspaceId: workspace.id,
    addWorkspace,
    issueKey,
    async connect(provider, choice, request = {}, call = workspace.call) {
      const invitation = await call('POST', '/v1/connect-sessions', { provider, ...request });
      if (invitation.status !== 201) throw new Error(`no connect session: ${invitation.text}`);
      const page = await approve(String(invitation.body.url), choice);
      const session = await call('GET', `/v1/connect-sessions/${invitation.body.id}`);
      return { session: session.body, page };
    },
    async spawn() {
      const child = await spawnGateway({ ...environment, MAILGRANT_PORT: String(await freePort()) });
      children.push(child);
      return child;
    },
    logged: () => lines.join('\n'),
    dataDir,
    environment,
    async close() {
      await Promise.all(children.map((child) => child.kill()));
      await gateway.close();
      await sandbox.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const operator = {
  keyId: 'test',
  workspaceId: null,
  isInstallation: true,
  expiresAt: null,
  scopes: new Set(['all', 'workspaces:manage'] as const),
};

/** One OAuth client a provider, shared by the installation, its redirect URI registered at the provider. */
async function addSharedClients(gateway: Gateway, sandbox: Sandbox): Promise<void> {
  for (const provider of ['google', 'microsoft'] as const) {
    const { clientId, clientSecret } = sandbox[provider].clients.confidential;
    const client = await gateway.core.oauthClients.create(operator, {
      provider,
      name: `Shared ${provider}`,
      clientId,
      credential: enteredSecret(clientSecret),
      cloud: null,
      entraTenant: null,
      personalAccounts: true,
    });
    sandbox[provider].addRedirectUri(`${gateway.core.settings.publicUrl}/oauth/callback/${client.id}`);
  }
}

function callWith(base: string, apiKey: string): Call {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(90_000),
      redirect: 'manual',
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: objectOf(text) };
  };
}

/** The members of a JSON object; none for anything else. */
function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
  } catch {
    return {};
  }
}

async function spawnGateway(environment: Record<string, string>): Promise<GatewayProcess> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts'], {
    cwd: root,
    env: { ...childEnvironment(), ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  const address = await new Promise<string>((resolve, reject) => {
    const lines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const entry = objectOf(line);
      if (entry.msg === 'listening') resolve(String(entry.address));
    });
    exited.then(() => reject(new Error(`the gateway did not start:\n${lines.join('\n')}`)), reject);
  });
  return {
    address,
    child,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function collectingLog(lines: string[]): Log {
  const note = (level: string) => (message: string, fields?: Record<string, unknown>) => {
    lines.push(`${level} ${message} ${JSON.stringify(fields ?? {}, withErrors)}`);
  };
  return { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
}

const withErrors = (_: string, value: unknown): unknown =>
  value instanceof Error
    ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
    : value;

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

/** A member of a value that should be an object; undefined when it is none. */
export const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

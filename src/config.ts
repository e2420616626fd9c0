// The only reader of the environment. Every setting is one entry of settings-table.ts, from which
// docs/configuration.md is generated; all mistakes are reported at once. `NAME_FILE` names a file that holds
// the value, for secrets that an orchestrator mounts.
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import {
  checkBlocks,
  checkDatabaseUrl,
  checkDnsServers,
  checkMetricsToken,
  checkNetworks,
  checkProcesses,
  checkPublicUrl,
  listOf,
  surfacesOf,
} from './config-checks.ts';
import { type ConsoleOidc, type ConsoleOidcKey, readConsoleOidc } from './config-console.ts';
import { isCredentialSetting, readDeclaredCredentials } from './config-credentials.ts';
import { readTraceSettings, type TraceSettings } from './config-traces.ts';
import type { CoreSettings } from './core/index.ts';
// Not through the index, which is the whole core: entries read the configuration before anything else.
import { type Secret, secret } from './core/secret.ts';
import type { DeclaredCredentials } from './credential-source.ts';
import { settingsTable } from './settings-table.ts';

export { settingsTable } from './settings-table.ts';

export type Setting = { name: string; meaning: string; fallback: string };

/** Where and how the process runs, and what the core is set to. */
export type Config = Readonly<
  CoreSettings & {
    host: string;
    port: number;
    /** `postgres://...`; null = the embedded SQLite database in `dataDir`. */
    databaseUrl: string | null;
    databasePoolSize: number;
    dataDir: string;
    /** Text of the keyring, parsed by stores/keyring.ts. */
    keyring: string;
    /** The file that it was read from, which may change meanwhile; null = the environment. */
    keyringFile: string | null;
    /** Content of the operator's endpoint file; null = the built-in table. */
    endpoints: unknown;
    logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
    /** Addresses or networks of proxies whose `X-Forwarded-*` headers are believed; false = none. */
    trustProxy: string[] | false;
    /** Resolvers for look-ups of domains; none = the machine's own. */
    dnsServers: string[];
    /** Whether webhooks may go to `http` URLs and to any port. */
    webhookHttp: boolean;
    /** Networks that webhooks may be sent to beside public addresses. */
    webhookNetworks: string[];
    /** Names of the compatible surfaces to serve; null = all there are. */
    surfaces: string[] | null;
    jobs: boolean;
    /** Processes that serve together behind one port. */
    processes: number;
    /** How long a process that was told to end still takes requests. */
    drainSeconds: number;
    /** Whether /metrics is served beside the API, where it needs `metricsToken`. */
    metrics: boolean;
    /** A listener of its own for /metrics; null = none, 0 = any free port. */
    metricsPort: number | null;
    metricsHost: string;
    metricsToken: Secret<string> | null;
    /** Null = nothing is traced. Set by the names of OpenTelemetry. */
    traces: TraceSettings | null;
    /** How people are let into the console by OpenID Connect; null = with API keys alone. */
    consoleOidc: ConsoleOidc | null;
    /** Credentials of OAuth clients that are kept outside of the database. */
    declaredCredentials: DeclaredCredentials;
  }
>;

/** Those with a name of their own; the operator names the others. */
export type SettingKey =
  | Exclude<keyof Config, 'declaredCredentials' | 'keyringFile' | 'traces' | 'consoleOidc'>
  | ConsoleOidcKey;

/** Every mistake found, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly mistakes: string[];

  constructor(mistakes: string[]) {
    super(
      `The configuration has ${mistakes.length} mistake(s):\n${mistakes.map((line) => `- ${line}`).join('\n')}`,
    );
    this.mistakes = mistakes;
  }
}

/** Throws `ConfigError` with all mistakes. Reads the environment and the files that it names, nothing else. */
export function loadConfig(environment: Record<string, string | undefined> = process.env): Config {
  const mistakes: string[] = [];
  const text = (key: SettingKey): string => readSetting(environment, settingsTable[key], mistakes);
  const whole = (key: SettingKey, least: number, most: number): number => {
    const value = text(key);
    if (/^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most) return Number(value);
    mistakes.push(`${settingsTable[key].name} must be a whole number from ${least} to ${most}`);
    return least;
  };
  const oneOf = <T extends string>(key: SettingKey, values: readonly T[]): T | undefined => {
    const value = values.find((known) => known === text(key));
    if (!value) mistakes.push(`${settingsTable[key].name} must be one of: ${values.join(', ')}`);
    return value;
  };

  reportUnknown(environment, mistakes);
  const dataDir = resolve(text('dataDir'));
  const port = whole('port', 0, 65535);
  const config: Config = {
    host: text('host'),
    port,
    publicUrl: checkPublicUrl(text('publicUrl').replace('<port>', String(port)), mistakes),
    databaseUrl: checkDatabaseUrl(text('databaseUrl'), mistakes),
    databasePoolSize: whole('databasePoolSize', 1, 200),
    dataDir,
    keyring: text('keyring') || readDefaultKeyring(dataDir, mistakes),
    keyringFile: keyringFileOf(keyringPlace(environment)),
    endpoints: readJson(environment, settingsTable.endpoints.name, mistakes),
    logLevel: oneOf('logLevel', ['debug', 'info', 'warn', 'error', 'silent']) ?? 'info',
    trustProxy: text('trustProxy') === '' ? false : listOf(text('trustProxy')),
    dnsServers: checkDnsServers(listOf(text('dnsServers')), mistakes),
    surfaces: surfacesOf(text('surfaces')),
    jobs: oneOf('jobs', ['on', 'off']) === 'on',
    processes: checkProcesses(text('processes'), mistakes),
    drainSeconds: whole('drainSeconds', 0, 300),
    metrics: oneOf('metrics', ['on', 'off']) === 'on',
    metricsPort: text('metricsPort') === '' ? null : whole('metricsPort', 0, 65_535),
    metricsHost: text('metricsHost'),
    metricsToken: checkMetricsToken(text('metricsToken'), mistakes),
    traces: readTraceSettings(environment, mistakes),
    declaredCredentials: readDeclaredCredentials(environment, mistakes),
    connectSessionSeconds: whole('connectSessionSeconds', 60, 86_400),
    providerTimeoutSeconds: whole('providerTimeoutSeconds', 1, 60),
    leaseSeconds: whole('leaseSeconds', 2, 120),
    tokenReadTimeoutSeconds: whole('tokenReadTimeoutSeconds', 1, 120),
    probeTimeoutSeconds: whole('probeTimeoutSeconds', 1, 60),
    keepAliveSeconds: whole('keepAliveSeconds', 3600, 5_184_000),
    warmSeconds: whole('warmSeconds', 0, 604_800),
    cacheEntriesMax: whole('cacheEntriesMax', 0, 10_000_000),
    cacheMegabytesMax: whole('cacheMegabytesMax', 0, 65_536),
    tokenUsesDays: whole('tokenUsesDays', 1, 3_650),
    auditDays: whole('auditDays', 30, 3_650),
    eventsDays: whole('eventsDays', 1, 3_650),
    connectSessionHours: whole('connectSessionHours', 1, 8_760),
    reconnectLinkSeconds: whole('reconnectLinkSeconds', 600, 2_592_000),
    adminConsentSeconds: whole('adminConsentSeconds', 3600, 2_592_000),
    directAuthUrl: oneOf('directAuthUrl', ['on', 'off']) === 'on',
    initWorkspaceMinuteMax: whole('initWorkspaceMinuteMax', 1, 100_000),
    initAddressMinuteMax: whole('initAddressMinuteMax', 1, 100_000),
    abuseRefusalsMax: whole('abuseRefusalsMax', 1, 100_000),
    abuseWindowSeconds: whole('abuseWindowSeconds', 60, 86_400),
    blockSeconds: checkBlocks(text('blockSeconds'), mistakes),
    blockMemorySeconds: whole('blockMemorySeconds', 0, 2_592_000),
    workspaceSecondMax: whole('workspaceSecondMax', 1, 1_000_000),
    workspaceMinuteMax: whole('workspaceMinuteMax', 1, 1_000_000),
    consoleSessionSeconds: whole('consoleSessionSeconds', 300, 604_800),
    consoleIdleSeconds: whole('consoleIdleSeconds', 300, 604_800),
    consoleOidc: readConsoleOidc(text, mistakes),
    consoleSignInMinuteMax: whole('consoleSignInMinuteMax', 1, 100_000),
    webhookHttp: oneOf('webhookHttp', ['on', 'off']) === 'on',
    webhookNetworks: checkNetworks(listOf(text('webhookNetworks')), mistakes),
    webhookTimeoutSeconds: whole('webhookTimeoutSeconds', 1, 30),
    webhookCallsMax: whole('webhookCallsMax', 1, 1000),
    webhookDeliveriesDays: whole('webhookDeliveriesDays', 1, 3_650),
    breakerFailuresMax: whole('breakerFailuresMax', 1, 1000),
    breakerWindowSeconds: whole('breakerWindowSeconds', 1, 3600),
    breakerOpenSeconds: whole('breakerOpenSeconds', 1, 3600),
    providerCallsMax: whole('providerCallsMax', 1, 10_000),
    hostCallsMax: whole('hostCallsMax', 1, 10_000),
    clientCallsMax: whole('clientCallsMax', 1, 10_000),
    clientStartsSecondMax: whole('clientStartsSecondMax', 1, 100_000),
    providerCallsWaitingMax: whole('providerCallsWaitingMax', 0, 100_000),
  };
  // The last quarter of a lease is for storing what the provider gave: core/refresh.ts.
  if (config.providerTimeoutSeconds * 4 > config.leaseSeconds * 3) {
    mistakes.push(
      'MAILGRANT_PROVIDER_TIMEOUT_SECONDS must be at most three quarters of MAILGRANT_LEASE_SECONDS',
    );
  }
  if (config.tokenReadTimeoutSeconds <= config.leaseSeconds) {
    mistakes.push('MAILGRANT_TOKEN_READ_TIMEOUT_SECONDS must be longer than MAILGRANT_LEASE_SECONDS');
  }
  if (config.databaseUrl === null && (config.processes > 1 || text('processes') === 'auto')) {
    mistakes.push(
      'MAILGRANT_PROCESSES (or --processes) needs PostgreSQL, so MAILGRANT_DATABASE_URL: the embedded database belongs to one process',
    );
  }
  if (config.metrics && config.metricsToken === null) {
    mistakes.push(
      'MAILGRANT_METRICS=on needs MAILGRANT_METRICS_TOKEN: whoever reaches the API reaches /metrics. MAILGRANT_METRICS_PORT serves them apart',
    );
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return Object.freeze(config);
}

/** Not of the server: of the commands. */
export const commandSettings = {
  apiKey: {
    name: 'MAILGRANT_API_KEY',
    meaning:
      'API key with which commands ask a running gateway. The server itself has no use for it, nor for the next two.',
    fallback: '',
  },
  url: {
    name: 'MAILGRANT_URL',
    meaning: 'The running gateway that commands ask, as if each had `--url`.',
    fallback: '',
  },
  workspace: {
    name: 'MAILGRANT_WORKSPACE',
    meaning: 'Id or name of the workspace that commands act in, as if each had `--workspace`.',
    fallback: '',
  },
  firstApiKeyFile: {
    name: 'MAILGRANT_FIRST_API_KEY_FILE',
    meaning:
      'Where `mailgrant init`, and `mailgrant serve` in an empty place, write the first API keys, mode 0600, in place of their output.',
    fallback: '',
  },
} as const satisfies Record<string, Setting>;

export type CommandSettings = {
  apiKey: Secret<string> | null;
  url: string | null;
  workspace: string | null;
  firstApiKeyFile: string | null;
};

/** Null for what is not set. Throws `ConfigError` for a file that cannot be read. */
export function loadCommandSettings(
  environment: Record<string, string | undefined> = process.env,
): CommandSettings {
  const mistakes: string[] = [];
  const text = (key: keyof typeof commandSettings) =>
    readSetting(environment, commandSettings[key], mistakes) || null;
  const apiKey = text('apiKey');
  const settings = {
    apiKey: apiKey === null ? null : secret(apiKey),
    url: text('url'),
    workspace: text('workspace'),
    firstApiKeyFile: text('firstApiKeyFile'),
  };
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return settings;
}

export type SettingSource = {
  name: string;
  /** As text, before it is read; a file's content is not in it. */
  value: string;
  from: 'default' | 'environment' | 'file';
  /** The file that holds the value; null = none does. */
  file: string | null;
};

/** Where the value of each setting comes from, the commands' own among them. Reads no file. */
export function settingSources(
  environment: Record<string, string | undefined> = process.env,
): SettingSource[] {
  const all: readonly Setting[] = [...Object.values(settingsTable), ...Object.values(commandSettings)];
  return all.map(({ name, fallback }) => {
    const file = name.endsWith('_FILE') ? undefined : environment[`${name}_FILE`];
    if (file) return { name, value: '', from: 'file', file };
    const direct = environment[name];
    if (direct) return { name, value: direct.trim(), from: 'environment', file: null };
    return { name, value: fallback, from: 'default', file: null };
  });
}

/** The content of an endpoint file, the named one or that of the settings; null = the built-in table. */
export function loadEndpoints(
  file: string | null,
  environment: Record<string, string | undefined> = process.env,
): unknown {
  const mistakes: string[] = [];
  const { name } = settingsTable.endpoints;
  const content = readJson(file === null ? environment : { [name]: file }, name, mistakes);
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return content;
}

/** Where a probe on this machine finds the gateway of these settings, which may listen on every address. */
export function loadProbeUrl(environment: Record<string, string | undefined> = process.env): string {
  const mistakes: string[] = [];
  const host = readSetting(environment, settingsTable.host, mistakes);
  const port = readSetting(environment, settingsTable.port, mistakes);
  const isEvery = host === '0.0.0.0' || host === '::';
  return `http://${isEvery ? '127.0.0.1' : isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

/** As `loadConfig`, with what the command line says about the processes put before the environment. */
export const loadConfigWithProcesses = (processes: string | undefined): Config =>
  loadConfig(
    processes === undefined ? process.env : { ...process.env, [settingsTable.processes.name]: processes },
  );

/** Where the data directory is, for whoever needs it before the configuration is read. */
export const dataDirectory = (environment: Record<string, string | undefined> = process.env): string =>
  resolve(readSetting(environment, settingsTable.dataDir, []));

const defaultKeyringFile = (dataDir: string): string => join(dataDir, 'keyring');

/** The configuration with a keyring that is not stored yet: for `init`, which makes one. */
export const loadConfigWithKeyring = (keyring: string): Config =>
  loadConfig({ ...process.env, [settingsTable.keyring.name]: keyring });

/** Where the keyring of this configuration is, for commands that change it. */
export function keyringPlace(
  environment: Record<string, string | undefined> = process.env,
): { kind: 'environment' } | { kind: 'file'; path: string } {
  const { name } = settingsTable.keyring;
  if (environment[name]) return { kind: 'environment' };
  const path = environment[`${name}_FILE`] ?? defaultKeyringFile(dataDirectory(environment));
  return { kind: 'file', path };
}

const keyringFileOf = (place: ReturnType<typeof keyringPlace>): string | null =>
  place.kind === 'file' ? place.path : null;

/** Where `mailgrant init` should make a keyring; null when there is one by any means. */
export function missingKeyringFile(
  environment: Record<string, string | undefined> = process.env,
): string | null {
  const { name } = settingsTable.keyring;
  if (environment[name] || environment[`${name}_FILE`]) return null;
  const file = defaultKeyringFile(dataDirectory(environment));
  return existsSync(file) ? null : file;
}

function readSetting(
  environment: Record<string, string | undefined>,
  setting: Setting,
  mistakes: string[],
): string {
  const direct = environment[setting.name];
  const file = setting.name.endsWith('_FILE') ? undefined : environment[`${setting.name}_FILE`];
  if (direct && file) mistakes.push(`${setting.name} and ${setting.name}_FILE must not both be set`);
  if (!file) return (direct ?? setting.fallback).trim();
  return readText(file, `${setting.name}_FILE`, mistakes).trim();
}

function readText(path: string, name: string, mistakes: string[]): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    mistakes.push(
      `${name}: the file ${path} cannot be read (${error instanceof Error ? error.message : error})`,
    );
    return '';
  }
}

function readJson(
  environment: Record<string, string | undefined>,
  name: string,
  mistakes: string[],
): unknown {
  const path = environment[name]?.trim();
  if (!path) return null;
  const text = readText(path, name, mistakes);
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    mistakes.push(`${name}: the file ${path} is not JSON`);
    return null;
  }
}

function readDefaultKeyring(dataDir: string, mistakes: string[]): string {
  const path = defaultKeyringFile(dataDir);
  if (existsSync(path)) return readText(path, path, mistakes);
  mistakes.push(
    `there is no keyring: set MAILGRANT_KEYRING or MAILGRANT_KEYRING_FILE, or let \`mailgrant init\` make ${path}`,
  );
  return '';
}

/** A typing error in a name must not pass as "not set". */
function reportUnknown(environment: Record<string, string | undefined>, mistakes: string[]): void {
  const known = new Set(
    [...Object.values(settingsTable), ...Object.values(commandSettings)].flatMap(({ name }) =>
      name.endsWith('_FILE') ? [name] : [name, `${name}_FILE`],
    ),
  );
  for (const name of Object.keys(environment)) {
    const isOurs = name.startsWith('MAILGRANT_') && !name.startsWith('MAILGRANT_TEST_');
    if (isOurs && !known.has(name) && !isCredentialSetting(name)) {
      mistakes.push(`${name} is not a setting of this program`);
    }
  }
}

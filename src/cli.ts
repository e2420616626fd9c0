#!/usr/bin/env node
// The command line. `init` prepares an installation, `serve` runs it, `api-key` makes a further key, `doctor` says what
// is wrong with a mailbox, `copy` and `migrate` see to databases.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { startCompileCache } from './compile-cache.ts';
import { type Config, loadConfig, loadConfigWithKeyring, missingKeyringFile } from './config.ts';
import type { ApiKeyScope, Core, Principal } from './core/index.ts';
import type { Gateway } from './gateway.ts';
import { serve } from './main.ts';

const usageWith = (
  more: string,
): string => `mailgrant init [--workspace NAME]       make keyring, database, first workspace and first API keys
mailgrant serve [--processes N|auto]    run the gateway, in one process or, on PostgreSQL, in several
mailgrant api-key [--workspace ID] [--name NAME] [--scope SCOPE ...]
                                        make an API key; without a workspace: one of the installation
${more}

Settings come from the environment: docs/configuration.md lists them.
While a gateway runs on the embedded database, that database is its own: make further keys
through POST /v1/api-keys then, and let the doctor ask it by --url.
`;

/** The parts of further commands are loaded only to be shown: a server starts without them. */
async function usage(): Promise<string> {
  const [{ doctorUsage }, { copyUsage }, { migrateUsage }] = await Promise.all([
    import('./cli/doctor.ts'),
    import('./cli/copy.ts'),
    import('./cli/migrate.ts'),
  ]);
  return usageWith(`${doctorUsage}\n${copyUsage}\n${migrateUsage}`);
}

/** Who sits at the machine may do everything. */
const operator: Principal = {
  keyId: 'command-line',
  workspaceId: null,
  isInstallation: true,
  expiresAt: null,
  scopes: new Set<ApiKeyScope>(['all', 'workspaces:manage']),
  from: { channel: 'command_line', requestId: null, address: null },
};

async function main(args: string[]): Promise<void> {
  startCompileCache();
  const [command, ...rest] = args;
  switch (command) {
    case 'init':
      return init(
        parseArgs({ args: rest, options: { workspace: { type: 'string', default: 'default' } } }).values,
      );
    case 'serve':
      return serve(rest);
    case 'api-key': {
      const { values } = parseArgs({
        args: rest,
        options: {
          workspace: { type: 'string' },
          name: { type: 'string', default: 'command line' },
          scope: { type: 'string', multiple: true, default: ['all'] },
        },
      });
      return makeApiKey(values);
    }
    case 'doctor': {
      const { doctor } = await import('./cli/doctor.ts');
      process.exitCode = await doctor(rest, { withCore: withCoreOrHint, operator });
      return;
    }
    case 'copy': {
      const { copy } = await import('./cli/copy.ts');
      return copy(rest);
    }
    case 'migrate': {
      const { migrate } = await import('./cli/migrate.ts');
      process.exitCode = await migrate(rest);
      return;
    }
    case undefined:
    case 'help':
    case '--help':
      process.stdout.write(await usage());
      return;
    default:
      throw new Error(`Unknown command: ${command}\n\n${await usage()}`);
  }
}

async function init({ workspace: name }: { workspace: string }): Promise<void> {
  await makeKeyring();
  await withCore(async (core) => {
    const { items } = await core.workspaces.list(operator, { after: null, limit: 1 });
    if (items.length > 0) {
      throw new Error('This installation has workspaces already. `mailgrant api-key` makes further keys.');
    }
    const workspace = await core.workspaces.create(operator, { name });
    const own = await core.apiKeys.issue(workspace.id, {
      name: 'first key',
      scopes: ['all'],
      expiresAt: null,
    });
    const installation = await core.apiKeys.issue(null, {
      name: 'first key of the installation',
      scopes: ['all', 'workspaces:manage'],
      expiresAt: null,
    });
    process.stdout.write(
      [
        `Workspace ${name}: ${workspace.id}`,
        `API key of this workspace:    ${own.text.reveal()}`,
        `API key of the installation:  ${installation.text.reveal()}`,
        'Both are shown this once. Next: mailgrant serve',
        '',
      ].join('\n'),
    );
  });
}

async function makeApiKey(request: { workspace?: string; name: string; scope: string[] }): Promise<void> {
  const { apiKeyScopes } = await import('./core/index.ts');
  const scopes = apiKeyScopes.filter((scope) => request.scope.includes(scope));
  if (scopes.length !== new Set(request.scope).size) {
    throw new Error(`--scope takes: ${apiKeyScopes.join(', ')}`);
  }
  await withCore(async (core) => {
    const workspace =
      request.workspace === undefined ? null : await core.workspaces.read(operator, request.workspace);
    const { text } = await core.apiKeys.issue(workspace?.id ?? null, {
      name: request.name,
      scopes,
      expiresAt: null,
    });
    process.stdout.write(`${text.reveal()}\n`);
  });
}

/** A keyring file where the configuration would look for one, unless there is a keyring by any means. */
async function makeKeyring(): Promise<void> {
  const file = missingKeyringFile();
  if (file === null) return;
  const { generateKey } = await import('./stores/keyring.ts');
  const keyring = generateKey();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  await requireFit(keyring, file);
  writeFileSync(file, `${keyring}\n`, { mode: 0o600, flag: 'wx' });
  process.stdout.write(
    `New keyring: ${file}\nBack it up apart from the database: without it every secret is lost.\n`,
  );
}

/** A database that other keys sealed would be of no use with a new one: the operator must find the old one. */
async function requireFit(keyring: string, file: string): Promise<void> {
  const config = loadConfigWithKeyring(keyring);
  const [{ createLog }, { openStore }, { createKeyring, parseKeyring }] = await Promise.all([
    import('./log.ts'),
    import('./stores/index.ts'),
    import('./stores/keyring.ts'),
  ]);
  try {
    const store = await openStore({
      databaseUrl: config.databaseUrl,
      dataDir: config.dataDir,
      keyring: createKeyring(parseKeyring(keyring)),
      log: createLog('silent'),
    });
    await store.close();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `There is no keyring at ${file}, and a new one was not written, because the database refuses it:\n${reason}\nPut the keyring back that belongs to this database, or name another data directory or database.`,
      { cause },
    );
  }
}

async function withCore<T>(work: (core: Core) => Promise<T>): Promise<T> {
  const gateway = await openGateway(loadConfig());
  return useAndClose(gateway, work);
}

/** A database that a running gateway owns cannot be opened here: then that gateway has to be asked. */
async function withCoreOrHint<T>(work: (core: Core) => Promise<T>): Promise<T> {
  const config = loadConfig();
  const gateway = await openGateway(config).catch((cause: unknown) => {
    if (config.databaseUrl !== null) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `${reason}\nIf a gateway runs on this database, let it do the work: add --url ${config.publicUrl} and put an API key of it into MAILGRANT_API_KEY.`,
      { cause },
    );
  });
  return useAndClose(gateway, work);
}

/** Loaded only for the commands that need it, and after the compile cache is there. */
async function openGateway(config: Config): Promise<Gateway> {
  const { createGateway } = await import('./gateway.ts');
  return createGateway({ ...config, jobs: false });
}

async function useAndClose<T>(gateway: Gateway, work: (core: Core) => Promise<T>): Promise<T> {
  try {
    return await work(gateway.core);
  } finally {
    await gateway.close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});

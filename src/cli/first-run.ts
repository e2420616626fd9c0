// What an installation begins with: keyring, database, workspace, API keys. For `init`, and for `serve` in an empty
// place.
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type Config,
  loadCommandSettings,
  loadConfig,
  loadConfigWithKeyring,
  missingKeyringFile,
} from '../config.ts';
import { ApiProblem, itemsOf } from './api.ts';
import type { Context } from './context.ts';
import { say, sayJson } from './output.ts';
import { textOf } from './report.ts';

export type FirstRun = { workspaceName: string; json: boolean };

/**
 * Whether nothing was ever made here: the embedded database is to be used and is not there, and so is the keyring, or
 * the operator said where first keys go. With PostgreSQL several nodes may start at once, and one must be told to begin.
 */
export async function isEmptyPlace(): Promise<boolean> {
  const isKeyringMissing = missingKeyringFile() !== null;
  if (!isKeyringMissing && loadCommandSettings().firstApiKeyFile === null) return false;
  const { generateKey } = await import('../stores/keyring.ts');
  // Any key will do to read the other settings; their mistakes are told here rather than after something was made.
  const config = isKeyringMissing ? loadConfigWithKeyring(generateKey()) : loadConfig();
  return isWithoutDatabase(config);
}

async function isWithoutDatabase({ databaseUrl, dataDir }: Config): Promise<boolean> {
  if (databaseUrl !== null) return false;
  const { databaseFile } = await import('../stores/index.ts');
  return !existsSync(databaseFile(dataDir));
}

/** Throws when there is a workspace already, or a database that another keyring sealed. */
export async function beginInstallation(
  { workspaceName, json }: FirstRun,
  { openHere }: Pick<Context, 'openHere'>,
): Promise<void> {
  const { firstApiKeyFile } = loadCommandSettings();
  // Keys that find no place would be lost, and with them whoever may make others.
  if (firstApiKeyFile !== null) reserveFile(firstApiKeyFile);
  const keyringFile = await makeKeyring();
  const config = loadConfig();
  const gateway = await openHere(config);
  try {
    const call = async (path: string, body: unknown, workspaceId?: string): Promise<unknown> => {
      const answer = await gateway.send({
        method: body === undefined ? 'GET' : 'POST',
        path,
        headers: {
          authorization: `Bearer ${gateway.operatorKey.reveal()}`,
          'content-type': 'application/json',
          ...(workspaceId === undefined ? {} : { 'mailgrant-workspace': workspaceId }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const document: unknown = JSON.parse(answer.text);
      if (answer.status >= 300) throw new ApiProblem(answer.status, document);
      return document;
    };
    if (itemsOf(await call('/v1/workspaces?limit=1', undefined)).length > 0) {
      throw new Error(
        'This installation has workspaces already. `mailgrant api-key create` makes further keys.',
      );
    }
    const workspaceId = textOf(await call('/v1/workspaces', { name: workspaceName }), 'id') ?? '';
    const own = await call('/v1/api-keys', { name: 'first key', scopes: ['all'] }, workspaceId);
    const all = await call('/v1/api-keys', {
      name: 'first key of the installation',
      scopes: ['all', 'workspaces:manage'],
    });
    const keys = { own: textOf(own, 'key') ?? '', installation: textOf(all, 'key') ?? '' };
    tell({ config, workspaceName, workspaceId, keys, keyringFile, firstApiKeyFile, json });
  } finally {
    await gateway.close();
  }
}

/** Makes it, empty, before anything else is made. One that is empty is of an attempt that broke off. */
function reserveFile(path: string): void {
  const isTaken = existsSync(path) && statSync(path).size > 0;
  if (isTaken) throw new Error(`MAILGRANT_FIRST_API_KEY_FILE: ${path} exists and is not written over.`);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, '', { mode: 0o600 });
    chmodSync(path, 0o600);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`MAILGRANT_FIRST_API_KEY_FILE: ${path} cannot be written (${reason})`, { cause });
  }
}

type Made = {
  config: Config;
  workspaceName: string;
  workspaceId: string;
  keys: { own: string; installation: string };
  keyringFile: string | null;
  firstApiKeyFile: string | null;
  json: boolean;
};

function tell({ config, workspaceName, workspaceId, keys, keyringFile, firstApiKeyFile, json }: Made): void {
  const consoleUrl = `${config.publicUrl}/console/`;
  if (firstApiKeyFile !== null) {
    const content = {
      workspace_id: workspaceId,
      workspace_api_key: keys.own,
      installation_api_key: keys.installation,
    };
    writeFileSync(firstApiKeyFile, `${JSON.stringify(content, null, 2)}\n`);
  }
  if (json) {
    sayJson({
      workspace: { id: workspaceId, name: workspaceName },
      api_keys: firstApiKeyFile === null ? keys : null,
      api_key_file: firstApiKeyFile,
      keyring_file: keyringFile,
      console_url: consoleUrl,
    });
    return;
  }
  const lines = [
    ...(keyringFile === null
      ? []
      : [
          `New keyring: ${keyringFile}`,
          'Back it up apart from the database: without it every secret is lost.',
        ]),
    `Workspace ${workspaceName}: ${workspaceId}`,
    ...(firstApiKeyFile === null
      ? [
          `API key of this workspace:    ${keys.own}`,
          `API key of the installation:  ${keys.installation}`,
          'Both are shown this once.',
        ]
      : [`API keys of this workspace and of the installation: ${firstApiKeyFile}`]),
    `Console: ${consoleUrl} (sign in with either key)`,
  ];
  for (const line of lines) say(line);
}

/** A keyring file where the configuration would look for one, unless there is a keyring by any means. */
async function makeKeyring(): Promise<string | null> {
  const file = missingKeyringFile();
  if (file === null) return null;
  const { generateKey } = await import('../stores/keyring.ts');
  const keyring = generateKey();
  const config = loadConfigWithKeyring(keyring);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!(await isWithoutDatabase(config))) await requireFit(keyring, config, file);
  writeFileSync(file, `${keyring}\n`, { mode: 0o600, flag: 'wx' });
  return file;
}

/** A database that other keys sealed would be of no use with a new one: the operator must find the old one. */
async function requireFit(keyring: string, config: Config, file: string): Promise<void> {
  const [{ createLog }, { openStore }, { createKeyring, parseKeyring }] = await Promise.all([
    import('../log.ts'),
    import('../stores/index.ts'),
    import('../stores/keyring.ts'),
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

// Where a command asks: a gateway that runs (`--url`), or the database of this configuration, with the API in this
// process. Both are one `Api`, so that each command is written once.
import { type Config, loadCommandSettings, loadConfig } from '../config.ts';
import { createEgress, type Egress } from '../egress.ts';
import { DatabaseInUse } from '../stores/database-in-use.ts';
import { type Api, createApi, itemsOf, type Send } from './api.ts';
import { type Input, UsageError } from './command.ts';
import type { Context } from './context.ts';
import { memberOf, textOf } from './report.ts';

/** Nobody answers there. Ends with code 69. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export type Place = {
  api: Api;
  /** Listens where browsers are sent; for a gateway that runs, it does that already. */
  listen(): Promise<void>;
  /** For whoever waits for a background job: does a step of one here; a gateway that runs does them by itself. */
  workOrWait(): Promise<void>;
};

/** An examination takes as long as the time-outs of all its steps. Milliseconds. */
const totalTimeout = 180_000;
/** What is held of a person may be ten thousand rows. */
const bytesMax = 64 * 1024 * 1024;
/** Between two looks at what others do. */
const pauseMilliseconds = 500;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Works on whichever it is, in the workspace that the verb needs, and lets go of it at the end. */
export async function ask<T>(input: Input, context: Context, work: (place: Place) => Promise<T>): Promise<T> {
  const settings = loadCommandSettings();
  const url = input.text('url') ?? settings.url;
  const named = input.asks === 'installation' ? null : (input.text('workspace') ?? settings.workspace);
  const run = async (send: Send, apiKey: string, rest: Omit<Place, 'api'>): Promise<T> => {
    const installation = createApi(send, apiKey, null);
    const workspaceId = await chooseWorkspace(installation, named, input.asks === 'workspace');
    return work({ api: createApi(send, apiKey, workspaceId), ...rest });
  };
  if (url === null) {
    const gateway = await openOrHint(context);
    let isListening = false;
    const listen = async (): Promise<void> => {
      if (!isListening) await gateway.start();
      isListening = true;
    };
    try {
      const workOrWait = async (): Promise<void> => {
        // Where gateways run on the same database, one of them may have taken it.
        if ((await gateway.core.backgroundJobs.workDue()) === 0) await pause();
      };
      return await run(gateway.send, gateway.operatorKey.reveal(), { listen, workOrWait });
    } finally {
      await gateway.close();
    }
  }
  const base = baseUrlOf(url);
  if (!settings.apiKey) {
    throw new UsageError('With --url, MAILGRANT_API_KEY must hold an API key of that gateway.');
  }
  const egress = createEgress({ totalTimeout, headersTimeout: totalTimeout, bytesMax });
  try {
    const rest = { listen: async () => {}, workOrWait: pause };
    return await run(sendOver(base, egress), settings.apiKey.reveal(), rest);
  } finally {
    await egress.close();
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));

const sendOver =
  (base: string, egress: Egress): Send =>
  async ({ method, path, headers, body }) => {
    try {
      const response = await egress.fetch(base + path, { method, headers, body });
      return {
        status: response.status,
        text: await response.text(),
        retryAfter: response.headers.get('retry-after'),
      };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Unreachable(`${base} does not answer: ${reason}`, { cause });
    }
  };

/** A database that a running gateway owns cannot be opened here: then that gateway has to be asked. */
async function openOrHint({ openHere }: Context) {
  const config: Config = loadConfig();
  return openHere(config).catch((cause: unknown) => {
    if (!(cause instanceof DatabaseInUse)) throw cause;
    throw new DatabaseInUse(
      `${cause.message}\nIf a gateway runs on this database, let it do the work: add --url ${config.publicUrl} and put an API key of it into MAILGRANT_API_KEY.`,
      { cause },
    );
  });
}

/** Null stands for the workspace of the key, or for none. */
async function chooseWorkspace(api: Api, named: string | null, isNeeded: boolean): Promise<string | null> {
  if (named !== null && uuid.test(named)) return named;
  if (named === null && !isNeeded) return null;
  const whoami = await api.call('GET', '/v1/whoami');
  if (memberOf(whoami, 'is_installation_key') !== true) {
    if (named === null) return null;
    const own = await api.call('GET', `/v1/workspaces/${textOf(whoami, 'workspace_id')}`);
    if (textOf(own, 'name') === named) return null;
    throw new UsageError(`The API key belongs to another workspace than ${named}.`);
  }
  if (named === null) {
    const [only, ...others] = itemsOf(await api.call('GET', '/v1/workspaces', { query: { limit: 2 } }));
    if (only === undefined)
      throw new UsageError('There is no workspace yet: `mailgrant workspaces create NAME`.');
    if (others.length > 0) {
      throw new UsageError(
        'There are several workspaces: say with --workspace which one. `mailgrant workspaces` lists them.',
      );
    }
    return textOf(only, 'id');
  }
  const found: string[] = [];
  for await (const workspace of api.items('/v1/workspaces')) {
    if (textOf(workspace, 'name') === named) found.push(textOf(workspace, 'id') ?? '');
  }
  const [id, ...others] = found;
  if (id === undefined) throw new UsageError(`There is no workspace ${named} here.`);
  if (others.length > 0)
    throw new UsageError(`Several workspaces are named ${named}; name one by its id: ${found.join(', ')}`);
  return id;
}

/**
 * Without the slash at its end; a gateway behind a proxy may have a path before its own. Throws `UsageError` for plain
 * http to another machine: the API key would cross the network in clear.
 */
export function baseUrlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isAddress =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    !url.search &&
    !url.hash &&
    !url.username &&
    !url.password;
  if (!isAddress)
    throw new UsageError('--url must be the address of the gateway, like http://127.0.0.1:8025');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new UsageError(
      '--url must be https, except on the loopback interface: over plain http anybody on the way could read the API key.',
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(\.\d+){3}$/.test(hostname);

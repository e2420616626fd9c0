#!/usr/bin/env node
import type { Command } from './cli/command.ts';
import type { Context } from './cli/context.ts';
// The command line: which commands there are. Each is loaded only when it is called, so that a server starts without
// the others.
import { startCompileCache } from './compile-cache.ts';
import type { Config } from './config.ts';
import type { ApiKeyScope, Principal } from './core/index.ts';

type Entry = { summary: string; load(): Promise<{ command: Command }> };

const commands = {
  serve: {
    summary: 'run the gateway; in an empty place it prepares one first',
    load: () => import('./cli/serve.ts'),
  },
  init: {
    summary: 'make keyring, database, first workspace and first API keys',
    load: () => import('./cli/init.ts'),
  },
  config: { summary: 'show the settings, and check them', load: () => import('./cli/config.ts') },
  doctor: {
    summary: 'find out what is wrong with a mailbox or an OAuth client',
    load: () => import('./cli/doctor.ts'),
  },
  health: { summary: 'ask whether the gateway here is ready', load: () => import('./cli/health.ts') },
  'api-key': { summary: 'make, list and revoke API keys', load: () => import('./cli/api-key.ts') },
  workspaces: { summary: 'make, list and delete workspaces', load: () => import('./cli/workspaces.ts') },
  'oauth-client': {
    summary: 'registrations at Google and Microsoft: make, examine, set up, change',
    load: () => import('./cli/oauth-client.ts'),
  },
  connect: {
    summary: 'connect a mailbox, in a browser or by a device code',
    load: () => import('./cli/connect.ts'),
  },
  mailboxes: {
    summary: 'list, show, verify, switch off, disconnect; read a token',
    load: () => import('./cli/mailboxes.ts'),
  },
  import: {
    summary: 'take over mailboxes of another system, from JSON Lines or CSV',
    load: () => import('./cli/import.ts'),
  },
  export: { summary: 'write all mailboxes as JSON Lines or CSV', load: () => import('./cli/export.ts') },
  webhooks: { summary: 'endpoints and deliveries', load: () => import('./cli/webhooks.ts') },
  events: { summary: 'what happened', load: () => import('./cli/events.ts') },
  audit: { summary: 'who changed what', load: () => import('./cli/audit.ts') },
  oauth: {
    summary: 'OAuth by hand: URL, code exchange, refresh, one step at a time',
    load: () => import('./cli/oauth.ts'),
  },
  keyring: {
    summary: 'another key for what is sealed, step by step',
    load: () => import('./cli/keyring.ts'),
  },
  person: {
    summary: 'what is held of one person: tell it, or erase it',
    load: () => import('./cli/person.ts'),
  },
  copy: { summary: 'copy the database into another, and compare both', load: () => import('./cli/copy.ts') },
  migrate: { summary: 'bring the database to this release', load: () => import('./cli/migrate.ts') },
  completion: { summary: 'completion for bash, zsh and fish', load: () => import('./cli/completion.ts') },
} as const satisfies Record<string, Entry>;

/** Who sits at the machine may do everything. */
const operator: Principal = {
  keyId: 'command-line',
  workspaceId: null,
  isInstallation: true,
  expiresAt: null,
  scopes: new Set<ApiKeyScope>(['all', 'workspaces:manage']),
  from: { channel: 'command_line', requestId: null, address: null },
};

/** How long a command that served pages goes on doing so when it has its result. */
const lastPageSeconds = 2;

const context: Context = {
  /** Loaded only for the commands that need it, and after the compile cache is there. */
  async openHere(config: Config) {
    const { createGateway } = await import('./gateway.ts');
    // What a server tells of its life is no part of a command's output.
    const logLevel = config.logLevel === 'info' ? 'warn' : config.logLevel;
    const gateway = await createGateway({ ...config, jobs: false, logLevel });
    let isServing = false;
    return {
      core: gateway.core,
      operatorKey: gateway.core.apiKeys.vouch(operator),
      async send({ method, path, headers, body }) {
        const answer = await gateway.app.inject({
          method,
          url: path,
          headers,
          ...(body === null ? {} : { payload: body }),
        });
        const retryAfter = answer.headers['retry-after'];
        return {
          status: answer.statusCode,
          text: answer.body,
          retryAfter: retryAfter === undefined ? null : String(retryAfter),
        };
      },
      async start() {
        isServing = true;
        return gateway.start();
      },
      async close() {
        // A browser is on its way to the page that tells how it ended.
        if (isServing) await gateway.drain({ seconds: lastPageSeconds, isReplaced: false });
        await gateway.close();
      },
    };
  },
  async checkSurfaces(config) {
    const { checkSurfaces } = await import('./gateway.ts');
    checkSurfaces(config);
    return null;
  },
  commands,
};

async function main([name = 'help', ...words]: string[]): Promise<number> {
  startCompileCache();
  if (name === '--version' || name === '-v' || name === 'version') {
    const { version } = await import('./cli/version.ts');
    process.stdout.write(`mailgrant ${version()}\n`);
    return 0;
  }
  const { runCommand } = await import('./cli/run.ts');
  return runCommand(name, words, context);
}

const words = process.argv.slice(2);
// Whoever reads may stop reading: `mailgrant events | head`. A disk may be full, and then half a result is none.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  const message = `The result could not be written: ${error.message}`;
  const document = { error: { code: 'output_failed', message, exit_code: 1 } };
  process.stderr.write(`${words.includes('--json') ? JSON.stringify(document) : message}\n`);
  process.exit(1);
});
// Hints that nobody takes are no reason to end.
process.stderr.on('error', () => {});
main(words).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  },
);

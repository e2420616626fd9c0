// The statements of everything that falls due, as each engine would send them: the store's own operations, on a
// database that only writes down what it is asked.
import type { SQLInputValue } from 'node:sqlite';
import {
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type { Session } from '../../src/stores/engine.ts';
import { createKeyring, generateKey, parseKeyring } from '../../src/stores/keyring.ts';
import { auditOperations } from '../../src/stores/operations/audit.ts';
import { backgroundJobOperations } from '../../src/stores/operations/background-jobs.ts';
import { breakerOperations } from '../../src/stores/operations/breakers.ts';
import { connectSessionOperations } from '../../src/stores/operations/connect-sessions.ts';
import type { Context } from '../../src/stores/operations/context.ts';
import { eventOperations } from '../../src/stores/operations/events.ts';
import { grantOperations } from '../../src/stores/operations/grants.ts';
import { installationOperations } from '../../src/stores/operations/installation.ts';
import { limitOperations } from '../../src/stores/operations/limits.ts';
import { mailboxOperations } from '../../src/stores/operations/mailboxes.ts';
import { oauthClientOperations } from '../../src/stores/operations/oauth-clients.ts';
import { tokenUseOperations } from '../../src/stores/operations/token-uses.ts';
import { webhookDeliveryOperations } from '../../src/stores/operations/webhook-deliveries.ts';
import { webhookEndpointOperations } from '../../src/stores/operations/webhook-endpoints.ts';
import { workspaceOperations } from '../../src/stores/operations/workspaces.ts';
import { unitOn } from '../../src/stores/postgres.ts';
import { lookText, pruneChanges } from '../../src/stores/postgres-change-feed.ts';
import type { Tables } from '../../src/stores/schema.ts';
import { turnSession } from '../../src/stores/sqlite.ts';
import type { EngineName } from './databases.ts';

export type DueStatement = { work: string; text: string; parameters: readonly unknown[] };

/** Rows of one batch. */
export const batch = 100;

/** The time of the bench: what is due was due before it. */
export const dueAt = 1_790_000_000_000;

type Works = Record<string, (context: Context) => Promise<unknown>>;

const works: Works = {
  'grants due to be refreshed': (context) =>
    grantOperations(context).claimDue({ owner: 'bench', now: dueAt, until: dueAt + 60_000 }, batch),
  'grants due beside those that are left out': (context) =>
    grantOperations(context).claimDue({ owner: 'bench', now: dueAt, until: dueAt + 60_000 }, batch, {
      providers: ['microsoft'],
      oauthClients: ['none', 'of', 'these'],
    }),
  'grants that end soon': (context) => grantOperations(context).ending(dueAt, 14, batch),
  'mailboxes due to be verified': (context) =>
    mailboxOperations(context).claimDueVerifications(dueAt, dueAt + 60_000, batch),
  'credentials that end soon': (context) =>
    oauthClientOperations(context).expiringCredentials(dueAt, 30, batch),
  'sessions to be discarded': (context) => connectSessionOperations(context).expiredHolding(dueAt, batch),
  'sessions to be pruned': (context) => connectSessionOperations(context).prune(dueAt, batch),
  'workspaces on their way out': (context) => workspaceOperations(context).leaving(batch),
  'events to be told': (context) => eventOperations(context).pending(batch),
  'endpoints whose turn it is': (context) =>
    webhookDeliveryOperations(context).dueEndpoints({
      now: dueAt,
      isFailing: false,
      limit: batch,
      leftOut: ['none', 'of', 'these'],
    }),
  'webhooks of an endpoint to be sent': (context) =>
    webhookDeliveryOperations(context).claim('h1', { now: dueAt, until: dueAt + 60_000, limit: batch }),
  'how much of webhooks is to be sent': (context) =>
    installationOperations(context).webhookQueue({ now: dueAt, failedSince: dueAt, most: batch }),
  'webhooks to be pruned': (context) => webhookDeliveryOperations(context).prune(dueAt, batch),
  'endpoints of sessions that are no more': (context) =>
    webhookEndpointOperations(context).pruneOfSessions(batch),
  'background jobs to be worked on': (context) =>
    backgroundJobOperations(context).claim(dueAt, dueAt + 60_000),
  'background jobs to be pruned': (context) => backgroundJobOperations(context).prune(dueAt, batch),
  'limits to be pruned': (context) => limitOperations(context).prune(dueAt, batch),
  'breakers to be pruned': (context) => breakerOperations(context).prune(dueAt, batch),
  ...Object.fromEntries(
    (['disabled', 'degraded', 'needs_reauthorization'] as const).map((status) => [
      `mailboxes that are ${status}`,
      (context: Context) => mailboxOperations(context).list('w1', { status }, { after: null, limit: batch }),
    ]),
  ),
  ...Object.fromEntries(
    [false, true].map((oldestFirst) => [
      `audit entries of a time, ${oldestFirst ? 'oldest' : 'newest'} first`,
      (context: Context) =>
        auditOperations(context).list(
          'w1',
          { since: dueAt, until: 2 * dueAt, oldestFirst },
          { after: null, limit: batch },
        ),
    ]),
  ),
  'audit entries to be pruned': (context) => auditOperations(context).prune(dueAt, batch),
  'token reads to be pruned': (context) => tokenUseOperations(context).prune(dueAt, batch),
};

export async function dueStatements(engine: EngineName): Promise<DueStatement[]> {
  const statements: DueStatement[] = [];
  const keyring = createKeyring(parseKeyring(generateKey()));
  for (const [work, run] of Object.entries(works)) {
    const note: Note = (text, parameters) => statements.push({ work, text, parameters });
    await run({ session: sessions[engine](note), keyring });
  }
  if (engine === 'postgres') {
    const note: Note = (text, parameters) =>
      statements.push({ work: 'changes to be pruned', text, parameters });
    await pruneChanges(postgresDatabase(note), batch);
    // A snapshot of long ago but for the last few, as it is between two looks.
    statements.push({ work: 'changes of other nodes', text: lookText, parameters: ['49990:49995:49990'] });
  }
  return statements;
}

type Note = (text: string, parameters: readonly unknown[]) => void;

const sessions: Record<EngineName, (note: Note) => Session> = {
  sqlite: (note) =>
    turnSession(
      {
        run: async ({ sql, parameters }: { sql: string; parameters: readonly SQLInputValue[] }) => {
          note(sql, parameters);
          return { rows: [], changes: 0 };
        },
        commit: async () => {},
        rollBack: async () => {},
        expired: new Promise<never>(() => {}),
      },
      [],
    ),
  postgres: (note) => unitOn(postgresDatabase(note), []),
};

function postgresDatabase(note: Note): Kysely<Tables> {
  const connection: DatabaseConnection = {
    executeQuery: async ({ sql, parameters }) => {
      note(sql, parameters);
      return { rows: [] };
    },
    streamQuery: () => {
      throw new Error('nothing here streams');
    },
  };
  const nothing = async (): Promise<void> => {};
  const driver: Driver = {
    init: nothing,
    acquireConnection: async () => connection,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    releaseConnection: nothing,
    destroy: nothing,
  };
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

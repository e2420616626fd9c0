// What the numbers are called outside: every metric of this program with its type, its help and where it is read.
// Owns the names; a name that is in a dashboard or an alert rule must not change. Label values come from closed sets.
import { type Core, type Count, type GrantStatus, mailboxStatusNames, type Spread } from '../core/index.ts';
import type { RequestMeasures } from '../http/request-measures.ts';

export type Sample = { labels: Readonly<Record<string, string>>; value: number };

/**
 * `counter` and `histogram`: of this process; those of all processes are added up. `process`: a gauge of this process,
 * shown with its number. `installation`: a gauge that every process would tell in the same way, so only one does.
 */
export type Family = { name: string; help: string } & (
  | { kind: 'counter'; read(): readonly Count[] }
  | { kind: 'histogram'; bounds: readonly number[]; read(): readonly Spread[] }
  | { kind: 'process'; read(): readonly Sample[] }
  | { kind: 'installation'; read(): Promise<readonly Sample[]> }
);

export type DatabaseLoad = { connections: number; idle: number; waiting: number };

export type Sources = {
  core: Core;
  requests: RequestMeasures;
  databaseLoad(): DatabaseLoad;
  version: string;
  engine: string;
  now(): number;
};

export const processFamilies = ({
  core,
  requests,
  databaseLoad,
  version,
  engine,
}: Sources): readonly Family[] => {
  const { measures } = core;
  return [
    counter('http_requests_total', 'Answered requests.', requests.requests),
    histogram('http_request_duration_seconds', 'From the first byte to the last.', requests.seconds),
    counter('token_reads_total', 'Token reads by where the token came from.', measures.tokenReads),
    counter('refreshes_total', 'Refreshes by what became of them.', measures.refreshes),
    histogram('refresh_duration_seconds', 'From the lease to the stored token.', measures.refreshSeconds),
    counter(
      'provider_calls_total',
      'Calls to token endpoints by what came back: `ok` or the reason of the failure.',
      measures.providerCalls,
    ),
    histogram('provider_call_duration_seconds', 'Calls to token endpoints.', measures.providerCallSeconds),
    counter(
      'connect_sessions_total',
      'Connect sessions that began and that ended.',
      measures.connectSessions,
    ),
    counter('verifications_total', 'Proofs of transports by their verdict.', measures.verifications),
    counter('proofs_total', 'The same proofs, told as zero before there are any.', measures.proofs),
    counter('webhook_attempts_total', 'Webhooks sent, by the answer.', measures.webhookAttempts),
    histogram('webhook_attempt_duration_seconds', 'Webhooks until the answer.', measures.webhookSeconds),
    counter('due_work_failures_total', 'Batches of due work that failed.', measures.dueWorkFailures),
    {
      name: 'mailgrant_provider_calls_under_way',
      help: 'Calls to a provider that are not answered yet.',
      kind: 'process',
      read: () => perProvider(core.installation.callFigures().underWay),
    },
    {
      name: 'mailgrant_provider_calls_waiting',
      help: 'Calls to a provider that wait for room in the budgets.',
      kind: 'process',
      read: () => perProvider(core.installation.callFigures().waiting),
    },
    {
      name: 'mailgrant_database_connections',
      help: 'Connections of the pool (PostgreSQL); always 1 of SQLite.',
      kind: 'process',
      read: () => {
        const { connections, idle } = databaseLoad();
        return [
          { labels: { state: 'busy' }, value: connections - idle },
          { labels: { state: 'idle' }, value: idle },
        ];
      },
    },
    {
      name: 'mailgrant_database_waiting',
      help: 'Callers that wait for a connection (PostgreSQL) or for the writer (SQLite).',
      kind: 'process',
      read: () => [{ labels: {}, value: databaseLoad().waiting }],
    },
    {
      name: 'mailgrant_build_info',
      help: 'Always 1.',
      kind: 'process',
      read: () => [{ labels: { version, engine }, value: 1 }],
    },
  ];
};

export const installationFamilies = ({ core, now }: Sources): readonly Family[] => {
  const gauge = (
    name: string,
    help: string,
    read: (figures: Awaited<ReturnType<typeof core.installation.figures>>) => readonly Sample[],
  ): Family => ({
    name: `mailgrant_${name}`,
    help,
    kind: 'installation',
    read: async () => read(await core.installation.figures()),
  });
  const age = (since: number | null): Sample[] => [
    { labels: {}, value: since === null ? 0 : Math.max(0, now() - since) / 1000 },
  ];
  return [
    gauge('refresh_queue_due', 'Grants due to be refreshed by themselves.', ({ refreshQueue }) => [
      { labels: {}, value: refreshQueue.due },
    ]),
    gauge('refresh_queue_overdue', 'Those due for more than ten minutes.', ({ refreshQueue }) => [
      { labels: {}, value: refreshQueue.overdue },
    ]),
    gauge('refresh_queue_leased', 'Those being refreshed now.', ({ refreshQueue }) => [
      { labels: {}, value: refreshQueue.leased },
    ]),
    gauge('refresh_queue_oldest_seconds', 'For how long the oldest one is due.', ({ refreshQueue }) =>
      age(refreshQueue.oldestDueAt),
    ),
    gauge('webhook_queue_pending', 'Deliveries that are to be sent.', ({ webhooks }) => [
      { labels: {}, value: webhooks.pending },
    ]),
    gauge('webhook_queue_oldest_seconds', 'For how long the oldest one should be sent.', ({ webhooks }) =>
      age(webhooks.oldestDueAt),
    ),
    gauge('webhook_deliveries_failed', 'Deliveries given up within a day.', ({ webhooks }) => [
      { labels: {}, value: webhooks.failed },
    ]),
    gauge('provider_breaker', 'Breakers of providers: 0 closed, 1 probing, 2 open.', ({ breakers }) =>
      providers.map((provider) => ({
        labels: { provider },
        value: breakerValues[breakers.find(({ key }) => key === `provider:${provider}`)?.status ?? 'closed'],
      })),
    ),
    gauge('oauth_client_breakers', 'Breakers of OAuth clients that are not closed.', ({ breakers }) =>
      (['open', 'probing'] as const).map((status) => ({
        labels: { status },
        value: breakers.filter((each) => each.key.startsWith('oauth_client:') && each.status === status)
          .length,
      })),
    ),
    gauge('grants', 'Grants by provider and status, as counted last.', ({ totals }) =>
      totals === null ? [] : perStatus(totals.grants, grantStatuses),
    ),
    gauge('mailboxes', 'Mailboxes by provider and status, as counted last.', ({ totals }) =>
      totals === null ? [] : perStatus(totals.mailboxes, mailboxStatusNames),
    ),
    gauge('counted_timestamp_seconds', 'When grants and mailboxes were counted last.', ({ totals }) =>
      totals === null ? [] : [{ labels: {}, value: totals.countedAt / 1000 }],
    ),
  ];
};

const providers = ['google', 'microsoft'] as const;
const breakerValues = { closed: 0, probing: 1, open: 2 } as const;

const grantStatuses = ['active', 'needs_reauthorization'] as const satisfies readonly GrantStatus[];

/** Also those of which there are none: a series that ends is for an alert as if it had never been. */
const perStatus = (
  counts: readonly { provider: string; status: string; count: number }[],
  statuses: readonly string[],
): Sample[] =>
  providers.flatMap((provider) =>
    statuses.map((status) => ({
      labels: { provider, status },
      value: counts.find((each) => each.provider === provider && each.status === status)?.count ?? 0,
    })),
  );

const perProvider = (counts: Record<string, number>): Sample[] =>
  providers.map((provider) => ({ labels: { provider }, value: counts[provider] ?? 0 }));

const counter = (name: string, help: string, { list }: { list(): readonly Count[] }): Family => ({
  name: `mailgrant_${name}`,
  help,
  kind: 'counter',
  read: list,
});

const histogram = (
  name: string,
  help: string,
  { list, bounds }: { list(): readonly Spread[]; bounds: readonly number[] },
): Family => ({ name: `mailgrant_${name}`, help, kind: 'histogram', bounds, read: list });

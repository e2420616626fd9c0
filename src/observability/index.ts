// What the composition root needs to be watched by: traces and metrics, each loaded only where it is asked for, and
// nothing where it is not.
import type { Config } from '../config.ts';
import { type Core, type Log, type Tracer, untraced } from '../core/index.ts';
import { type MetricsServer, registerMetrics, startMetricsServer } from '../http/metrics.ts';
import type { TraceRequest } from '../http/request-context.ts';
import { withLogFields } from '../log-context.ts';
import type { Sources } from './families.ts';
import type { CollectReports, Metrics } from './metrics.ts';

/** This process among those that serve together on this machine. */
export type Membership = { process: number; collect: CollectReports };

export const firstProcess = 1;

export type Traced = { tracer: Tracer; traceRequest: TraceRequest | null; close(): Promise<void> };

const nothingTraced: Traced = { tracer: untraced, traceRequest: null, close: async () => {} };

/** Nothing of OpenTelemetry is loaded unless an endpoint is named. */
export async function openTraces(
  { traces }: Pick<Config, 'traces'>,
  about: { log: Log; version: string; process: number },
): Promise<Traced> {
  if (traces === null) return nothingTraced;
  const { createTraces } = await import('./traces.ts');
  return createTraces(traces, about);
}

type MetricsConfig = Pick<Config, 'metrics' | 'metricsPort' | 'metricsHost' | 'metricsToken'>;

/** Null unless metrics are asked for; then nothing of Prometheus is loaded. */
export async function openMetrics(
  { metrics, metricsPort }: MetricsConfig,
  sources: Sources,
  about: { log: Log; membership: Membership | null },
): Promise<Metrics | null> {
  if (!metrics && metricsPort === null) return null;
  const { createMetrics } = await import('./metrics.ts');
  const { log, membership } = about;
  return createMetrics(sources, {
    log,
    process: membership?.process ?? firstProcess,
    collect: membership?.collect ?? null,
  });
}

/** Beside the API, if the operator wants it there. To be called before the server is ready. */
export const metricsRoute =
  ({ metrics: isServed, metricsToken: token }: MetricsConfig, page: Metrics | null, log: Log) =>
  (app: Parameters<typeof registerMetrics>[0]): void => {
    if (isServed && page !== null) registerMetrics(app, { page, token, log });
  };

/** On the port of its own; null when there is none. Rejects with what an operator can read. */
export async function listenForScrapes(
  { metricsPort: port, metricsHost: host, metricsToken: token }: MetricsConfig,
  page: Metrics | null,
  log: Log,
): Promise<MetricsServer | null> {
  if (port === null || page === null) return null;
  const server = await startMetricsServer({ page, token, log }, { host, port }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`MAILGRANT_METRICS_PORT: cannot listen there (${reason}).`, { cause });
  });
  log.info('metrics are served', { address: server.address });
  return server;
}

type Work = { name: string; work: (stopping: AbortSignal) => Promise<number> };

/** The same work, whose lines in the log name it, and whose failures are counted. */
export const watchedWork =
  ({ measures }: Pick<Core, 'measures'>) =>
  <Due extends Work>(due: Due): Due => {
    // Told as zero from the start, or the first failure is none for Prometheus.
    const failures = measures.dueWorkFailures.of({ work: due.name });
    return {
      ...due,
      work: (stopping) =>
        withLogFields({ job: due.name }, async () => {
          try {
            return await due.work(stopping);
          } catch (error) {
            failures.value += 1;
            throw error;
          }
        }),
    };
  };

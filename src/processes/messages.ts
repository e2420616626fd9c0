// What the processes of one installation on one machine say to each other, read as what comes from outside.

import { type Report as MetricsReport, parseMetrics } from '../observability/reports.ts';

/**
 * From a worker: it hears orders; it is about to listen and has this to announce; it listens; what it has counted (`id`
 * of the question, 0 = its last word); it is scraped, and wants to know that of all.
 */
export type Report =
  | { kind: 'hears' }
  | { kind: 'notices'; notices: string[] }
  | { kind: 'ready' }
  | { kind: 'metrics'; id: number; metrics: MetricsReport }
  | { kind: 'collect'; id: number };

/** To a worker: what has it counted; the answer to its `collect`. */
export type Exchange =
  | { kind: 'report'; id: number }
  | { kind: 'collected'; id: number; reports: readonly MetricsReport[] };

/** To a worker: end in good order. See `drain` of the gateway. */
export type Order = { kind: 'end'; seconds: number; isReplaced: boolean };

export function parseReport(message: unknown): Report | null {
  const kind = memberOf(message, 'kind');
  if (kind === 'hears' || kind === 'ready') return { kind };
  const id = memberOf(message, 'id');
  if (kind === 'collect' && typeof id === 'number') return { kind, id };
  if (kind === 'metrics' && typeof id === 'number') {
    const metrics = parseMetrics(memberOf(message, 'metrics'));
    return metrics && { kind, id, metrics };
  }
  const notices = memberOf(message, 'notices');
  if (kind !== 'notices' || !Array.isArray(notices)) return null;
  return { kind, notices: notices.filter((notice) => typeof notice === 'string') };
}

export function parseOrder(message: unknown): Order | null {
  const kind = memberOf(message, 'kind');
  const seconds = memberOf(message, 'seconds');
  const isReplaced = memberOf(message, 'isReplaced');
  if (kind !== 'end' || typeof seconds !== 'number' || typeof isReplaced !== 'boolean') return null;
  return { kind, seconds, isReplaced };
}

export function parseExchange(message: unknown): Exchange | null {
  const kind = memberOf(message, 'kind');
  const id = memberOf(message, 'id');
  if (typeof id !== 'number') return null;
  if (kind === 'report') return { kind, id };
  const reports = memberOf(message, 'reports');
  if (kind !== 'collected' || !Array.isArray(reports)) return null;
  return { kind, id, reports: reports.flatMap((report) => [parseMetrics(report) ?? []]) };
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

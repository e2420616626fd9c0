// What Instantly's API has and this server does not: 501 in its envelope for those operations, 404 for paths that
// nobody has. Each unserved operation is logged once a process, by its pattern.
import type { FastifyInstance } from 'fastify';
import type { Log } from '../../../core/index.ts';
import { envelope } from './errors.ts';
import { authenticateAll, type Options, openPath } from './path.ts';

/** Families of which nothing is served. Other dialects have the rest of `/api/v2`. */
const unservedFamilies = [
  'account-campaign-mappings',
  'analytics',
  'audit-logs',
  'block-lists-entries',
  'campaigns',
  'crm-actions',
  'custom-prompt-templates',
  'custom-tag-mappings',
  'dfy-email-account-orders',
  'email-verification',
  'emails',
  'inbox-placement-analytics',
  'inbox-placement-blacklist-and-spamassassin-reports',
  'inbox-placement-reports',
  'inbox-placement-tests',
  'lead-labels',
  'lead-lists',
  'leads',
  'sales-flow',
  'subsequences',
  'supersearch-enrichment',
  'webhook-events',
  'webhooks',
  'workspace-billing',
  'workspace-group-members',
  'workspace-members',
] as const;

/** Families of which a part is served: what else lies below them is 404, but for `unservedPaths`. */
const servedFamilies = [
  'oauth',
  'accounts',
  'api-keys',
  'background-jobs',
  'custom-tags',
  'workspaces',
] as const;

/** By path; operations on paths that are served otherwise stand where those paths are opened. */
const unservedPaths = [
  ['/accounts/move', { POST: 'unserved' }],
  ['/accounts/ctd/status', { GET: 'unserved' }],
  ['/accounts/analytics/daily', { GET: 'unserved' }],
  ['/workspaces/create', { POST: 'unserved' }],
  ['/workspaces/current/whitelabel-domain', { GET: 'unserved', POST: 'unserved', DELETE: 'unserved' }],
  ['/workspaces/current/change-owner', { POST: 'unserved' }],
] as const;

/** Says so in the envelope, and in the log at the first time. */
export function createRefuse(log: Log): Options['refuse'] {
  const logged = new Set<string>();
  return (request, reply, pattern) => {
    const operation = `${request.method} ${pattern}`;
    if (!logged.has(operation)) {
      logged.add(operation);
      log.warn('a call of the instantly surface is not served', { operation });
    }
    const message = `${operation} is part of Instantly's API but not of this server`;
    return reply.code(501).send(envelope(501, message));
  };
}

/** `isOwnMount`: below a prefix of our own, where everything unknown is refused already. */
export async function addUnserved(
  app: FastifyInstance,
  options: Options,
  { isOwnMount }: { isOwnMount: boolean },
): Promise<void> {
  for (const family of unservedFamilies) {
    await app.register(
      async (scope) => {
        authenticateAll(scope, options.core, () => 'any');
        scope.setNotFoundHandler(async (request, reply) => options.refuse(request, reply, `/${family}/*`));
      },
      { prefix: `/${family}` },
    );
  }
  for (const [prefix, methods] of unservedPaths) {
    await app.register(
      async (scope) => {
        openPath(scope, options, methods);
      },
      { prefix },
    );
  }
  if (isOwnMount) return;
  for (const family of servedFamilies) {
    await app.register(async (scope) => refuseTheRest(scope), { prefix: `/${family}` });
  }
}

export function refuseTheRest(scope: FastifyInstance): void {
  scope.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(envelope(404, 'Resource not found')),
  );
}

// Calls that Warmy has and this server does not answer: 501 in Warmy's envelope, so that a program can tell them
// from a typing error, and one line in the log for each, so that an operator sees what programs ask for.
import type { FastifyInstance, HTTPMethods } from 'fastify';
import type { Log } from '../../../core/index.ts';
import { envelope } from './errors.ts';

type Missing = { methods: HTTPMethods[]; path: string; why: string };

const noTraffic = 'this server runs no warm-up traffic, so it has nothing to report';
const noChecks = 'this server runs no deliverability checks';
const every: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const missing: readonly Missing[] = [
  { methods: ['GET'], path: '/mailboxes/warmup_statistics', why: noTraffic },
  { methods: ['GET'], path: '/mailboxes/:id/warmup_statistics_by_provider', why: noTraffic },
  { methods: ['GET'], path: '/mailboxes/:id/total_warmup_statistics', why: noTraffic },
  { methods: ['GET'], path: '/mailboxes/warmup_alerts', why: noTraffic },
  { methods: every, path: '/mailboxes/deliverability_checkers', why: noChecks },
  { methods: ['POST'], path: '/mailboxes/:id/resent_health_check', why: noChecks },
  { methods: ['POST'], path: '/mailboxes/health_check_by_user', why: noChecks },
  { methods: every, path: '/mailboxes/:id/deliverability_checkers', why: noChecks },
  { methods: every, path: '/mailboxes/:id/deliverability_checkers/*', why: noChecks },
  { methods: ['GET'], path: '/warmup_alerts', why: noTraffic },
  ...['deliverability_checkers', 'standalone_deliverability_checkers'].flatMap((family) => [
    { methods: every, path: `/${family}`, why: noChecks },
    { methods: every, path: `/${family}/*`, why: noChecks },
  ]),
  ...['user_templates', 'users_splits', 'seedlist_senders'].flatMap((family) => [
    { methods: every, path: `/${family}`, why: 'this server writes no messages' },
    { methods: every, path: `/${family}/*`, why: 'this server writes no messages' },
  ]),
  {
    methods: ['POST'],
    path: '/mailboxes/:id/reconnect',
    why: 'OAuth mailboxes are reconnected by POST /api/v2/mailboxes with new tokens',
  },
];

/** On an instance whose prefix is the API's. `seen` is shared by all mounts, so that each call is logged once. */
export function refuseMissing(app: FastifyInstance, log: Log, seen: Set<string>): void {
  for (const { methods, path, why } of missing) refuseCall(app, { methods, path, why }, { log, seen });
}

export function refuseCall(
  app: FastifyInstance,
  { methods, path, why }: Missing,
  { log, seen }: { log: Log; seen: Set<string> },
): void {
  for (const url of path.endsWith('*') ? [path] : [path, `${path}/`]) {
    app.route({
      method: methods,
      url,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const call = `${request.method} ${path}`;
        if (!seen.has(call)) {
          seen.add(call);
          log.warn('a program called what the warmy surface does not answer', { call });
        }
        return reply.code(501).send(envelope([`Not implemented: ${why}`]));
      },
    });
  }
}

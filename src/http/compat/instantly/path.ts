// One path of the API: which methods it has, which scope each needs, who calls, and the general rate limit.
// Every path of this surface is opened here, so that none forgets a part of it.
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { Core, Log, Principal } from '../../../core/index.ts';
import { authenticateRequest } from '../../authenticate.ts';
import { envelope, InstantlyError } from './errors.ts';
import { type InstantlyScope, principalFor } from './map.ts';

export type Options = {
  core: Core;
  log: Log;
  /** Answers 501 for an operation that Instantly has and this server has not. */
  refuse(request: FastifyRequest, reply: FastifyReply, pattern: string): FastifyReply;
};

export type Caller = { principal: Principal; workspaceId: string };

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export type Callers = { of(request: FastifyRequest): Caller };

/** `any`: every key of the workspace. `unserved`: any key, and 501. */
type Needs = InstantlyScope | 'any' | 'unserved';

/** Opens the path that `scope` is mounted at: authentication before anything else, 405 for other methods. */
export function openPath(
  scope: FastifyInstance,
  { core, refuse }: Options,
  needs: Partial<Record<Method, Needs>>,
  { refusesHead = false }: { refusesHead?: boolean } = {},
): Callers {
  const allowed = (['GET', 'POST', 'PATCH', 'DELETE'] as const).filter((method) => needs[method]);
  const callers = authenticateAll(scope, core, (method) => needs[methodOf(method)] ?? 'any');
  refuseOtherMethods(scope, allowed, refusesHead);
  const unserved = allowed.filter((method) => needs[method] === 'unserved');
  if (unserved.length > 0) {
    const pattern = scope.prefix.slice(scope.prefix.indexOf('/api/v2') + '/api/v2'.length);
    scope.route({
      url: '/',
      method: unserved,
      handler: async (request, reply) => refuse(request, reply, pattern),
    });
  }
  return callers;
}

/** A HEAD is a GET without its answer. */
const methodOf = (method: string): Method =>
  method === 'POST' || method === 'PATCH' || method === 'DELETE' ? method : 'GET';

/** Before the body is looked at, so that a stranger learns nothing but 401. */
export function authenticateAll(
  scope: FastifyInstance,
  core: Core,
  needsOf: (method: string) => Needs,
): Callers {
  const callers = new WeakMap<FastifyRequest, Caller>();
  scope.addHook('onRequest', async (request) => {
    const { headers, method } = request;
    if (method === 'OPTIONS') return;
    if (headers.authorization === undefined) throw new InstantlyError(401, 'Missing Authorization header');
    // Instantly's name for the workspace that a key of the whole installation acts in.
    const workspaceId = headers['x-as-workspace'] ?? headers['mailgrant-workspace'];
    const principal = await authenticateRequest(core, request, {
      ...headers,
      'mailgrant-workspace': workspaceId,
    });
    const needs = needsOf(method);
    const caller = principalFor(principal, needs === 'any' || needs === 'unserved' ? null : needs);
    core.limits.countRequest(caller.workspaceId);
    callers.set(request, caller);
  });
  return {
    of(request) {
      const caller = callers.get(request);
      if (!caller) throw new Error('a handler ran without authentication');
      return caller;
    },
  };
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const satisfies HTTPMethods[];

function refuseOtherMethods(scope: FastifyInstance, allowed: readonly Method[], refusesHead: boolean): void {
  const allow = [...allowed, 'OPTIONS'].join(', ');
  scope.options('/', async (_request, reply) => reply.header('allow', allow).code(204).send());
  const refused = methods.filter((method) => !allowed.some((known) => known === method));
  scope.route({
    url: '/',
    // A GET brings its HEAD along.
    method: refused.filter((method) => method !== 'HEAD' || refusesHead || !allowed.includes('GET')),
    handler: async (request, reply) => {
      const message = `${request.method} is not supported here, ${allowed.join(' and ')} is`;
      return reply.header('allow', allow).code(405).send(envelope(405, message));
    },
  });
}

// How an operation of this surface is registered: both spellings of its path, the caller before anything else,
// and the operations that EmailEngine has and this server has not, refused in words and logged once.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  HTTPMethods,
  RawServerDefault,
} from 'fastify';
import {
  type ApiKeyScope,
  type Core,
  hasScope,
  type Log,
  type Principal,
  workspaceFor,
} from '../../../core/index.ts';
import { authenticateRequest } from '../../authenticate.ts';
import { EmailEngineError, notBuilt } from './errors.ts';

/** The application as the files of this surface see it: handlers get the types of their schemas. */
export type EmailEngineApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** `refused`: operations that were asked for in vain so far; as many as there are routes at most. */
export type Context = { core: Core; log: Log; refused: Set<string> };

/** Registers the operations of one noun. */
export type Noun = (app: EmailEngineApp, context: Context) => void;

const callers = new WeakMap<object, Principal>();

/** As EmailEngine names the parameter for a key in the URL. */
const keyParameter = 'access_token';
const timeoutMillisecondsMax = 7_200_000;

/** Before the body is looked at, so that a stranger learns nothing but 401. */
export function recognize(app: FastifyInstance, core: Core): void {
  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const headers = { ...request.headers };
    const query = isRecord(request.query) ? request.query : {};
    const fromQuery = query[keyParameter];
    if (headers.authorization === undefined && typeof fromQuery === 'string') {
      headers.authorization = `Bearer ${fromQuery}`;
    }
    // Out of the way before parameters are validated and anything else may look at them.
    delete query[keyParameter];
    const principal = await authenticateRequest(core, request, headers);
    // Without a workspace every use case refuses the call.
    if (principal.workspaceId !== null) core.limits.countRequest(principal.workspaceId);
    callers.set(request, principal);
    checkTimeout(request);
  });
}

/** The caller with the workspace it acts in. Throws EmailEngine's words for a key that lacks the scope. */
export function callerOf(
  request: object,
  ...scopes: [ApiKeyScope, ...ApiKeyScope[]]
): { principal: Principal; workspaceId: string } {
  const principal = callers.get(request);
  if (!principal) throw new Error('a handler ran without authentication');
  for (const scope of scopes) {
    if (!hasScope(principal, scope)) {
      throw new EmailEngineError(403, 'Unauthorized scope', { requestedScope: scope });
    }
  }
  return { principal, workspaceId: workspaceFor(principal, scopes[0]) };
}

function checkTimeout({ headers }: FastifyRequest): void {
  const value = headers['x-ee-timeout'];
  if (value === undefined) return;
  if (typeof value === 'string' && /^\d{1,7}$/.test(value) && Number(value) <= timeoutMillisecondsMax) return;
  const message = `"x-ee-timeout" must be a number from 0 to ${timeoutMillisecondsMax}`;
  throw new EmailEngineError(400, 'Invalid input', { fields: [{ message, key: 'x-ee-timeout' }] });
}

/** Registers what `define` adds at `/` of this path, with and without a slash at the end. */
export function at(app: EmailEngineApp, path: string, define: (scope: EmailEngineApp) => void): void {
  app.register(async (scope) => define(scope.withTypeProvider<TypeBoxTypeProvider>()), { prefix: path });
}

/** Answers 501, and tells the log the first time. */
export function refuse(
  app: EmailEngineApp,
  { log, refused }: Context,
  operation: { name: string; methods: HTTPMethods[]; path: string },
): void {
  const { name, methods, path } = operation;
  at(app, path, (scope) => {
    scope.route({
      url: '/',
      method: methods,
      handler: async (request) => {
        const key = `${request.method} ${path}`;
        if (!refused.has(key)) {
          refused.add(key);
          log.warn('a program asked for an operation of EmailEngine that is not built', {
            operation: name,
            method: request.method,
            path: `/v1${path}`,
          });
        }
        throw notBuilt(name);
      },
    });
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

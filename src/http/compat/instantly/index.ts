// The OAuth part of Instantly's API v2, so that a program written for it connects mailboxes here after a change
// of its base URL. Owns the paths, the one-time result and the envelope; decides nothing that the core decides.
// What is covered, and how it is known: docs/surfaces/instantly.md.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify';
import { type Core, GatewayError, type Log, type Principal, type ProviderName } from '../../../core/index.ts';
import { authenticate } from '../../authenticate.ts';
import { acceptBody } from './body.ts';
import { envelope, InstantlyError, sendError, sessionNotFound } from './errors.ts';
import { type InstantlyScope, initReply, newSession, principalFor, statusReply, surfaceName } from './map.ts';
import { InitReply, SessionParams, StatusReply } from './schemas.ts';

type Options = { core: Core; log: Log };

const ownPrefix = `/compat/${surfaceName}`;

/**
 * First path segments below `/api/v2` that are Instantly's: what is not served there is refused in its words.
 * Other dialects have the rest of `/api/v2`.
 */
const families = [
  'oauth',
  'accounts',
  'account-campaign-mappings',
  'api-keys',
  'background-jobs',
  'custom-tags',
  'workspaces',
] as const;

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A surface as the server takes it. */
export const instantly = {
  name: surfaceName,
  async register(app: FastifyInstance, options: Options): Promise<void> {
    await app.register(async (scope) => addApi(scope, options, families), { prefix: '/api/v2' });
    await app.register(
      async (scope) => {
        refuseTheRest(scope);
        await scope.register(async (inner) => addApi(inner, options, []), { prefix: '/api/v2' });
      },
      { prefix: ownPrefix },
    );
  },
};

async function addApi(app: FastifyInstance, options: Options, refused: readonly string[]): Promise<void> {
  acceptBody(app);
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, options.log));

  for (const provider of ['google', 'microsoft'] as const) {
    await app.register(async (scope) => addInit(scope, options, provider), {
      prefix: `/oauth/${provider}/init`,
    });
  }
  await app.register(async (scope) => addStatus(scope, options), {
    prefix: '/oauth/session/status/:sessionId',
  });
  for (const family of refused) {
    await app.register(async (scope) => refuseTheRest(scope), { prefix: `/${family}` });
  }
}

async function addInit(scope: FastifyInstance, { core }: Options, provider: ProviderName): Promise<void> {
  const callers = addAuthentication(scope, core, 'accounts:create');
  scope.withTypeProvider<TypeBoxTypeProvider>().post(
    '/',
    { schema: { response: { 200: InitReply } } },
    // The body says nothing: it may be absent, empty or any JSON.
    async (request) =>
      initReply(await core.connectSessions.create(callers.of(request).principal, newSession(provider))),
  );
  refuseOtherMethods(scope, 'POST');
}

async function addStatus(scope: FastifyInstance, { core }: Options): Promise<void> {
  const callers = addAuthentication(scope, core, 'accounts:read');
  scope.withTypeProvider<TypeBoxTypeProvider>().get(
    '/',
    // A HEAD would use up the one-time result.
    { schema: { params: SessionParams, response: { 200: StatusReply } }, exposeHeadRoute: false },
    async (request) => readStatus(core, callers.of(request), request.params.sessionId),
  );
  refuseOtherMethods(scope, 'GET');
}

/** Ends with `Session not found` for a session that is unknown, foreign, of another surface, or read before. */
async function readStatus(
  core: Core,
  { principal, workspaceId }: Caller,
  sessionId: string,
): Promise<StatusReply> {
  const id = sessionId.toLowerCase();
  if (!uuidForm.test(id)) throw sessionNotFound();
  const session = await core.connectSessions.read(principal, id).catch((error: unknown) => {
    if (error instanceof GatewayError && error.code === 'not_found') throw sessionNotFound();
    throw error;
  });
  if (session.surface !== surfaceName) throw sessionNotFound();
  // Of several callers at once, one gets the result.
  if (session.outcome && !(await core.connectSessions.readOnce(workspaceId, id))) throw sessionNotFound();
  return statusReply(session, core.now());
}

type Caller = { principal: Principal; workspaceId: string };

/** Before the body is looked at, so that a stranger learns nothing but 401. */
function addAuthentication(scope: FastifyInstance, core: Core, needs: InstantlyScope) {
  const callers = new WeakMap<FastifyRequest, Caller>();
  scope.addHook('onRequest', async (request) => {
    const { headers, method } = request;
    if (method === 'OPTIONS') return;
    if (headers.authorization === undefined) throw new InstantlyError(401, 'Missing Authorization header');
    // Instantly's name for the workspace that a key of the whole installation acts in.
    const workspaceId = headers['x-as-workspace'] ?? headers['mailgrant-workspace'];
    const principal = await authenticate(core, { ...headers, 'mailgrant-workspace': workspaceId });
    callers.set(request, principalFor(principal, needs));
  });
  return {
    of(request: FastifyRequest): Caller {
      const caller = callers.get(request);
      if (!caller) throw new Error('a handler ran without authentication');
      return caller;
    },
  };
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const satisfies HTTPMethods[];

function refuseOtherMethods(scope: FastifyInstance, allowed: 'GET' | 'POST'): void {
  const allow = `${allowed}, OPTIONS`;
  scope.options('/', async (_request, reply) => reply.header('allow', allow).code(204).send());
  scope.route({
    url: '/',
    method: methods.filter((method) => method !== allowed && method !== 'OPTIONS'),
    handler: async (request, reply) => {
      const message = `${request.method} is not supported here, ${allowed} is`;
      return reply.header('allow', allow).code(405).send(envelope(405, message));
    },
  });
}

function refuseTheRest(scope: FastifyInstance): void {
  scope.setNotFoundHandler(async (_request, reply) =>
    reply.code(404).send(envelope(404, 'Resource not found')),
  );
}

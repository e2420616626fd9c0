// Connecting a mailbox over OAuth: the two init operations and the one-time result.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { type Core, GatewayError, type ProviderName } from '../../../core/index.ts';
import { sessionNotFound } from './errors.ts';
import { initReply, newSession, statusReply, surfaceName } from './map.ts';
import { type Caller, type Options, openPath } from './path.ts';
import { InitReply, SessionParams, StatusReply } from './schemas.ts';

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export async function addSessions(app: FastifyInstance, options: Options): Promise<void> {
  for (const provider of ['google', 'microsoft'] as const) {
    await app.register(async (scope) => addInit(scope, options, provider), {
      prefix: `/oauth/${provider}/init`,
    });
  }
  await app.register(async (scope) => addStatus(scope, options), {
    prefix: '/oauth/session/status/:sessionId',
  });
}

async function addInit(scope: FastifyInstance, options: Options, provider: ProviderName): Promise<void> {
  const { core } = options;
  const callers = openPath(scope, options, { POST: 'accounts:create' });
  scope.withTypeProvider<TypeBoxTypeProvider>().post(
    '/',
    { schema: { response: { 200: InitReply } } },
    // The body says nothing: it may be absent, empty or any JSON.
    async (request) => {
      const { principal, workspaceId } = callers.of(request);
      await core.limits.beginSession(provider, { workspaceId, address: request.ip });
      await core.breakers.check(provider);
      const made = await core.connectSessions.create(principal, newSession(provider));
      return initReply({ ...made, url: await authUrlOf(core, made) });
    },
  );
}

async function addStatus(scope: FastifyInstance, options: Options): Promise<void> {
  const callers = openPath(scope, options, { GET: 'accounts:read' }, { refusesHead: true });
  scope.withTypeProvider<TypeBoxTypeProvider>().get(
    '/',
    // A HEAD would use up the one-time result.
    { schema: { params: SessionParams, response: { 200: StatusReply } }, exposeHeadRoute: false },
    async (request) => readStatus(options.core, callers.of(request), request.params.sessionId),
  );
}

/** Our page, which says who asks and binds the browser; or, where the operator wants it so, the provider's own. */
async function authUrlOf(
  core: Core,
  { session, url }: Awaited<ReturnType<Core['connectSessions']['create']>>,
): Promise<string> {
  if (!core.settings.directAuthUrl) return url;
  const token = url.slice(url.lastIndexOf('/') + 1);
  const direct = { statePrefix: `api_session:${session.id}:` };
  return (await core.authorization.depart(token, direct)).authorizationUrl;
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

// Warmy's API v2 for mailboxes, so that a program written for it connects mailboxes here after a change of its base
// URL. Owns the paths, the credentials and the envelope; decides nothing that the core decides.
// What is covered, and how it is known: docs/surfaces/warmy.md.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core, Log, MailboxWithGrant, Principal } from '../../../core/index.ts';
import { authenticateRequest } from '../../authenticate.ts';
import { changeTariffPlan, deleteMailbox, findMailbox, updateMailbox, updateState } from './change.ts';
import { createMailbox } from './create.ts';
import { envelope, sendError, WarmyError } from './errors.ts';
import { acceptBody } from './fields.ts';
import { listDomains, listMailboxes, listProviders } from './list.ts';
import { mailboxReply } from './map.ts';
import { refuseCall, refuseMissing } from './not-answered.ts';
import { surfaceName, tariffPlanTypes } from './settings.ts';

type Options = { core: Core; log: Log };
type Context = Options & { seen: Set<string> };
type Call = { request: FastifyRequest; principal: Principal };
type OneCall = Call & { found: MailboxWithGrant };

const holderUidMax = 256;

/** A surface as the server takes it. */
export const warmy = {
  name: surfaceName,
  async register(app: FastifyInstance, options: Options): Promise<void> {
    const context = { ...options, seen: new Set<string>() };
    await app.register(async (scope) => addApi(scope, context), { prefix: '/api' });
    await app.register(
      async (scope) => {
        prepare(scope, context);
        refuseTheRest(scope);
        await scope.register(async (inner) => addApi(inner, context), { prefix: '/api' });
      },
      { prefix: `/compat/${surfaceName}` },
    );
  },
};

async function addApi(app: FastifyInstance, context: Context): Promise<void> {
  prepare(app, context);
  await app.register(async (scope) => addSignIn(scope, context), { prefix: '/v1' });
  await app.register(async (scope) => addCalls(scope, context), { prefix: '/v2' });
}

function prepare(app: FastifyInstance, { log }: Options): void {
  acceptBody(app);
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, log));
}

/** Not behind the key: it is how the older clients ask for one. */
async function addSignIn(app: FastifyInstance, context: Context): Promise<void> {
  const why =
    'this server has no passwords: send an API key as `Authorization: Bearer`, or as the header `access-token`';
  refuseCall(app, { methods: ['POST'], path: '/auth/sign_in', why }, context);
}

async function addCalls(app: FastifyInstance, context: Context): Promise<void> {
  const { core, log, seen } = context;
  const principals = addAuthentication(app, core);
  const add = (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    answer: (call: Call, reply: FastifyReply) => unknown,
  ): void => {
    for (const url of [path, `${path}/`]) {
      app.route({
        method,
        url,
        handler: async (request, reply) => answer({ request, principal: principals.of(request) }, reply),
      });
    }
  };
  const one =
    (answer: (call: OneCall) => unknown) =>
    async ({ request, principal }: Call): Promise<unknown> =>
      answer({ request, principal, found: await findMailbox(core, principal, idOf(request)) });

  add('POST', '/mailboxes', async ({ request, principal }, reply) => {
    const { body } = request;
    const made = await createMailbox(core, principal, { body, holderUid: holderUidOf(request) });
    return reply.code(made.statusCode).send(made.reply);
  });
  add('GET', '/mailboxes', ({ request, principal }) => listMailboxes(core, principal, request.query));
  add('GET', '/mailboxes/domains_list', ({ principal }) => listDomains(core, principal));
  add('GET', '/mailboxes/providers_list', ({ principal }) => listProviders(core, principal));
  add(
    'GET',
    '/mailboxes/:id',
    one(({ found }) => mailboxReply(found)),
  );
  for (const method of ['PUT', 'PATCH'] as const) {
    const change = one(({ request, principal, found }) =>
      updateMailbox(core, principal, found, request.body),
    );
    add(method, '/mailboxes/:id', change);
  }
  add(
    'PUT',
    '/mailboxes/:id/update_state',
    one(({ request, principal, found }) => updateState(core, principal, found, request.body)),
  );
  add(
    'PUT',
    '/mailboxes/:id/change_tariff_plan',
    one(({ request, principal, found }) => changeTariffPlan(core, principal, found, request.body)),
  );
  add(
    'DELETE',
    '/mailboxes/:id',
    one(({ principal, found }) => deleteMailbox(core, principal, found)),
  );
  add('GET', '/tariff_plan_types', () => tariffPlanTypes);
  refuseMissing(app, log, seen);
  for (const family of ['/mailboxes', '/tariff_plan_types']) {
    await app.register(async (scope) => refuseTheRest(scope), { prefix: family });
  }
}

/** Before the body is looked at, so that a stranger learns nothing but 401. */
function addAuthentication(app: FastifyInstance, core: Core) {
  const principals = new WeakMap<FastifyRequest, Principal>();
  app.addHook('onRequest', async (request) => {
    const { headers } = request;
    const key = headers['access-token'];
    // The older clients send `client`, `access-token` and `uid`; the key is the middle one.
    const older = typeof key === 'string' && key !== '' ? `Bearer ${key}` : undefined;
    const authorization = headers.authorization || older;
    if (authorization === undefined) {
      throw new WarmyError(401, ['Send an API key as `Authorization: Bearer` or as `access-token`']);
    }
    const principal = await authenticateRequest(core, request, { ...headers, authorization });
    // Without a workspace every use case refuses the call.
    if (principal.workspaceId !== null) core.limits.countRequest(principal.workspaceId);
    principals.set(request, principal);
  });
  return {
    of(request: FastifyRequest): Principal {
      const principal = principals.get(request);
      if (!principal) throw new Error('a handler ran without authentication');
      return principal;
    },
  };
}

/** The account at Warmy that a mailbox is made for: its customer here. */
function holderUidOf({ headers }: FastifyRequest): string | null {
  const value = headers['holder-uid'];
  if (typeof value !== 'string' || value.trim() === '') return null;
  if (value.length > holderUidMax) {
    throw new WarmyError(422, [`holder-uid must have at most ${holderUidMax} characters`]);
  }
  return value.trim();
}

function idOf({ params }: FastifyRequest): string {
  const id = typeof params === 'object' && params !== null ? Reflect.get(params, 'id') : undefined;
  return typeof id === 'string' ? id : '';
}

function refuseTheRest(scope: FastifyInstance): void {
  scope.setNotFoundHandler(async (_request, reply) => reply.code(404).send(envelope(['Not found'])));
}

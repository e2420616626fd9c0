// Access tokens of the API: EmailEngine's name for API keys. A key made here may do what this surface does, as far
// as its maker may. What would narrow it in ways that are not kept here is refused, not forgotten.
import {
  type ApiKey,
  type ApiKeyScope,
  type Core,
  GatewayError,
  hasScope,
  type Principal,
} from '../../../core/index.ts';
import { NewToken, PageQuery, TokenParams } from './app-schemas.ts';
import { badField } from './errors.ts';
import { at, callerOf, type EmailEngineApp, type Noun } from './route.ts';

/** What the scope `api` stands for. */
const apiScopes: readonly ApiKeyScope[] = [
  'mailboxes:read',
  'mailboxes:create',
  'mailboxes:update',
  'mailboxes:delete',
  'connect_sessions:create',
  'tokens:read',
  'oauth_clients:read',
  'oauth_clients:create',
  'oauth_clients:update',
  'oauth_clients:delete',
  'api_keys:read',
  'api_keys:create',
  'api_keys:delete',
];

const pageSizeDefault = 20;
const keysMax = 1000;

export const tokens: Noun = (app, { core }) => {
  at(app, '/tokens', (scope) => {
    scope.get('/', { schema: { querystring: PageQuery } }, async (request) => {
      const { principal } = callerOf(request, 'api_keys:read');
      const { page = 0, pageSize = pageSizeDefault } = request.query;
      const keys = await aliveKeys(core, principal);
      return {
        total: keys.length,
        page,
        pages: Math.max(1, Math.ceil(keys.length / pageSize)),
        tokens: keys.slice(page * pageSize, (page + 1) * pageSize).map(present),
      };
    });
    create(scope, core);
  });
  at(app, '/token', (scope) => create(scope, core));

  for (const path of ['/tokens/:token', '/token/:token']) {
    at(app, path, (scope) => {
      scope.delete('/', { schema: { params: TokenParams } }, async (request) => {
        const { principal } = callerOf(request, 'api_keys:delete');
        return { deleted: await revoke(core, principal, request.params.token) };
      });
    });
  }

  // No key is bound to an account here, so no account has one.
  at(app, '/tokens/account/:account', (scope) => {
    scope.get('/', async (request) => {
      callerOf(request, 'api_keys:read');
      return { tokens: [] };
    });
  });
};

function create(scope: EmailEngineApp, core: Core): void {
  scope.post('/', { schema: { body: NewToken } }, async (request) => {
    const { principal } = callerOf(request, 'api_keys:create');
    const { body } = request;
    refuseNarrowing(body);
    const { key, text } = await core.apiKeys.create(principal, {
      name: body.description,
      scopes: apiScopes.filter((one) => hasScope(principal, one)),
      expiresAt: body.expires ? Date.parse(body.expires) : null,
    });
    return { token: text.reveal(), id: key.id };
  });
}

/** A key that could do more than was asked for would be worse than none. */
function refuseNarrowing(body: NewToken): void {
  if (body.account) throw badField('account', 'cannot be kept here: keys belong to a workspace');
  const unknown = body.scopes.find((scope) => scope !== 'api' && scope !== '*');
  if (unknown !== undefined) throw badField('scopes', 'may only hold "api" here');
  if (isSet(body.restrictions)) throw badField('restrictions', 'cannot be kept here');
  if (isSet(body.permissions)) throw badField('permissions', 'cannot be kept here');
}

const isSet = (value: unknown): boolean =>
  typeof value === 'object' ? value !== null && Object.keys(value).length > 0 : Boolean(value);

/** By the key's text or its id. False when there is none such, or it was revoked before. */
async function revoke(core: Core, principal: Principal, token: string): Promise<boolean> {
  const asFound = (error: unknown): null => {
    if (error instanceof GatewayError && (error.code === 'not_found' || error.code === 'unauthenticated')) {
      return null;
    }
    throw error;
  };
  const id = token.startsWith('mg_')
    ? ((await core.apiKeys.authenticate(token).catch(asFound))?.keyId ?? null)
    : token;
  if (id === null) return false;
  const done = await core.apiKeys
    .revoke(principal, id)
    .then(() => true)
    .catch(asFound);
  return done === true;
}

async function aliveKeys(core: Core, principal: Principal): Promise<ApiKey[]> {
  const keys: ApiKey[] = [];
  let after: string | null = null;
  do {
    const page: { items: ApiKey[]; next: string | null } = await core.apiKeys.list(principal, {
      after,
      limit: 100,
    });
    keys.push(...page.items.filter(({ revokedAt }) => revokedAt === null));
    after = page.next;
  } while (after !== null && keys.length < keysMax);
  return keys;
}

/** `api`, whatever the key may do: EmailEngine's other scopes stand for servers that are not here. */
const present = (key: ApiKey): Record<string, unknown> => ({
  id: key.id,
  description: key.name,
  scopes: ['api'],
  created: new Date(key.createdAt).toISOString(),
  ...(key.expiresAt === null ? {} : { expires: new Date(key.expiresAt).toISOString() }),
});

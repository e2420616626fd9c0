// API keys in Instantly's form: its scopes in, its scopes out. The key itself is in the answer that makes it and
// nowhere else.
import { type Static, Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { ApiKey, Core, Page, PageRequest, Principal } from '../../../core/index.ts';
import { isoOf } from './account.ts';
import { InstantlyError } from './errors.ts';
import { type InstantlyScope, instantlyScopes } from './map.ts';
import { type Options, openPath } from './path.ts';

const Body = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  scopes: Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 100 }),
});

const Query = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  starting_after: Type.Optional(Type.String({ format: 'uuid' })),
});

export async function addApiKeys(app: FastifyInstance, options: Options): Promise<void> {
  const { core } = options;
  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, { GET: 'api_keys:read', POST: 'api_keys:create' });
      const typed = scope.withTypeProvider<TypeBoxTypeProvider>();
      typed.get('/', { schema: { querystring: Query } }, async (request) => {
        const { limit = 10, starting_after: after = null } = request.query;
        const { items, next } = await aliveKeys(core, callers.of(request).principal, { after, limit });
        return {
          items: items.map((key) => keyReply(key, masked(key))),
          ...(next === null ? {} : { next_starting_after: next }),
        };
      });
      typed.post('/', { schema: { body: Body } }, async (request) => {
        const { name, scopes }: Static<typeof Body> = request.body;
        const { principal } = callers.of(request);
        const { key, text } = await core.apiKeys.create(principal, {
          name,
          scopes: scopes.flatMap(singleScopes),
          expiresAt: null,
        });
        return { ...keyReply(key, text.reveal()), scopes };
      });
    },
    { prefix: '/api-keys' },
  );

  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, { DELETE: 'api_keys:delete' });
      scope
        .withTypeProvider<TypeBoxTypeProvider>()
        .delete('/', { schema: { params: Type.Object({ id: Type.String() }) } }, async (request) => {
          const { principal } = callers.of(request);
          const id = request.params.id.toLowerCase();
          const key = await core.apiKeys.read(principal, id);
          await core.apiKeys.revoke(principal, id);
          return keyReply(key, masked(key));
        });
    },
    { prefix: '/api-keys/:id' },
  );
}

/** Revoked keys are passed over within a page: programs take a page without items for the last one. */
async function aliveKeys(
  core: Core,
  principal: Principal,
  { after, limit }: PageRequest,
): Promise<Page<ApiKey>> {
  const items: ApiKey[] = [];
  let next: string | null = after;
  do {
    const page: Page<ApiKey> = await core.apiKeys.list(principal, {
      after: next,
      limit: limit - items.length,
    });
    items.push(...page.items.filter(({ revokedAt }) => revokedAt === null));
    next = page.next;
  } while (next !== null && items.length < limit);
  return { items, next };
}

const masked = ({ prefix, lastFour }: ApiKey): string => `mg_${prefix}${'*'.repeat(8)}${lastFour}`;

const keyReply = (key: ApiKey, text: string) => ({
  id: key.id,
  name: key.name,
  scopes: combined(key),
  key: text,
  organization_id: key.workspaceId,
  timestamp_created: isoOf(key.createdAt),
  timestamp_updated: isoOf(key.revokedAt ?? key.createdAt),
});

/** `accounts:all`, `all:read` and `all:all` stand for every scope of theirs that something here answers to. */
function singleScopes(scope: string): InstantlyScope[] {
  const [resource = '', action = ''] = scope.split(':');
  const found = instantlyScopes.filter((single) => {
    const [ofResource, ofAction] = single.split(':');
    return (resource === 'all' || resource === ofResource) && (action === 'all' || action === ofAction);
  });
  if (found.length === 0) {
    const known = [...instantlyScopes, 'accounts:all', 'api_keys:all', 'all:<action>', 'all:all'].join(', ');
    throw new InstantlyError(
      400,
      `body/scopes: nothing on this server answers to ${scope}; known are ${known}`,
    );
  }
  return found;
}

/** The same set in Instantly's words, as short as it can be said. Scopes of other APIs are not shown. */
function combined({ scopes }: ApiKey): string[] {
  if (scopes.includes('all')) return ['all:all'];
  const held = instantlyScopes.filter((single) => scopes.includes(single));
  if (held.length === instantlyScopes.length) return ['all:all'];
  return ['accounts', 'api_keys'].flatMap((resource) => {
    const all = instantlyScopes.filter((single) => single.startsWith(`${resource}:`));
    const own = all.filter((single) => held.includes(single));
    return own.length === all.length ? [`${resource}:all`] : own;
  });
}

// Custom tags: list, make, read, rename, and give to accounts. Tags of campaigns do not exist here.
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { Principal, Tag } from '../../../core/index.ts';
import { isoOf } from './account.ts';
import { InstantlyError } from './errors.ts';
import { type Options, openPath } from './path.ts';

const Query = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  starting_after: Type.Optional(Type.String({ maxLength: 100 })),
  search: Type.Optional(Type.String({ maxLength: 200 })),
});

const label = Type.String({ minLength: 1, maxLength: 200 });
const Params = Type.Object({ id: Type.String() });

const Toggle = Type.Object({
  tag_ids: Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 100 }),
  resource_ids: Type.Array(Type.String({ maxLength: 320 }), { minItems: 1, maxItems: 100 }),
  resource_type: Type.Union([Type.Literal(1), Type.Literal(2)]),
  assign: Type.Boolean(),
});

const accountType = 1;

export async function addCustomTags(app: FastifyInstance, options: Options): Promise<void> {
  const { core } = options;

  async function named(principal: Principal, id: string): Promise<Tag> {
    const tag = (await core.tags.list(principal)).find((known) => known.id === id.toLowerCase());
    if (!tag) throw new InstantlyError(404, 'Resource not found');
    return tag;
  }

  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, { GET: 'accounts:read', POST: 'accounts:update' });
      const typed = scope.withTypeProvider<TypeBoxTypeProvider>();
      typed.get('/', { schema: { querystring: Query } }, async (request) => {
        const { limit = 10, starting_after: after, search } = request.query;
        const all = await core.tags.list(callers.of(request).principal);
        const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after.toLowerCase()) + 1;
        if (after !== undefined && start === 0) {
          throw new InstantlyError(400, 'querystring/starting_after is not a cursor');
        }
        const sought = search?.toLowerCase() ?? '';
        const found = all.slice(start).filter(({ name }) => name.toLowerCase().includes(sought));
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return {
          items: page.map(tagOf),
          ...(found.length > limit && last ? { next_starting_after: last.id } : {}),
        };
      });
      typed.post('/', { schema: { body: Type.Object({ label }) } }, async (request) =>
        tagOf(
          await core.tags.create(callers.of(request).principal, { name: request.body.label, color: null }),
        ),
      );
    },
    { prefix: '/custom-tags' },
  );

  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, {
        GET: 'accounts:read',
        PATCH: 'accounts:update',
        DELETE: 'unserved',
      });
      const typed = scope.withTypeProvider<TypeBoxTypeProvider>();
      typed.get('/', { schema: { params: Params } }, async (request) =>
        tagOf(await named(callers.of(request).principal, request.params.id)),
      );
      typed.patch(
        '/',
        { schema: { params: Params, body: Type.Object({ label: Type.Optional(label) }) } },
        async (request) => {
          const { principal } = callers.of(request);
          const { number, name, color } = await named(principal, request.params.id);
          return tagOf(
            await core.tags.update(principal, number, { name: request.body.label ?? name, color }),
          );
        },
      );
    },
    { prefix: '/custom-tags/:id' },
  );

  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, { POST: 'accounts:update' });
      scope
        .withTypeProvider<TypeBoxTypeProvider>()
        .post('/', { schema: { body: Toggle } }, async (request) => {
          const { tag_ids: tagIds, resource_ids: emails, resource_type: type, assign } = request.body;
          if (type !== accountType) {
            throw new InstantlyError(501, 'Campaigns do not exist on this server, so they have no tags');
          }
          const { principal } = callers.of(request);
          const numbers: number[] = [];
          for (const id of new Set(tagIds)) numbers.push((await named(principal, id)).number);
          const mailboxIds: string[] = [];
          for (const text of new Set(emails.map((email) => email.trim().toLowerCase()))) {
            const { items } = await core.mailboxes.list(
              principal,
              { email: text },
              { after: null, limit: 1 },
            );
            const id = items[0]?.mailbox.id;
            if (!id) throw new InstantlyError(404, 'Resource not found');
            mailboxIds.push(id);
          }
          await core.tags[assign ? 'assign' : 'unassign'](principal, mailboxIds, numbers);
          return { success: true };
        });
    },
    { prefix: '/custom-tags/toggle-resource' },
  );
}

const tagOf = ({ id, name, workspaceId, createdAt }: Tag) => ({
  id,
  timestamp_created: isoOf(createdAt),
  timestamp_updated: isoOf(createdAt),
  organization_id: workspaceId,
  label: name,
  description: null,
});

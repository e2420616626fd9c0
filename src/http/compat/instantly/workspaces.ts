// The workspace that a key belongs to: what programs ask for first, to see whether the key is good.
import type { FastifyInstance } from 'fastify';
import { isoOf } from './account.ts';
import { type Options, openPath } from './path.ts';

export async function addWorkspaces(app: FastifyInstance, options: Options): Promise<void> {
  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, { GET: 'any', PATCH: 'unserved' });
      scope.get('/', async (request) => {
        const { principal, workspaceId } = callers.of(request);
        const { id, name, createdAt } = await options.core.workspaces.read(principal, workspaceId);
        return {
          id,
          name,
          // A workspace has keys here, no users; programs expect an id.
          owner: id,
          timestamp_created: isoOf(createdAt),
          timestamp_updated: isoOf(createdAt),
          plan_id: null,
        };
      });
    },
    { prefix: '/workspaces/current' },
  );
}

// Instantly's API v2 as far as it is about mailboxes, so that a program written for it works here after a change of
// its base URL. Owns the paths, the one-time result and the envelope; decides nothing that the core decides.
// What is covered, and how it is known: docs/surfaces/instantly.md.
import type { FastifyInstance } from 'fastify';
import { addAccounts } from './accounts.ts';
import { addApiKeys } from './api-keys.ts';
import { acceptBody } from './body.ts';
import { addCustomTags } from './custom-tags.ts';
import { sendError } from './errors.ts';
import { surfaceName } from './map.ts';
import type { Options } from './path.ts';
import { addSessions } from './sessions.ts';
import { addUnserved, createRefuse, refuseTheRest } from './unserved.ts';
import { addVitals } from './vitals.ts';
import { addWarmup } from './warmup.ts';
import { addWorkspaces } from './workspaces.ts';

/** A surface as the server takes it. */
export const instantly = {
  name: surfaceName,
  async register(app: FastifyInstance, given: Omit<Options, 'refuse'>): Promise<void> {
    const options = { ...given, refuse: createRefuse(given.log) };
    await app.register(async (scope) => addApi(scope, options, { isOwnMount: false }), { prefix: '/api/v2' });
    await app.register(
      async (scope) => {
        refuseTheRest(scope);
        await scope.register(async (inner) => addApi(inner, options, { isOwnMount: true }), {
          prefix: '/api/v2',
        });
      },
      { prefix: `/compat/${surfaceName}` },
    );
  },
};

async function addApi(app: FastifyInstance, options: Options, mount: { isOwnMount: boolean }): Promise<void> {
  acceptBody(app);
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, options.log));
  await addSessions(app, options);
  await addAccounts(app, options);
  await addWarmup(app, options);
  await addVitals(app, options);
  await addApiKeys(app, options);
  await addCustomTags(app, options);
  await addWorkspaces(app, options);
  await addUnserved(app, options, mount);
}

// EmailEngine's API as far as accounts, their OAuth2 tokens and applications go, so that a program written for it
// works here after a change of its base URL. Owns paths, shapes and errors; decides nothing that the core decides.
// What is covered, and how it is known: docs/surfaces/emailengine.md.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { Core, Log } from '../../../core/index.ts';
import { accounts } from './accounts.ts';
import { apps } from './apps.ts';
import { acceptBody } from './body.ts';
import { EmailEngineError, sendError } from './errors.ts';
import { surfaceName } from './map.ts';
import { oauthToken } from './oauth-token.ts';
import { refusedOperations } from './refused.ts';
import { registration } from './register.ts';
import { at, recognize } from './route.ts';
import { signIn } from './sign-in.ts';
import { tokens } from './tokens.ts';
import { verifyApp } from './verify-app.ts';
import { webhookSettings } from './webhook-settings.ts';

type Options = { core: Core; log: Log };

/**
 * First path segments below `/v1` that are EmailEngine's: what is not served there is refused in its words. The
 * native API has others below `/v1`, and its own words.
 */
const families = [
  'account',
  'accounts',
  'authentication',
  'oauth2',
  'token',
  'tokens',
  'verifyAccount',
] as const;

const nouns = [registration, accounts, oauthToken, signIn, apps, verifyApp, tokens] as const;

/** A surface as the server takes it. */
export const emailengine = {
  name: surfaceName,
  async register(app: FastifyInstance, options: Options): Promise<void> {
    await app.register(async (scope) => addApi(scope, options, { isShared: true }), { prefix: '/v1' });
    await app.register(
      async (scope) => {
        scope.setErrorHandler((error, _request, reply) => sendError(reply, error, options.log));
        refuseTheRest(scope);
        await scope.register(async (inner) => addApi(inner, options, { isShared: false }), {
          prefix: '/v1',
        });
      },
      { prefix: `/compat/${surfaceName}` },
    );
  },
};

async function addApi(
  app: FastifyInstance,
  { core, log }: Options,
  { isShared }: { isShared: boolean },
): Promise<void> {
  const context = { core, log, refused: new Set<string>() };
  acceptBody(app);
  recognize(app, core);
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, log));
  app.addHook('onRoute', (route) => {
    // Asking for a token with HEAD would renew it for nobody.
    route.exposeHeadRoute = false;
  });
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  for (const noun of nouns) noun(typed, context);
  webhookSettings({ isShared })(typed, context);
  refusedOperations(typed, context);
  if (!isShared) return;
  for (const family of families) at(typed, `/${family}`, refuseTheRest);
}

function refuseTheRest(scope: Pick<FastifyInstance, 'setNotFoundHandler'>): void {
  scope.setNotFoundHandler(async () => {
    throw new EmailEngineError(404, 'Not Found');
  });
}

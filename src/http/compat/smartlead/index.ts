// The email-account part of Smartlead's API v1, so that a program written for it works here after a change of its
// base URL. Owns paths, forms and refusals; decides nothing that the core decides.
// What is covered, and how it is known: docs/surfaces/smartlead.md.
import type { FastifyInstance } from 'fastify';
import { accountOperations } from './accounts.ts';
import { acceptBody } from './body.ts';
import { clientOperations } from './clients.ts';
import { SmartleadError, sendError } from './errors.ts';
import { addOperations, type Operation, type Options, unsupported } from './operation.ts';
import { surfaceName } from './settings.ts';
import { tagOperations } from './tags.ts';
import { webhookOperations } from './webhook.ts';

/** First path segments below `/api/v1` that are this surface's also at the root. */
const families: Readonly<Record<string, readonly Operation[]>> = {
  'email-accounts': [...accountOperations, ...tagOperations],
  client: clientOperations,
  webhooks: webhookOperations,
};

/** What Smartlead has beside mailboxes. No other surface has these names. */
const foreignFamilies = [
  'analytics',
  'campaigns',
  'leads',
  'master-inbox',
  'send-email',
  'smart-delivery',
  'smart-senders',
  'webhook',
] as const;

const everyMethod = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** A surface as the server takes it. */
export const smartlead = {
  name: surfaceName,
  async register(app: FastifyInstance, options: Options): Promise<void> {
    await addFamilies(app, options, '/api/v1');
    await app.register(
      async (scope) => {
        answerInDialect(scope, options);
        await addFamilies(scope, options, '/api/v1');
      },
      { prefix: `/compat/${surfaceName}` },
    );
  },
};

async function addFamilies(app: FastifyInstance, options: Options, prefix: string): Promise<void> {
  for (const [family, operations] of Object.entries(families)) {
    await app.register(
      async (scope) => {
        answerInDialect(scope, options);
        addOperations(scope, options, operations);
      },
      { prefix: `${prefix}/${family}` },
    );
  }
  const refused = [unsupported(everyMethod, ''), unsupported(everyMethod, '/*')];
  for (const family of foreignFamilies) {
    await app.register(
      async (scope) => {
        answerInDialect(scope, options);
        addOperations(scope, options, refused);
      },
      { prefix: `${prefix}/${family}` },
    );
  }
}

function answerInDialect(app: FastifyInstance, { log }: Options): void {
  acceptBody(app);
  app.setErrorHandler((error, _request, reply) => sendError(reply, error, log));
  app.setNotFoundHandler((_request, reply) => sendError(reply, new SmartleadError(404, 'Not found'), log));
}

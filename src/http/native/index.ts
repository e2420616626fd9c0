// The native API, `/v1`: JSON in snake case, problem documents, one file per noun.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Surface } from '../surface.ts';
import { apiKeys } from './api-keys.ts';
import { auditEntries } from './audit-entries.ts';
import { backgroundJobs } from './background-jobs.ts';
import { checkBodies } from './bodies.ts';
import { connectSessions } from './connect-sessions.ts';
import { consoleSession, consoleSessionSchema } from './console-session.ts';
import { consoleSignIn } from './console-sign-in.ts';
import { customerLinks } from './customer-links.ts';
import { customers } from './customers.ts';
import { events } from './events.ts';
import { installation } from './installation.ts';
import { keyring } from './keyring.ts';
import { mailboxChecks } from './mailbox-checks.ts';
import { mailboxImports } from './mailbox-imports.ts';
import { mailboxJobs } from './mailbox-jobs.ts';
import { mailboxSummary } from './mailbox-summary.ts';
import { mailboxes } from './mailboxes.ts';
import { oauthClientHelp } from './oauth-client-help.ts';
import { oauthClients } from './oauth-clients.ts';
import { documentPath, registerDocument } from './openapi.ts';
import type { Noun } from './operation.ts';
import { problemSchema, verdictSchema } from './parts.ts';
import { people } from './people.ts';
import { recognize } from './principal.ts';
import { settings } from './settings.ts';
import { tokenDoor } from './token-door.ts';
import { tokenUses } from './token-uses.ts';
import { tokens } from './tokens.ts';
import { webhookDeliveries } from './webhook-deliveries.ts';
import { webhookEndpoints } from './webhook-endpoints.ts';
import { whoami } from './whoami.ts';
import { workspaces } from './workspaces.ts';

const nouns: readonly Noun[] = [
  whoami,
  workspaces,
  apiKeys,
  oauthClientHelp,
  oauthClients,
  connectSessions,
  customerLinks,
  customers,
  mailboxes,
  mailboxSummary,
  backgroundJobs,
  mailboxJobs,
  mailboxImports,
  mailboxChecks,
  tokenUses,
  tokens,
  events,
  webhookEndpoints,
  webhookDeliveries,
  auditEntries,
  keyring,
  people,
  settings,
  installation,
  consoleSession,
];

export const native: Surface = {
  name: 'native',
  door: tokenDoor,
  async register(app, { core }) {
    await registerDocument(app, core.settings.publicUrl);
    app.addSchema(verdictSchema);
    app.addSchema(problemSchema);
    app.addSchema(consoleSessionSchema);
    app.get(documentPath, { schema: { hide: true } }, async () => app.swagger());
    await app.register(async (scope) => {
      checkBodies(scope);
      consoleSignIn(scope.withTypeProvider<TypeBoxTypeProvider>(), core);
    });
    await app.register(async (scope) => {
      recognize(scope, core);
      checkBodies(scope);
      const typed = scope.withTypeProvider<TypeBoxTypeProvider>();
      for (const noun of nouns) noun(typed, core);
    });
  },
};

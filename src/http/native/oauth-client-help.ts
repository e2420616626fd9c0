// What helps to get an OAuth client right, over HTTP: what to do in the provider's console, its
// examination, and which mailboxes lack a scope of it.
import { Type } from 'typebox';
import { examinationSchema, presentExamination } from './examination-schema.ts';
import { lackingMailboxSchema, presentLackingMailbox } from './oauth-client-schema.ts';
import { answer, type Noun, operation } from './operation.ts';
import {
  closed,
  email,
  idParams,
  noQuery,
  nullable,
  pageOf,
  pageQuery,
  pageRequestOf,
  presentPage,
} from './parts.ts';
import { principalOf } from './principal.ts';
import { presentSetUpList, setUpListSchema } from './set-up-schema.ts';

const tag = 'OAuth clients';

const examinationRequest = Type.Object(
  {
    email: Type.Optional(
      nullable(email('A mailbox to try with, where the OAuth client acts without a sign-in.')),
    ),
  },
  { ...closed, examples: [{ email: 'ada@example.com' }] },
);

export const oauthClientHelp: Noun = (app, core) => {
  app.addSchema(setUpListSchema);
  app.addSchema(examinationSchema);
  app.addSchema(lackingMailboxSchema);

  app.get(
    '/v1/oauth-clients/:id/set-up',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'readSetUpList',
          tag,
          summary: "List what to do in the provider's console",
          description:
            'Step by step, with the exact texts to paste, computed from the OAuth client as it is.',
          scope: 'oauth_clients:read',
          success: { 200: answer('SetUpList', 'The list.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => presentSetUpList(await core.setUpLists.of(principalOf(request), request.params.id)),
  );

  app.post(
    '/v1/oauth-clients/:id/examine',
    {
      config: { isBodyOptional: true },
      schema: {
        params: idParams,
        querystring: noQuery,
        body: examinationRequest,
        ...operation({
          takesBody: true,
          id: 'examineOAuthClient',
          tag,
          summary: 'Examine an OAuth client',
          description:
            'Tries at the provider what can be tried of a registration without a person. What fails is a step with a verdict, not an error. One whose registration the provider refuses is paused; a paused one that works is active again. The body may be left out.',
          scope: 'oauth_clients:update',
          success: { 200: answer('Examination', 'What was found.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => {
      const { body, params } = request;
      const address = body.email ?? null;
      return presentExamination(
        await core.clientExaminations.examine(
          principalOf(request),
          params.id,
          address?.toLowerCase() ?? null,
        ),
      );
    },
  );

  app.get(
    '/v1/oauth-clients/:id/lacking-scopes',
    {
      schema: {
        params: idParams,
        querystring: Type.Object(pageQuery, closed),
        ...operation({
          id: 'listLackingScopes',
          tag,
          summary: 'List the mailboxes that lack additional scopes',
          description:
            'Mailboxes of the workspace that were connected before a scope was added, each with a link for its owner. A page may hold fewer items than `limit`, or none, and still have a next one.',
          scope: 'mailboxes:read',
          success: { 200: pageOf('LackingMailbox', 'Oldest mailbox first.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) =>
      presentPage(
        await core.lackingScopes.list(principalOf(request), request.params.id, pageRequestOf(request.query)),
        presentLackingMailbox,
      ),
  );
};

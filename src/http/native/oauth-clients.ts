// OAuth clients over HTTP: registrations at a provider. The client secret goes in and is in no answer.
import { type Static, Type } from 'typebox';
import type { OAuthClient } from '../../core/index.ts';
import {
  lackingMailboxSchema,
  newOAuthClient,
  oauthClientChanges,
  oauthClientSchema,
  presentLackingMailbox,
  presentOAuthClient,
} from './oauth-client-schema.ts';
import { answer, type Noun, noContent, operation } from './operation.ts';
import { closed, idParams, noQuery, pageOf, pageQuery, pageRequestOf, presentPage } from './parts.ts';
import { principalOf } from './principal.ts';

const tag = 'OAuth clients';

export const oauthClients: Noun = (app, core) => {
  app.addSchema(oauthClientSchema);
  app.addSchema(lackingMailboxSchema);
  const present = (client: OAuthClient) => presentOAuthClient(core, client);

  app.post(
    '/v1/oauth-clients',
    {
      schema: {
        querystring: noQuery,
        body: newOAuthClient,
        ...operation({
          takesBody: true,
          id: 'createOAuthClient',
          tag,
          summary: 'Create an OAuth client',
          description:
            'In the workspace of the call; shared when a key of the installation names no workspace.',
          scope: 'oauth_clients:create',
          success: { 201: answer('OAuthClient', 'The new OAuth client.') },
        }),
      },
    },
    async (request, reply) => {
      const { body } = request;
      const client = await core.oauthClients.create(principalOf(request), {
        provider: body.provider,
        name: body.name,
        clientId: body.client_id,
        clientSecret: body.client_secret,
        cloud: body.cloud ?? null,
        entraTenant: body.entra_tenant ?? null,
        personalAccounts: body.personal_accounts ?? true,
        extraScopes: body.extra_scopes ?? [],
      });
      return reply.code(201).send(present(client));
    },
  );

  app.get(
    '/v1/oauth-clients',
    {
      schema: {
        querystring: Type.Object(pageQuery, closed),
        ...operation({
          id: 'listOAuthClients',
          tag,
          summary: 'List the OAuth clients',
          description: "The workspace's own and the shared ones.",
          scope: 'oauth_clients:read',
          success: { 200: pageOf('OAuthClient', 'Oldest first.') },
        }),
      },
    },
    async (request) =>
      presentPage(await core.oauthClients.list(principalOf(request), pageRequestOf(request.query)), present),
  );

  app.get(
    '/v1/oauth-clients/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'readOAuthClient',
          tag,
          summary: 'Read an OAuth client',
          scope: 'oauth_clients:read',
          success: { 200: answer('OAuthClient', 'The OAuth client.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => present(await core.oauthClients.read(principalOf(request), request.params.id)),
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

  app.patch(
    '/v1/oauth-clients/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        body: oauthClientChanges,
        ...operation({
          takesBody: true,
          id: 'updateOAuthClient',
          tag,
          summary: 'Change an OAuth client',
          description: 'A changed id, secret or directory makes a paused OAuth client active again at once.',
          scope: 'oauth_clients:update',
          success: { 200: answer('OAuthClient', 'The OAuth client as it is now.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => {
      const changed = changesOf(request.body);
      return present(await core.oauthClients.update(principalOf(request), request.params.id, changed));
    },
  );

  app.delete(
    '/v1/oauth-clients/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'deleteOAuthClient',
          tag,
          summary: 'Delete an OAuth client',
          scope: 'oauth_clients:delete',
          success: { 204: noContent('It is gone.') },
          errors: ['not_found', 'oauth_client_in_use'],
        }),
      },
    },
    async (request, reply) => {
      await core.oauthClients.remove(principalOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
};

const changesOf = (body: Static<typeof oauthClientChanges>) => ({
  ...(body.name === undefined ? {} : { name: body.name }),
  ...(body.client_id === undefined ? {} : { clientId: body.client_id }),
  ...(body.client_secret === undefined ? {} : { clientSecret: body.client_secret }),
  ...(body.entra_tenant === undefined ? {} : { entraTenant: body.entra_tenant }),
  ...(body.personal_accounts === undefined ? {} : { personalAccounts: body.personal_accounts }),
  ...(body.extra_scopes === undefined ? {} : { extraScopes: body.extra_scopes }),
});

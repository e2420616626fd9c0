// OAuth clients over HTTP: registrations at a provider. A credential goes in and is in no answer. What is tried and
// told about one is in oauth-client-help.ts.
import { type Static, Type } from 'typebox';
import { invalidField } from '../../core/index.ts';
import { credentialOf, credentialSchema, currentCredentialOf } from './client-credentials.ts';
import {
  newOAuthClient,
  oauthClientChanges,
  oauthClientSchema,
  presentOAuthClient as present,
  presentRemoval,
  removalSchema,
} from './oauth-client-schema.ts';
import { answer, type Noun, noContent, operation } from './operation.ts';
import {
  closed,
  idParams,
  noQuery,
  oneOf,
  pageOf,
  pageQuery,
  pageRequestOf,
  presentPage,
  timeOf,
} from './parts.ts';
import { principalOf } from './principal.ts';

const tag = 'OAuth clients';

export const oauthClients: Noun = (app, core) => {
  app.addSchema(credentialSchema);
  app.addSchema(oauthClientSchema);
  app.addSchema(removalSchema);

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
      const credential = currentCredentialOf(body);
      if (credential === null)
        throw invalidField('/credential', 'is required, or client_secret in its place');
      const client = await core.oauthClients.create(principalOf(request), {
        provider: body.provider,
        name: body.name,
        grantType: body.grant_type ?? 'authorization_code',
        clientId: body.client_id ?? null,
        credential,
        cloud: body.cloud ?? null,
        entraTenant: body.entra_tenant ?? null,
        personalAccounts: body.personal_accounts ?? true,
        extraScopes: body.extra_scopes ?? [],
        customersMayUse: body.customers_may_use ?? false,
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
          description:
            'A changed id, credential or directory makes a paused OAuth client active again at once. A `next_credential` is entered ahead of a rotation and takes over by itself; null removes it. Id and directory stay while mailboxes depend on it.',
          scope: 'oauth_clients:update',
          success: { 200: answer('OAuthClient', 'The OAuth client as it is now.') },
          errors: ['not_found', 'oauth_client_in_use'],
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
        querystring: Type.Object(
          {
            force: Type.Optional(
              oneOf(['true', 'false'], {
                description: '`true` deletes it although mailboxes depend on it: they must be reconnected.',
                default: 'false',
              }),
            ),
          },
          closed,
        ),
        ...operation({
          id: 'deleteOAuthClient',
          tag,
          summary: 'Delete an OAuth client',
          description: 'Its credentials are wiped at once.',
          scope: 'oauth_clients:delete',
          success: {
            200: answer('Removal', 'It is gone; what it leaves behind. Only with `force`.'),
            204: noContent('It is gone.'),
          },
          errors: ['not_found', 'oauth_client_in_use'],
        }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const force = request.query.force === 'true';
      const removal = await core.oauthClients.remove(principalOf(request), id, { force });
      if (!force) return reply.code(204).send();
      return reply
        .code(200)
        .send(presentRemoval(removal, { publicUrl: core.settings.publicUrl, oauthClientId: id }));
    },
  );
};

function changesOf(body: Static<typeof oauthClientChanges>) {
  const credential = currentCredentialOf(body);
  const next = body.next_credential;
  const end = body.client_secret === undefined ? body.client_secret_expires_at : undefined;
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.client_id === undefined ? {} : { clientId: body.client_id }),
    ...(credential === null ? {} : { credential }),
    ...(end === undefined ? {} : { credentialExpiresAt: timeOf('/client_secret_expires_at', end) }),
    ...(next === undefined ? {} : { nextCredential: next && credentialOf(next, '/next_credential') }),
    ...(body.entra_tenant === undefined ? {} : { entraTenant: body.entra_tenant }),
    ...(body.personal_accounts === undefined ? {} : { personalAccounts: body.personal_accounts }),
    ...(body.extra_scopes === undefined ? {} : { extraScopes: body.extra_scopes }),
    ...(body.customers_may_use === undefined ? {} : { customersMayUse: body.customers_may_use }),
  };
}

// OAuth clients over HTTP: registrations at a provider. The client secret goes in and is in no answer.
import { type Static, Type } from 'typebox';
import { type Core, type OAuthClient, redirectUriOf, verdictOf } from '../../core/index.ts';
import { answer, type Noun, noContent, operation } from './operation.ts';
import {
  closed,
  id,
  idParams,
  isoTime,
  isoTimeOrNull,
  noQuery,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  pageRequestOf,
  presentPage,
  presentVerdict,
  provider,
  text,
  time,
} from './parts.ts';
import { principalOf } from './principal.ts';

const name = text({ description: 'For people.', examples: ['Acme at Google'] });
const clientId = text({
  description: "The registration's `client_id`.",
  examples: ['1234.apps.googleusercontent.com'],
  maxLength: 512,
});
const clientSecret = text({
  description: "The secret's value. Stored sealed, never shown again.",
  examples: ['GOCSPX-example'],
  maxLength: 4096,
});
const entraTenant = nullable(
  text({
    description:
      'Microsoft: `common`, `organizations`, `consumers`, a directory id or its domain. Null at Google.',
    examples: ['organizations'],
    maxLength: 253,
  }),
);
const personalAccounts = Type.Boolean({
  description: 'Whether consumer accounts (gmail.com, outlook.com) may be connected.',
});

const oauthClientSchema = Type.Object(
  {
    id: id('Id of the OAuth client.'),
    is_shared: Type.Boolean({
      description: 'True when it belongs to the installation and every workspace uses it.',
    }),
    provider: provider('Where it is registered.'),
    name,
    client_id: clientId,
    cloud: Type.String({ description: "One of the provider's clouds.", examples: ['default'] }),
    entra_tenant: entraTenant,
    personal_accounts: personalAccounts,
    redirect_uri: Type.String({
      format: 'uri',
      description: 'Enter this at the provider, letter by letter.',
    }),
    status: oneOf(['active', 'paused'], { description: '`paused` = the provider refuses the registration.' }),
    verdict: nullable(Type.Ref('Verdict#', { description: 'Why it is paused.' })),
    paused_at: nullable(time('Since when it is paused.')),
    created_at: time('When it was made.'),
    updated_at: time('When it was changed last.'),
  },
  {
    $id: 'OAuthClient',
    title: 'OAuth client',
    description: 'A registration at a provider, without its secret.',
  },
);

const newOAuthClient = Type.Object(
  {
    provider: provider('Where it is registered.'),
    name,
    client_id: clientId,
    client_secret: clientSecret,
    cloud: Type.Optional(
      nullable(text({ description: "Omit for the provider's worldwide cloud.", examples: ['default'] })),
    ),
    entra_tenant: Type.Optional(entraTenant),
    personal_accounts: Type.Optional(personalAccounts),
  },
  {
    ...closed,
    examples: [
      {
        provider: 'google',
        name: 'Acme at Google',
        client_id: '1234.apps.googleusercontent.com',
        client_secret: 'GOCSPX-example',
      },
    ],
  },
);

const changes = Type.Object(
  {
    name: Type.Optional(name),
    client_id: Type.Optional(clientId),
    client_secret: Type.Optional(clientSecret),
    entra_tenant: Type.Optional(entraTenant),
    personal_accounts: Type.Optional(personalAccounts),
  },
  { ...closed, minProperties: 1, examples: [{ client_secret: 'GOCSPX-example' }] },
);

const tag = 'OAuth clients';

export const oauthClients: Noun = (app, core) => {
  app.addSchema(oauthClientSchema);
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
        body: changes,
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

const changesOf = (body: Static<typeof changes>) => ({
  ...(body.name === undefined ? {} : { name: body.name }),
  ...(body.client_id === undefined ? {} : { clientId: body.client_id }),
  ...(body.client_secret === undefined ? {} : { clientSecret: body.client_secret }),
  ...(body.entra_tenant === undefined ? {} : { entraTenant: body.entra_tenant }),
  ...(body.personal_accounts === undefined ? {} : { personalAccounts: body.personal_accounts }),
});

const presentOAuthClient = ({ settings }: Core, client: OAuthClient): Static<typeof oauthClientSchema> => ({
  id: client.id,
  is_shared: client.workspaceId === null,
  provider: client.provider,
  name: client.name,
  client_id: client.clientId,
  cloud: client.cloud,
  entra_tenant: client.entraTenant,
  personal_accounts: client.personalAccounts,
  redirect_uri: redirectUriOf(settings.publicUrl, client.id),
  status: client.status,
  verdict: client.pausedReason === null ? null : presentVerdict(verdictOf(client.pausedReason)),
  paused_at: isoTimeOrNull(client.pausedAt),
  created_at: isoTime(client.createdAt),
  updated_at: isoTime(client.updatedAt),
});

// API keys over HTTP. The key itself is in the answer of its creation and nowhere else.
import { type Static, Type } from 'typebox';
import { type ApiKey, apiKeyScopes } from '../../core/index.ts';
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
  text,
  time,
  timeOf,
} from './parts.ts';
import { principalOf } from './principal.ts';

const name = text({ description: 'What the key is for.', examples: ['Billing service'] });
const scopes = Type.Array(oneOf(apiKeyScopes, { description: 'What the key may do; `all` = everything.' }), {
  minItems: 1,
  uniqueItems: true,
  examples: [['mailboxes:read', 'tokens:read']],
});

const members = {
  id: id('Id of the key.'),
  workspace_id: nullable(id('The workspace of the key; null = a key of the installation.')),
  name,
  last_four: Type.String({
    description: 'The last characters of the key, to tell keys apart.',
    examples: ['x7Qa'],
  }),
  scopes,
  expires_at: nullable(time('After this the key is refused; null = never.')),
  created_at: time('When it was made.'),
  revoked_at: nullable(time('Since when it is refused.')),
};

const apiKeySchema = Type.Object(members, {
  $id: 'ApiKey',
  title: 'API key',
  description: 'A key, without its text.',
});
const newApiKeySchema = Type.Object(
  { ...members, key: Type.String({ description: 'The key. It is shown this once.' }) },
  { $id: 'NewApiKey', title: 'New API key', description: 'A key with its text.' },
);

const tag = 'API keys';

export const apiKeys: Noun = (app, core) => {
  app.addSchema(apiKeySchema);
  app.addSchema(newApiKeySchema);

  app.post(
    '/v1/api-keys',
    {
      schema: {
        querystring: noQuery,
        body: Type.Object(
          { name, scopes, expires_at: Type.Optional(nullable(time('Omit for a key without end.'))) },
          { ...closed, examples: [{ name: 'Billing service', scopes: ['mailboxes:read', 'tokens:read'] }] },
        ),
        ...operation({
          takesBody: true,
          id: 'createApiKey',
          tag,
          summary: 'Create an API key',
          description:
            'In the workspace of the call; a key of the installation that names none makes another such key. A key cannot give scopes that it does not have.',
          scope: 'api_keys:create',
          success: { 201: answer('NewApiKey', 'The key, with its text.') },
        }),
      },
    },
    async (request, reply) => {
      const { expires_at: end, ...plain } = request.body;
      const expiresAt = timeOf('/expires_at', end);
      const { key, text: keyText } = await core.apiKeys.create(principalOf(request), { ...plain, expiresAt });
      return reply.code(201).send({ ...present(key), key: keyText.reveal() });
    },
  );

  app.get(
    '/v1/api-keys',
    {
      schema: {
        querystring: Type.Object(pageQuery, closed),
        ...operation({
          id: 'listApiKeys',
          tag,
          summary: 'List the API keys',
          scope: 'api_keys:read',
          success: { 200: pageOf('ApiKey', 'Oldest first.') },
        }),
      },
    },
    async (request) =>
      presentPage(await core.apiKeys.list(principalOf(request), pageRequestOf(request.query)), present),
  );

  app.delete(
    '/v1/api-keys/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'revokeApiKey',
          tag,
          summary: 'Revoke an API key',
          description: 'It is refused from now on.',
          scope: 'api_keys:delete',
          success: { 204: noContent('The key is revoked.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request, reply) => {
      await core.apiKeys.revoke(principalOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
};

const present = (key: ApiKey): Static<typeof apiKeySchema> => ({
  id: key.id,
  workspace_id: key.workspaceId,
  name: key.name,
  last_four: key.lastFour,
  scopes: key.scopes,
  expires_at: isoTimeOrNull(key.expiresAt),
  created_at: isoTime(key.createdAt),
  revoked_at: isoTimeOrNull(key.revokedAt),
});

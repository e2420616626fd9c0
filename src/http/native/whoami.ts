// Who the key of this call is: the quickest check that a key works and where it acts.
import { type Static, Type } from 'typebox';
import { apiKeyScopes, type Principal } from '../../core/index.ts';
import { answer, type Noun, operation } from './operation.ts';
import { id, noQuery, nullable, oneOf } from './parts.ts';
import { principalOf } from './principal.ts';

const whoamiSchema = Type.Object(
  {
    key_id: id('Id of the API key.'),
    is_installation_key: Type.Boolean({ description: 'True for a key that may act in any workspace.' }),
    workspace_id: nullable(id('Where this call acts; null for an installation key that named none.')),
    scopes: Type.Array(oneOf(apiKeyScopes, { description: 'A scope of the key.' })),
  },
  { $id: 'Whoami', title: 'Whoami', description: 'The caller.' },
);

export const whoami: Noun = (app) => {
  app.addSchema(whoamiSchema);
  app.get(
    '/v1/whoami',
    {
      schema: {
        querystring: noQuery,
        ...operation({
          id: 'whoami',
          tag: 'API keys',
          summary: 'Say who calls',
          scope: null,
          success: { 200: answer('Whoami', 'The caller.') },
        }),
      },
    },
    async (request) => present(principalOf(request)),
  );
};

const present = (principal: Principal): Static<typeof whoamiSchema> => ({
  key_id: principal.keyId,
  is_installation_key: principal.isInstallation,
  workspace_id: principal.workspaceId,
  scopes: [...principal.scopes],
});

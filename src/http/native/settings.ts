// Settings of a workspace over HTTP: switches that are off until somebody turns them on.
import { type Static, Type } from 'typebox';
import { type Workspace, workspaceFor } from '../../core/index.ts';
import { answer, type Noun, operation } from './operation.ts';
import { closed, noQuery } from './parts.ts';
import { principalOf } from './principal.ts';

const oauthTokensApi = Type.Boolean({
  description:
    "Whether EmailEngine's endpoint for access tokens (`GET /v1/account/{account}/oauth-token`) answers. Off at first.",
});

const settingsSchema = Type.Object(
  { oauth_tokens_api: oauthTokensApi },
  { $id: 'Settings', title: 'Settings', description: 'Switches of one workspace.' },
);

const changesSchema = Type.Object(
  { oauth_tokens_api: Type.Optional(oauthTokensApi) },
  { ...closed, minProperties: 1, examples: [{ oauth_tokens_api: true }] },
);

const tag = 'Settings';

export const settings: Noun = (app, core) => {
  app.addSchema(settingsSchema);

  app.get(
    '/v1/settings',
    {
      schema: {
        querystring: noQuery,
        ...operation({
          id: 'readSettings',
          tag,
          summary: 'Read the settings of the workspace',
          scope: 'settings:update',
          success: { 200: answer('Settings', 'The settings.') },
        }),
      },
    },
    async (request) => {
      const principal = principalOf(request);
      return present(await core.workspaces.read(principal, workspaceFor(principal, 'settings:update')));
    },
  );

  app.patch(
    '/v1/settings',
    {
      schema: {
        querystring: noQuery,
        body: changesSchema,
        ...operation({
          takesBody: true,
          id: 'changeSettings',
          tag,
          summary: 'Change the settings of the workspace',
          scope: 'settings:update',
          success: { 200: answer('Settings', 'The settings as they are now.') },
        }),
      },
    },
    async (request) => {
      const { oauth_tokens_api: isOn } = request.body;
      const changes = isOn === undefined ? {} : { oauthTokensApi: isOn };
      return present(await core.workspaces.changeSettings(principalOf(request), changes));
    },
  );
};

const present = ({ settings: values }: Workspace): Static<typeof settingsSchema> => ({
  oauth_tokens_api: values.oauthTokensApi,
});

// Settings of a workspace over HTTP: switches that are off until somebody turns them on, where browsers may be sent,
// and how its pages look.
import { type Static, Type } from 'typebox';
import { type Workspace, workspaceFor } from '../../core/index.ts';
import { brandingChanges, brandingOf, brandingSchema, presentBranding } from './branding-schema.ts';
import { answer, type Noun, operation } from './operation.ts';
import { closed, noQuery } from './parts.ts';
import { principalOf } from './principal.ts';

const oauthTokensApi = Type.Boolean({
  description:
    "Whether EmailEngine's endpoint for access tokens (`GET /v1/account/{account}/oauth-token`) answers. Off at first.",
});

const returnUrls = Type.Array(
  Type.String({ minLength: 1, maxLength: 2048, examples: ['https://app.example.com/mailboxes/'] }),
  {
    maxItems: 50,
    uniqueItems: true,
    description:
      'Where browsers may be sent when a connect session is done: https URLs without query. One that ends with a slash allows everything below it.',
  },
);

const settingsSchema = Type.Object(
  { oauth_tokens_api: oauthTokensApi, return_urls: returnUrls, branding: Type.Ref('Branding#') },
  { $id: 'Settings', title: 'Settings', description: 'Settings of one workspace.' },
);

const changesSchema = Type.Object(
  {
    oauth_tokens_api: Type.Optional(oauthTokensApi),
    return_urls: Type.Optional(returnUrls),
    branding: Type.Optional(brandingChanges),
  },
  { ...closed, minProperties: 1, examples: [{ oauth_tokens_api: true }] },
);

const tag = 'Settings';

export const settings: Noun = (app, core) => {
  app.addSchema(brandingSchema);
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
          description:
            'Members that are not sent stay as they are, also those of `branding`; `return_urls` is replaced as a whole.',
          scope: 'settings:update',
          success: { 200: answer('Settings', 'The settings as they are now.') },
        }),
      },
    },
    async (request) => {
      return present(await core.workspaces.changeSettings(principalOf(request), changesOf(request.body)));
    },
  );
};

const changesOf = (body: Static<typeof changesSchema>) => ({
  ...(body.oauth_tokens_api === undefined ? {} : { oauthTokensApi: body.oauth_tokens_api }),
  ...(body.return_urls === undefined ? {} : { returnUrls: body.return_urls }),
  ...(body.branding === undefined ? {} : { branding: brandingOf(body.branding) }),
});

const present = ({ settings: values }: Workspace): Static<typeof settingsSchema> => ({
  oauth_tokens_api: values.oauthTokensApi,
  return_urls: values.returnUrls,
  branding: presentBranding(values.branding),
});

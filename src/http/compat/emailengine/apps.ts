// OAuth2 applications: EmailEngine's name for OAuth clients, those that people consent to and those that act by
// themselves. Secrets and keys go in and come out as asterisks.
import { GatewayError, type GrantType, type ProviderName } from '../../../core/index.ts';
import { atCredentialField, credentialsOf } from './app-credentials.ts';
import { AppChanges, AppParams, NewApp, PageQuery } from './app-schemas.ts';
import { clientEmailOf, presentApp } from './app-view.ts';
import { badField, notBuilt } from './errors.ts';
import { type AppType, appNotFound, clientOf, typeOf, visibleApps } from './find-app.ts';
import { surfaceName } from './map.ts';
import { at, callerOf, type Noun } from './route.ts';

const pageSizeDefault = 20;

const kinds = {
  gmail: { provider: 'google', grantType: 'authorization_code' },
  gmailService: { provider: 'google', grantType: 'jwt_bearer' },
  outlook: { provider: 'microsoft', grantType: 'authorization_code' },
  outlookService: { provider: 'microsoft', grantType: 'client_credentials' },
} as const satisfies Record<AppType, { provider: ProviderName; grantType: GrantType }>;

export const apps: Noun = (app, { core }) => {
  at(app, '/oauth2', (scope) => {
    scope.get('/', { schema: { querystring: PageQuery } }, async (request) => {
      const { principal } = callerOf(request, 'oauth_clients:read');
      const { page = 0, pageSize = pageSizeDefault } = request.query;
      const clients = await visibleApps(core, principal);
      return {
        total: clients.length,
        page,
        pages: Math.max(1, Math.ceil(clients.length / pageSize)),
        apps: clients.slice(page * pageSize, (page + 1) * pageSize).map(presentApp),
      };
    });

    scope.post('/', { schema: { body: NewApp } }, async (request) => {
      const { principal } = callerOf(request, 'oauth_clients:create');
      const { body } = request;
      refuseUnbuilt(body);
      const { provider: type } = body;
      if (type === 'mailRu') throw notBuilt(`The provider ${type}`);
      const { clientId, credential, clientEmail } = credentialsOf(body, {
        type,
        clientId: null,
        clientEmail: null,
      });
      if (!credential) throw new Error('an application must not come this far without a credential');
      const client = await core.oauthClients
        .create(principal, {
          ...kinds[type],
          name: body.name,
          clientId: clientId ?? null,
          credential,
          cloud: cloudOf(body.cloud),
          entraTenant: tenantOf(body) ?? null,
          personalAccounts: body.googleWorkspaceAccounts !== true,
          extraScopes: body.extraScopes ?? [],
          dialects: {
            [surfaceName]: onlyHere(
              { enabled: false, ...(type === 'outlookService' ? { baseScopes: 'api' } : {}), ...body },
              clientEmail,
            ),
          },
        })
        .catch(atCredentialField(type));
      return { id: client.id, created: true };
    });
  });

  at(app, '/oauth2/:app', (scope) => {
    const schema = { params: AppParams };
    scope.get('/', { schema }, async (request) => {
      const { principal } = callerOf(request, 'oauth_clients:read');
      return presentApp(await clientOf(core, principal, request.params.app));
    });

    scope.put('/', { schema: { ...schema, body: AppChanges } }, async (request) => {
      const { principal } = callerOf(request, 'oauth_clients:update');
      const { body } = request;
      const client = await clientOf(core, principal, request.params.app);
      refuseUnbuilt(body);
      if (body.cloud !== undefined && (cloudOf(body.cloud) ?? client.cloud) !== client.cloud) {
        throw badField('cloud', 'cannot be changed');
      }
      const type = typeOf(client);
      const { clientEmail, ...entered } = credentialsOf(body, {
        type,
        clientId: client.clientId,
        clientEmail: clientEmailOf(client),
      });
      const tenant = tenantOf(body);
      await core.oauthClients
        .update(principal, client.id, {
          ...entered,
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(tenant === undefined ? {} : { entraTenant: tenant }),
          ...(body.googleWorkspaceAccounts === undefined
            ? {}
            : { personalAccounts: !body.googleWorkspaceAccounts }),
          ...(body.extraScopes === undefined ? {} : { extraScopes: body.extraScopes }),
          dialects: { [surfaceName]: onlyHere(body, clientEmail) },
        })
        .catch(atCredentialField(type))
        .catch(toAppNotFound);
      return { id: client.id, updated: true };
    });

    scope.delete('/', { schema }, async (request) => {
      const { principal } = callerOf(request, 'oauth_clients:delete');
      const client = await clientOf(core, principal, request.params.app);
      await core.oauthClients.remove(principal, client.id, { force: false }).catch(toAppNotFound);
      // Never more: an application with accounts is not deleted.
      return { id: client.id, deleted: true, accounts: 0 };
    });
  });
};

function toAppNotFound(error: unknown): never {
  // A shared application is read by everybody and written by the installation alone.
  if (error instanceof GatewayError && error.code === 'not_found') throw appNotFound();
  throw error;
}

function refuseUnbuilt(body: AppChanges): void {
  if (body.baseScopes === 'pubsub') throw notBuilt('A Pub/Sub application');
  if (body.skipScopes && body.skipScopes.length > 0) throw notBuilt('Leaving out base scopes');
}

/** `global` is EmailEngine's name for the worldwide cloud; ours is the provider's first. */
const cloudOf = (cloud: string | undefined): string | null =>
  cloud === undefined || cloud === 'global' ? null : cloud;

/** Undefined when nothing was said. */
function tenantOf({ authority, tenant }: AppChanges): string | null | undefined {
  const said = authority === 'tenant' ? tenant : authority;
  return said === undefined ? tenant : said;
}

/** What only this dialect knows of an application. The core keeps a service account's address sealed, with its key. */
function onlyHere(body: AppChanges, serviceClientEmail: string | undefined): Record<string, unknown> {
  const { description, title, enabled, baseScopes, googleProjectId } = body;
  const members = { description, title, enabled, baseScopes, googleProjectId, serviceClientEmail };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

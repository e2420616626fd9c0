// OAuth2 applications: EmailEngine's name for OAuth clients. The secret goes in and comes out as asterisks.
import {
  type Core,
  enteredSecret,
  GatewayError,
  type Principal,
  type RegisteredClient,
} from '../../../core/index.ts';
import { masked, typeOf } from './account-view.ts';
import { AppChanges, AppParams, NewApp, PageQuery } from './app-schemas.ts';
import { badField, EmailEngineError, notBuilt } from './errors.ts';
import { profileOf, readApp, surfaceName } from './map.ts';
import { at, callerOf, type Noun } from './route.ts';

const pageSizeDefault = 20;
/** Enough for any workspace; what is beyond it is not listed. */
const appsMax = 1000;

export const appNotFound = (): EmailEngineError => new EmailEngineError(404, 'Application was not found');

export const apps: Noun = (app, { core }) => {
  at(app, '/oauth2', (scope) => {
    scope.get('/', { schema: { querystring: PageQuery } }, async (request) => {
      const { principal } = callerOf(request, 'oauth_clients:read');
      const { page = 0, pageSize = pageSizeDefault } = request.query;
      const clients = await allClients(core, principal);
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
      if (body.provider !== 'gmail' && body.provider !== 'outlook')
        throw notBuilt(`The provider ${body.provider}`);
      if (body.clientId === undefined) throw badField('clientId', 'is required');
      if (body.clientSecret === undefined) throw badField('clientSecret', 'is required');
      const client = await core.oauthClients.create(principal, {
        provider: body.provider === 'gmail' ? 'google' : 'microsoft',
        name: body.name,
        clientId: body.clientId,
        credential: enteredSecret(body.clientSecret),
        cloud: cloudOf(body.cloud),
        entraTenant: tenantOf(body) ?? null,
        personalAccounts: body.googleWorkspaceAccounts !== true,
        extraScopes: body.extraScopes ?? [],
        dialects: { [surfaceName]: onlyHere({ enabled: false, ...body }) },
      });
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
      const tenant = tenantOf(body);
      await core.oauthClients
        .update(principal, client.id, {
          ...(body.name === undefined ? {} : { name: body.name }),
          ...(body.clientId === undefined ? {} : { clientId: body.clientId }),
          ...(body.clientSecret === undefined || body.clientSecret === masked
            ? {}
            : { credential: enteredSecret(body.clientSecret) }),
          ...(tenant === undefined ? {} : { entraTenant: tenant }),
          ...(body.googleWorkspaceAccounts === undefined
            ? {}
            : { personalAccounts: !body.googleWorkspaceAccounts }),
          ...(body.extraScopes === undefined ? {} : { extraScopes: body.extraScopes }),
          dialects: { [surfaceName]: onlyHere(body) },
        })
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

/** Throws EmailEngine's 404. */
export async function clientOf(core: Core, principal: Principal, id: string): Promise<RegisteredClient> {
  const client = await readApp(core, principal, id);
  if (!client) throw appNotFound();
  return client;
}

function toAppNotFound(error: unknown): never {
  // A shared application is read by everybody and written by the installation alone.
  if (error instanceof GatewayError && error.code === 'not_found') throw appNotFound();
  throw error;
}

async function allClients(core: Core, principal: Principal): Promise<RegisteredClient[]> {
  const clients: RegisteredClient[] = [];
  let after: string | null = null;
  do {
    const page: { items: RegisteredClient[]; next: string | null } = await core.oauthClients.list(principal, {
      after,
      limit: 100,
    });
    clients.push(...page.items);
    after = page.next;
  } while (after !== null && clients.length < appsMax);
  return clients;
}

function refuseUnbuilt(body: AppChanges): void {
  if (body.baseScopes === 'pubsub') throw notBuilt('A Pub/Sub application');
  if (body.serviceClient || body.serviceClientEmail || body.serviceKey) throw notBuilt('A service account');
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

/** What only this dialect knows of an application. */
function onlyHere(body: AppChanges): Record<string, unknown> {
  const { description, title, enabled, baseScopes, googleProjectId } = body;
  const members = { description, title, enabled, baseScopes, googleProjectId };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function presentApp(client: RegisteredClient): Record<string, unknown> {
  const { enabled = true, ...others } = client.dialects[surfaceName] ?? {};
  return {
    ...others,
    id: client.id,
    name: client.name,
    provider: typeOf(client.provider),
    enabled,
    legacy: false,
    created: new Date(client.createdAt).toISOString(),
    updated: new Date(client.updatedAt).toISOString(),
    clientId: client.clientId,
    clientSecret: masked,
    baseScopes: profileOf(client) === 'api' ? 'api' : 'imap',
    extraScopes: client.extraScopes,
    skipScopes: [],
    ...(client.entraTenant === null
      ? { googleWorkspaceAccounts: !client.personalAccounts }
      : { authority: client.entraTenant, cloud: client.cloud === 'default' ? 'global' : client.cloud }),
    redirectUrl: client.redirectUri,
    ...(client.pausedReason === null ? {} : { lastError: { response: client.pausedReason } }),
  };
}

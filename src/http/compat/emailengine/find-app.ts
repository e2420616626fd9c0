// OAuth2 applications by the ids that programs use: this server's, or the names that EmailEngine began with. What an
// application is called here and whether it acts without a sign-in. Decides nothing else.
import type {
  Core,
  OAuthClient,
  Principal,
  Profile,
  ProviderName,
  RegisteredClient,
} from '../../../core/index.ts';
import { GatewayError } from '../../../core/index.ts';
import { EmailEngineError, notBuilt } from './errors.ts';
import { surfaceName } from './map.ts';

/** Enough for any workspace; what is beyond it is not seen. */
const appsMax = 1000;

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export type AppType = 'gmail' | 'gmailService' | 'outlook' | 'outlookService';

/** Those that act without a sign-in. */
type ServiceType = Extract<AppType, `${string}Service`>;

/** `client` null = any of this provider that people consent to. */
export type App = { provider: ProviderName; client: OAuthClient | null; profile: Profile };

export const appNotFound = (): EmailEngineError => new EmailEngineError(404, 'Application was not found');

/** EmailEngine's word for an OAuth client, and for the accounts that were connected with it. */
export function typeOf(client: OAuthClient): AppType {
  if (client.provider === 'google') return isService(client) ? 'gmailService' : 'gmail';
  return isService(client) ? 'outlookService' : 'outlook';
}

/** EmailEngine's two-legged applications: an administrator lets them act for mailboxes, nobody signs in. */
export const isService = ({ grantType }: OAuthClient): boolean => grantType !== 'authorization_code';

export const profileOf = (client: OAuthClient): Profile =>
  client.dialects[surfaceName]?.baseScopes === 'api' ? 'api' : 'full';

/** Throws EmailEngine's 400 for an application that the workspace does not see. */
export async function appOf(core: Core, principal: Principal, id: string | undefined): Promise<App> {
  if (id === 'gmail') return { provider: 'google', client: null, profile: 'full' };
  if (id === 'outlook') return { provider: 'microsoft', client: null, profile: 'full' };
  if (id === 'imap') throw notBuilt('An account with a password');
  const client = await (id === 'gmailService' || id === 'outlookService'
    ? newestOf(core, principal, id)
    : id && uuidForm.test(id)
      ? readApp(core, principal, id)
      : null);
  if (!client) throw new EmailEngineError(400, 'Invalid or missing OAuth2 provider');
  return { provider: client.provider, client, profile: profileOf(client) };
}

/** Null for an unknown or foreign one. Whoever may use an application need not be allowed to read them all. */
export async function readApp(
  core: Core,
  principal: Principal,
  id: string,
): Promise<RegisteredClient | null> {
  return core.oauthClients.read(readerOf(principal), id).catch((error: unknown) => {
    if (error instanceof GatewayError && error.code === 'not_found') return null;
    throw error;
  });
}

/** Throws EmailEngine's 404. */
export async function clientOf(core: Core, principal: Principal, id: string): Promise<RegisteredClient> {
  const client = await readApp(core, principal, id);
  if (!client) throw appNotFound();
  return client;
}

/** The workspace's own, and the shared ones that people consent to. */
export async function visibleApps(core: Core, principal: Principal): Promise<RegisteredClient[]> {
  const reader = readerOf(principal);
  const clients: RegisteredClient[] = [];
  let after: string | null = null;
  do {
    const page: { items: RegisteredClient[]; next: string | null } = await core.oauthClients.list(reader, {
      after,
      limit: 100,
    });
    clients.push(...page.items);
    after = page.next;
  } while (after !== null && clients.length < appsMax);
  return clients;
}

/** The newest that is active of the workspace's own: a shared one that acts without a sign-in is nobody's to use. */
async function newestOf(core: Core, principal: Principal, type: ServiceType): Promise<OAuthClient | null> {
  const active = (await visibleApps(core, principal))
    .filter((client) => typeOf(client) === type && client.status === 'active' && client.workspaceId !== null)
    .sort((one, other) => other.createdAt - one.createdAt);
  return active[0] ?? null;
}

const readerOf = (principal: Principal): Principal => ({
  ...principal,
  scopes: new Set([...principal.scopes, 'oauth_clients:read' as const]),
});

// Between EmailEngine's words and the core's: applications, the settings that are kept, where a browser may be
// sent. Decides nothing else.
import type {
  Core,
  OAuthClient,
  Principal,
  Profile,
  ProviderName,
  RegisteredClient,
} from '../../../core/index.ts';
import { GatewayError } from '../../../core/index.ts';
import { keptNames } from './account-schemas.ts';
import { badField, EmailEngineError, notBuilt } from './errors.ts';

export const surfaceName = 'emailengine';

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An application by its id, or "any of this provider" by the names that EmailEngine began with. */
export type App = { provider: ProviderName; client: OAuthClient | null; profile: Profile };

/** Throws EmailEngine's 400 for an application that the workspace does not see. */
export async function appOf(core: Core, principal: Principal, id: string | undefined): Promise<App> {
  if (id === 'gmail') return { provider: 'google', client: null, profile: 'full' };
  if (id === 'outlook') return { provider: 'microsoft', client: null, profile: 'full' };
  if (id === 'imap') throw notBuilt('An account with a password');
  const client = id && uuidForm.test(id) ? await readApp(core, principal, id) : null;
  if (!client) throw new EmailEngineError(400, 'Invalid or missing OAuth2 provider');
  return { provider: client.provider, client, profile: profileOf(client) };
}

/** Null for an unknown or foreign one. Whoever may use an application need not be allowed to read them all. */
export async function readApp(
  core: Core,
  principal: Principal,
  id: string,
): Promise<RegisteredClient | null> {
  const reader = { ...principal, scopes: new Set([...principal.scopes, 'oauth_clients:read' as const]) };
  return core.oauthClients.read(reader, id).catch((error: unknown) => {
    if (error instanceof GatewayError && error.code === 'not_found') return null;
    throw error;
  });
}

export const profileOf = (client: OAuthClient): Profile =>
  client.dialects[surfaceName]?.baseScopes === 'api' ? 'api' : 'full';

/** The members that are kept, without what is secret in them: nothing here uses it, so nothing here stores it. */
export function keptSettings(body: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name of keptNames) {
    const value = body[name];
    if (value === undefined) continue;
    kept[name] = withoutSecrets(name, value);
  }
  return kept;
}

function withoutSecrets(name: string, value: unknown): unknown {
  if (name === 'webhooksCustomHeaders' && Array.isArray(value)) {
    return value.map((header: unknown) => ({ key: keyOf(header), value: '******' }));
  }
  if ((name === 'proxy' || name === 'webhooks') && typeof value === 'string' && URL.canParse(value)) {
    const url = new URL(value);
    if (url.username === '' && url.password === '') return value;
    url.username = '';
    url.password = '';
    return url.href;
  }
  return value;
}

const keyOf = (header: unknown): string =>
  typeof header === 'object' && header !== null && 'key' in header ? String(header.key) : '';

/** Only https, or http to the loopback interface: the browser carries the account's id there. */
export function checkRedirectUrl(value: string | undefined): string {
  if (value === undefined || value === '') throw badField('redirectUrl', 'is required');
  const url = URL.canParse(value) ? new URL(value) : null;
  const isLoopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url.href;
  throw badField('redirectUrl', 'must be an https URL, or http on the loopback interface');
}

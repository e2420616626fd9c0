// Entra's admin consent endpoint: an administrator signs in and consents for a whole directory. Nothing is remembered
// between its pages; the person's name travels in the form, as there are no passwords here.
import type { ServerResponse } from 'node:http';
import type { ClientAuthentication } from './client-auth.ts';
import type { Dialect, ErrorPage } from './dialect.ts';
import type { Directories } from './directories.ts';
import { sendHtml } from './http.ts';
import { aadstsBody, aadstsPage } from './microsoft-errors.ts';
import { type AdminScopes, readAdminScopes } from './microsoft-scopes.ts';
import { adminConsentPage, errorPage, signInPage } from './pages.ts';
import { CONSUMER_TENANT_ID, canSignIn, type SandboxUser, type UserDirectory } from './users.ts';

export type AdminConsentDeps = {
  dialect: Dialect;
  users: UserDirectory;
  directories: Directories;
  authentication: ClientAuthentication;
};

type Asked = { clientId: string; redirectUri: string; state: string | null; consent: AdminScopes };

type Call = { url: URL; tenant: string; form: URLSearchParams; method: string; response: ServerResponse };

export function handleAdminConsent(call: Call, deps: AdminConsentDeps) {
  const { url, tenant, form, response } = call;
  const asked = readRequest(url.searchParams, tenant, deps);
  if ('title' in asked) return showError(response, asked, deps);
  const action = url.pathname + url.search;
  const pickable = (user: SandboxUser) => mayPick(user, tenant, deps);
  if (call.method !== 'POST') {
    const users = deps.users.all().filter(pickable);
    const facts = { provider: deps.dialect.displayName, action, users, loginHint: undefined };
    return sendHtml(response, 200, signInPage(facts));
  }
  const step = form.getAll('step').at(-1);
  const administrator = deps.users.byLogin(form.get('administrator') ?? form.get('login') ?? '');
  if (step === 'cancel') return sendBack(response, asked, refusalOf(administrator));
  if (administrator === undefined || !pickable(administrator))
    return showError(response, aadstsPage(50034), deps);
  if (!administrator.isAdministrator) return showError(response, aadstsPage(90094), deps);
  if (step !== 'allow') {
    const { clientId, consent } = asked;
    const facts = { action, clientId, login: administrator.login, scopes: consent.shown };
    return sendHtml(response, 200, adminConsentPage(facts));
  }
  const tenantId = administrator.tenantId ?? '';
  deps.directories.grantAdminConsent(tenantId, asked.clientId, asked.consent);
  sendBack(response, asked, { tenant: tenantId, scope: asked.consent.shown.join(' ') });
}

function readRequest(query: URLSearchParams, tenant: string, deps: AdminConsentDeps): Asked | ErrorPage {
  const resolved = deps.directories.resolve(tenant);
  // Personal accounts have no administrator, so no path that admits them is taken.
  if (resolved?.type === 'alias' && resolved.alias !== 'organizations') return aadstsPage(50059);
  const identified = deps.authentication.identify(query.get('client_id') ?? undefined, tenant);
  if ('failure' in identified) return deps.dialect.clientPage(identified.failure);
  const { client } = identified;
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!client.redirectUris.includes(redirectUri)) return deps.dialect.clientPage('redirect_uri_wrong');
  const consent = readAdminScopes(query.get('scope'));
  if (consent.unknown.length > 0) return aadstsPage(70011);
  if (consent.scopes.length === 0) return aadstsPage(900144);
  return { clientId: client.clientId, redirectUri, state: query.get('state'), consent };
}

function mayPick(user: SandboxUser, tenant: string, { dialect, directories }: AdminConsentDeps): boolean {
  if (!canSignIn(user) || user.tenantId === CONSUMER_TENANT_ID) return false;
  const resolved = directories.resolve(tenant);
  return dialect.mayPick(user, resolved?.type === 'directory' ? resolved.tenantId : 'organizations');
}

function refusalOf(administrator: SandboxUser | undefined): Record<string, string> {
  const { error, error_description } = aadstsBody({ code: 65004, error: 'consent_required' });
  return { error, error_description, ...(administrator?.tenantId && { tenant: administrator.tenantId }) };
}

function sendBack(
  response: ServerResponse,
  { redirectUri, state }: Asked,
  answer: Record<string, string>,
): void {
  const location = new URL(redirectUri);
  location.searchParams.set('admin_consent', 'True');
  for (const [name, value] of Object.entries(answer)) location.searchParams.set(name, value);
  if (state !== null) location.searchParams.set('state', state);
  response.writeHead(302, { location: location.href, 'cache-control': 'no-store' }).end();
}

function showError(
  response: ServerResponse,
  { title, detail }: ErrorPage,
  { dialect }: AdminConsentDeps,
): void {
  sendHtml(response, 400, errorPage({ provider: dialect.displayName, title, detail }));
}

// Sign-in and consent: shows the page the engine asks for and reports the person's answer back to it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientRegistry } from './clients.ts';
import type { Dialect, ErrorPage } from './dialect.ts';
import { splitScope } from './dialect.ts';
import type { Directories } from './directories.ts';
import type { Engine } from './engine.ts';
import { policyPage } from './google-errors.ts';
import { sendHtml } from './http.ts';
import { aadstsPage } from './microsoft-errors.ts';
import { approvalPage, consentPage, errorPage, signInPage } from './pages.ts';
import type { TokenStore } from './token-store.ts';
import { canSignIn, type SandboxUser, type UserDirectory } from './users.ts';

type InteractionDeps = {
  dialect: Dialect;
  engine: Engine;
  store: TokenStore;
  users: UserDirectory;
  clients: ClientRegistry;
  directories: Directories;
};
type Details = Awaited<ReturnType<Engine['provider']['interactionDetails']>>;

const DENIED = { error: 'access_denied', error_description: 'The user denied the request.' };

export async function handleInteraction(
  request: IncomingMessage,
  response: ServerResponse,
  form: URLSearchParams,
  deps: InteractionDeps,
): Promise<void> {
  const { provider } = deps.engine;
  const details = await provider.interactionDetails(request, response).catch(() => undefined);
  if (details === undefined) {
    return showError(response, 400, { title: 'Session expired', detail: 'Start again.' }, deps);
  }
  if (request.method !== 'POST') return showPage(details, response, deps);

  const finish = (result: Record<string, unknown>) =>
    provider.interactionFinished(request, response, result, {
      mergeWithLastSubmission: !('error' in result),
    });
  const step = form.getAll('step').at(-1);
  switch (details.prompt.name) {
    case 'stopped':
      return showPage(details, response, deps);
    case 'consent': {
      const barrier = barrierOf(details, deps);
      if (step === 'cancel' || step === 'return') return finish(DENIED);
      if (barrier === 'approval_request' && step === 'request') {
        return finish({ error: 'consent_required', error_description: aadstsPage(90095).detail });
      }
      if (barrier !== undefined) return showPage(details, response, deps);
      return finish({ consent: { grantId: await saveConsent(details, form, deps) } });
    }
    default:
      return step === 'cancel' ? finish(DENIED) : signIn(request, response, { details, form, deps });
  }
}

async function signIn(
  request: IncomingMessage,
  response: ServerResponse,
  { details, form, deps }: { details: Details; form: URLSearchParams; deps: InteractionDeps },
): Promise<void> {
  const user = deps.users.byLogin(form.get('login') ?? '');
  if (user === undefined || !canSignIn(user) || !deps.dialect.mayPick(user, tenantOf(details))) {
    return showError(response, 400, { title: 'No such account', detail: 'Go back.' }, deps);
  }
  const returnTo = await deps.engine.provider.interactionResult(request, response, {
    login: { accountId: user.id },
    select_account: {},
  });
  const { session } = details;
  if (session?.accountId !== undefined && session.accountId !== user.id) {
    deps.store.switchSession(session.uid, user.id);
  }
  response.writeHead(303, { location: returnTo }).end();
}

function showPage(details: Details, response: ServerResponse, deps: InteractionDeps) {
  const { dialect, users, clients } = deps;
  const action = `/interaction/${details.uid}`;
  const provider = dialect.displayName;
  const user = userOf(details, deps);
  const clientId = String(details.params.client_id);
  if (details.prompt.name === 'stopped') {
    const page = policyPage(clients.find(clientId), user);
    if (page !== undefined) return showError(response, page.status, page, deps);
    return showError(response, 400, { title: 'Session expired', detail: 'Start again.' }, deps);
  }
  if (details.prompt.name !== 'consent') {
    const hint = details.params.login_hint;
    const pickable = users.all().filter((one) => canSignIn(one) && dialect.mayPick(one, tenantOf(details)));
    const loginHint = typeof hint === 'string' ? hint : undefined;
    return sendHtml(response, 200, signInPage({ provider, action, users: pickable, loginHint }));
  }
  const barrier = barrierOf(details, deps);
  if (barrier !== undefined) {
    const mayAsk = barrier === 'approval_request';
    const code = mayAsk ? 'AADSTS90095' : 'AADSTS90094';
    return sendHtml(response, 200, approvalPage({ provider, action, clientId, code, mayAsk }));
  }
  const requested = splitScope(String(details.params.scope ?? ''));
  sendHtml(
    response,
    200,
    consentPage({
      provider,
      action,
      clientId,
      login: user?.login ?? '',
      identityScopes: requested.filter((scope) => dialect.identityScopes.has(scope)),
      scopes: requested.filter((scope) => !dialect.identityScopes.has(scope)),
      granular: dialect.granularConsent,
    }),
  );
}

/** What was allowed before needs nobody's leave again, unless the client insists on the question. */
function barrierOf(details: Details, deps: InteractionDeps) {
  const user = userOf(details, deps);
  if (user === undefined) return undefined;
  const requested = splitScope(String(details.params.scope ?? ''));
  const insists = splitScope(String(details.params.prompt ?? '')).includes('consent');
  const subject = { accountId: user.id, clientId: String(details.params.client_id) };
  const settled = insists ? [] : deps.engine.consentFor(subject);
  return deps.directories.barrierFor(
    user,
    requested.filter((scope) => !settled.includes(scope)),
  );
}

async function saveConsent(details: Details, form: URLSearchParams, deps: InteractionDeps): Promise<string> {
  const { dialect, engine, store } = deps;
  const accountId = details.session?.accountId ?? '';
  const clientId = String(details.params.client_id);
  const ticked = new Set(form.getAll('scope'));
  const requested = splitScope(String(details.params.scope ?? ''));
  const allowed = requested.filter(
    (scope) => !dialect.granularConsent || dialect.identityScopes.has(scope) || ticked.has(scope),
  );
  const refused = requested.filter((scope) => !allowed.includes(scope));

  const grant = new engine.provider.Grant({ accountId, clientId });
  const earlier = engine.consentFor({ accountId, clientId });
  grant.addOIDCScope([...new Set([...earlier, ...allowed])].join(' '));
  // Without this the engine would ask again for what was just left out.
  if (refused.length > 0) grant.rejectOIDCScope(refused.join(' '));
  store.rememberConsent({ accountId, clientId }, allowed);
  return grant.save();
}

function showError(response: ServerResponse, status: number, page: ErrorPage, { dialect }: InteractionDeps) {
  const { title, detail } = page;
  sendHtml(response, status, errorPage({ provider: dialect.displayName, title, detail }));
}

function userOf(details: Details, { users }: InteractionDeps): SandboxUser | undefined {
  return users.byId(details.session?.accountId ?? '');
}

function tenantOf(details: Details): string | undefined {
  const { tenant } = details.params;
  return typeof tenant === 'string' ? tenant : undefined;
}

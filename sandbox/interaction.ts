// Sign-in and consent: shows the page the engine asks for and reports the person's answer back to it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect } from './dialect.ts';
import { splitScope } from './dialect.ts';
import type { Engine } from './engine.ts';
import { sendHtml } from './http.ts';
import { consentPage, errorPage, signInPage } from './pages.ts';
import type { TokenStore } from './token-store.ts';
import type { UserDirectory } from './users.ts';

type InteractionDeps = { dialect: Dialect; engine: Engine; store: TokenStore; users: UserDirectory };
type Details = Awaited<ReturnType<Engine['provider']['interactionDetails']>>;

export async function handleInteraction(
  request: IncomingMessage,
  response: ServerResponse,
  form: URLSearchParams,
  deps: InteractionDeps,
): Promise<void> {
  const { provider } = deps.engine;
  const details = await provider.interactionDetails(request, response).catch(() => undefined);
  if (details === undefined) {
    const facts = { provider: deps.dialect.displayName, title: 'Session expired', detail: 'Start again.' };
    return sendHtml(response, 400, errorPage(facts));
  }
  if (request.method !== 'POST') return showPage(details, response, deps);

  const step = form.getAll('step').at(-1);
  if (step === 'cancel') {
    const refusal = { error: 'access_denied', error_description: 'The user denied the request.' };
    return provider.interactionFinished(request, response, refusal, { mergeWithLastSubmission: false });
  }
  if (details.prompt.name === 'consent') {
    const consent = { grantId: await saveConsent(details, form, deps) };
    return provider.interactionFinished(request, response, { consent });
  }
  const user = deps.users.byLogin(form.get('login') ?? '');
  if (user === undefined || user.disabled || !deps.dialect.mayPick(user, tenantOf(details))) {
    const facts = { provider: deps.dialect.displayName, title: 'No such account', detail: 'Go back.' };
    return sendHtml(response, 400, errorPage(facts));
  }
  const returnTo = await provider.interactionResult(request, response, {
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
  const { dialect, users } = deps;
  const action = `/interaction/${details.uid}`;
  const hint = details.params.login_hint;
  if (details.prompt.name !== 'consent') {
    const pickable = users.all().filter((user) => !user.disabled && dialect.mayPick(user, tenantOf(details)));
    const loginHint = typeof hint === 'string' ? hint : undefined;
    return sendHtml(
      response,
      200,
      signInPage({ provider: dialect.displayName, action, users: pickable, loginHint }),
    );
  }
  const requested = splitScope(String(details.params.scope ?? ''));
  sendHtml(
    response,
    200,
    consentPage({
      provider: dialect.displayName,
      action,
      clientId: String(details.params.client_id),
      login: users.byId(details.session?.accountId ?? '')?.login ?? '',
      identityScopes: requested.filter((scope) => dialect.identityScopes.has(scope)),
      scopes: requested.filter((scope) => !dialect.identityScopes.has(scope)),
      granular: dialect.granularConsent,
    }),
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
  const earlier = store.consentOf({ accountId, clientId }) ?? [];
  grant.addOIDCScope([...new Set([...earlier, ...allowed])].join(' '));
  // Without this the engine would ask again for what was just left out.
  if (refused.length > 0) grant.rejectOIDCScope(refused.join(' '));
  store.rememberConsent({ accountId, clientId }, allowed);
  return grant.save();
}

function tenantOf(details: Details): string | undefined {
  const { tenant } = details.params;
  return typeof tenant === 'string' ? tenant : undefined;
}

// The token endpoint in front of the engine: who the client is, then the provider's own grants, then the engine with
// credentials it knows. Nothing of a grant is looked at before the client has proved itself.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ClientAuthentication } from './client-auth.ts';
import type { Dialect, TokenRequest } from './dialect.ts';
import type { Directories } from './directories.ts';
import { ENGINE_TOKEN, type Engine } from './engine.ts';
import { JWT_BEARER_GRANT, jwtBearerGrant } from './google-jwt-bearer.ts';
import { replay, sendJson } from './http.ts';
import { clientCredentialsGrant } from './microsoft-app-only.ts';
import type { ServiceAccountRegistry } from './service-accounts.ts';
import type { TokenStore } from './token-store.ts';
import type { Settings } from './types.ts';
import type { UserDirectory } from './users.ts';

export type TokenEndpointDeps = {
  dialect: Dialect;
  origin: string;
  engine: Engine;
  store: TokenStore;
  users: UserDirectory;
  directories: Directories;
  accounts: ServiceAccountRegistry;
  authentication: ClientAuthentication;
  settings: Settings;
};

type Call = { request: IncomingMessage; form: URLSearchParams; tenant: string | undefined };

export async function handleToken(
  call: Call,
  response: ServerResponse,
  deps: TokenEndpointDeps,
): Promise<void> {
  const { request, form, tenant } = call;
  const { dialect, engine } = deps;
  const grantType = form.get('grant_type');
  if (dialect.provider === 'google' && grantType === JWT_BEARER_GRANT) {
    const { status, body } = await jwtBearerGrant(form, deps);
    return sendJson(response, status, body);
  }
  const { authorization } = request.headers;
  const outcome = await deps.authentication.authenticate({ form, authorization, tenant });
  if ('failure' in outcome) {
    const { status, body } = dialect.refuseClient(outcome.failure);
    return sendJson(response, status, body);
  }
  const { client } = outcome;
  if (dialect.provider === 'microsoft' && grantType === 'client_credentials') {
    const { status, body } = await clientCredentialsGrant({ client, form, tenant }, deps);
    return sendJson(response, status, body);
  }

  const tokenRequest: TokenRequest = { form, ...(tenant !== undefined && { tenant }) };
  const refusal = dialect.prepareToken(tokenRequest, deps);
  if (refusal !== undefined) return sendJson(response, refusal.status, refusal.body);
  form.delete('client_assertion');
  form.delete('client_assertion_type');
  form.set('client_id', client.clientId);
  form.set('client_secret', client.engineSecret);
  const again = replay(request, ENGINE_TOKEN, form.toString());
  delete again.headers.authorization;
  engine.bindTokenRequest(again, tokenRequest);
  await engine.handle(again, response);
}

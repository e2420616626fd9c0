// The sandbox's remote control over HTTP, for tests and tools in other processes. Loopback only, no authentication.
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  optionalText,
  parseClient,
  parseDirectory,
  parsePolicy,
  parseSecrets,
  text,
  texts,
  textsByName,
} from './admin-input.ts';
import { ENDPOINT_KINDS, type EndpointKind } from './faults.ts';
import { sendJson } from './http.ts';
import type { Journal, JournalFilter } from './journal.ts';
import { parseSettingsPatch } from './settings.ts';
import type { SandboxAuthorizationServer } from './types.ts';

export type AdminDeps = { handle: SandboxAuthorizationServer; journal: Journal };

type Input = Record<string, unknown>;
type Command = (input: Input, deps: AdminDeps) => unknown;

const COMMANDS: Record<string, Command> = {
  'POST config': (input, { handle }) => handle.configure(parseSettingsPatch(input)),
  'POST redirect-uris': (input, { handle }) => {
    const uris = Array.isArray(input.uris) ? input.uris : [input.uri];
    for (const uri of uris) handle.addRedirectUri(text(uri, 'uri'), optionalText(input.clientId));
  },
  'POST clients': (input, { handle }) => handle.addClient(parseClient(input)),
  'POST secrets': (input, { handle }) =>
    handle.setSecrets(text(input.clientId, 'clientId'), parseSecrets(input.secrets)),
  'POST expire-secret': (input, { handle }) => handle.expireSecret(text(input.value, 'value')),
  'POST remove-client': (input, { handle }) => handle.removeClient(text(input.clientId, 'clientId')),
  'POST client-policy': (input, { handle }) =>
    handle.setClientPolicy(text(input.clientId, 'clientId'), parsePolicy(input.policy)),
  'POST service-accounts': (input, { handle }) => {
    const clientEmail = optionalText(input.clientEmail);
    const delegations = textsByName(input.delegations ?? {}, 'delegations');
    return handle.createServiceAccount({ delegations, ...(clientEmail !== undefined && { clientEmail }) });
  },
  'POST directories': (input, { handle }) =>
    handle.setDirectory(text(input.tenant, 'tenant'), parseDirectory(input)),
  'POST admin-consent': (input, { handle }) =>
    handle.grantAdminConsent(
      text(input.tenant, 'tenant'),
      text(input.clientId, 'clientId'),
      texts(input.scopes, 'scopes'),
    ),
  'POST app-mailboxes': (input, { handle }) =>
    handle.allowAppOnMailbox(text(input.clientId, 'clientId'), text(input.login, 'login')),
  'POST shared-mailboxes': (input, { handle }) =>
    handle.addSharedMailbox({
      address: text(input.address, 'address'),
      delegates: texts(input.delegates, 'delegates'),
    }),
  'POST users': (input, { handle }) => handle.addUser({ ...input, login: text(input.login, 'login') }),
  'POST set-user': ({ login, ...patch }, { handle }) => handle.setUser(text(login, 'login'), patch),
  'POST revoke-user': (input, { handle }) => handle.revokeUser(text(input.login, 'login')),
  'POST expire-access-tokens': (input, { handle }) => handle.expireAccessTokens(optionalText(input.login)),
  'POST mint': async (input, { handle }) => {
    const clientId = optionalText(input.clientId);
    const grants = await handle.mint({
      login: text(input.login, 'login'),
      scope: text(input.scope, 'scope'),
      count: typeof input.count === 'number' ? input.count : 1,
      ...(clientId !== undefined && { clientId }),
    });
    return { grants };
  },
  'GET stats': (_input, { handle }) => handle.stats(),
  'GET clients': (_input, { handle }) => ({ ...handle.clients, dovecot: handle.dovecot }),
  'GET journal': (input, { journal }) => ({ entries: journal.entries(journalFilter(input)) }),
};

export async function handleAdmin(
  url: URL,
  body: string,
  request: IncomingMessage,
  response: ServerResponse,
  deps: AdminDeps,
): Promise<void> {
  const command = COMMANDS[`${request.method} ${url.pathname.slice('/__admin/'.length)}`];
  if (command === undefined) return sendJson(response, 404, { error: 'not_found' });
  try {
    const input: unknown = body === '' ? Object.fromEntries(url.searchParams) : JSON.parse(body);
    if (!isObject(input)) throw new Error('the body must be a JSON object');
    sendJson(response, 200, (await command(input, deps)) ?? { ok: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    sendJson(response, 400, { error: 'invalid_request', error_description: message });
  }
}

function journalFilter({ provider, kind, login, grantType }: Input): JournalFilter {
  return {
    ...((provider === 'google' || provider === 'microsoft') && { provider }),
    ...(isKind(kind) && { kind }),
    ...(typeof login === 'string' && { login }),
    ...(typeof grantType === 'string' && { grantType }),
  };
}

function isKind(value: unknown): value is EndpointKind {
  return ENDPOINT_KINDS.some((kind) => kind === value);
}

function isObject(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

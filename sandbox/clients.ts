// OAuth clients as a provider's console holds them. Redirect URIs are compared byte for byte, as in the real consoles.
import { randomBytes } from 'node:crypto';
import type { SandboxProvider } from './types.ts';
import { guidFor } from './users.ts';

export type SandboxClient = { clientId: string; clientSecret: string; redirectUris: string[] };

export type ClientRegistry = ReturnType<typeof createClientRegistry>;

export const INTROSPECTION_CLIENT_ID = 'dovecot';

export function createClientRegistry(provider: SandboxProvider, remember: (secret: string) => void) {
  const clients = new Map<string, SandboxClient>();

  function add(client: SandboxClient): SandboxClient {
    const stored = { ...client, redirectUris: [...client.redirectUris] };
    clients.set(client.clientId, stored);
    remember(client.clientSecret);
    return stored;
  }

  const confidential = add({
    clientId: provider === 'google' ? '100200300400-sandbox.apps.example.test' : guidFor('sandbox client'),
    clientSecret: `${provider}-secret-${randomBytes(18).toString('base64url')}`,
    redirectUris: [],
  });
  const introspection = add({
    clientId: INTROSPECTION_CLIENT_ID,
    clientSecret: `introspection-${randomBytes(18).toString('hex')}`,
    redirectUris: [],
  });

  return {
    add,
    confidential,
    introspection,
    addRedirectUri(uri: string, clientId = confidential.clientId): void {
      const client = clients.get(clientId);
      if (client === undefined) throw new Error(`the ${provider} sandbox knows no client ${clientId}`);
      if (!client.redirectUris.includes(uri)) client.redirectUris.push(uri);
    },
    /** Client metadata as the engine wants it, or undefined. */
    metadata(clientId: string) {
      const client = clients.get(clientId);
      if (client === undefined) return undefined;
      const mayAuthorize = clientId !== INTROSPECTION_CLIENT_ID && client.redirectUris.length > 0;
      return {
        client_id: clientId,
        client_secret: client.clientSecret,
        redirect_uris: mayAuthorize ? client.redirectUris : [],
        grant_types: clientId === INTROSPECTION_CLIENT_ID ? [] : ['authorization_code', 'refresh_token'],
        response_types: mayAuthorize ? (['code'] as const) : [],
        token_endpoint_auth_method: 'client_secret_post' as const,
      };
    },
  };
}

// An OAuth client as EmailEngine shows an application. Secrets and keys are behind asterisks, whichever they are.
import type { OAuthClient, RegisteredClient } from '../../../core/index.ts';
import { masked } from './account-view.ts';
import { profileOf, typeOf } from './find-app.ts';
import { surfaceName } from './map.ts';

/** Null when the application was not made here: its address is sealed with its key. */
export function clientEmailOf({ dialects }: OAuthClient): string | null {
  const email = dialects[surfaceName]?.serviceClientEmail;
  return typeof email === 'string' ? email : null;
}

export function presentApp(client: RegisteredClient): Record<string, unknown> {
  const { enabled = true, ...others } = client.dialects[surfaceName] ?? {};
  const type = typeOf(client);
  return {
    ...others,
    id: client.id,
    name: client.name,
    provider: type,
    enabled,
    legacy: false,
    created: new Date(client.createdAt).toISOString(),
    updated: new Date(client.updatedAt).toISOString(),
    ...(type === 'gmailService'
      ? { serviceClient: client.clientId, serviceKey: masked }
      : { clientId: client.clientId, clientSecret: masked }),
    baseScopes: profileOf(client) === 'api' ? 'api' : 'imap',
    extraScopes: client.extraScopes,
    skipScopes: [],
    ...(type === 'gmail' ? { googleWorkspaceAccounts: !client.personalAccounts } : {}),
    ...(client.entraTenant === null
      ? {}
      : { authority: client.entraTenant, cloud: client.cloud === 'default' ? 'global' : client.cloud }),
    // Nobody is sent to the provider for the others.
    ...(client.grantType === 'authorization_code' ? { redirectUrl: client.redirectUri } : {}),
    ...(client.pausedReason === null ? {} : { lastError: { response: client.pausedReason } }),
  };
}

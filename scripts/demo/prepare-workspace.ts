// The first workspace of the demo: an API key, one OAuth client a provider, one connect address each.
import type { Sandbox } from '../../sandbox/index.ts';
import type { Core } from '../../src/core/index.ts';
import { callApi } from './call-api.ts';

export type DemoKeys = { apiKey: string; connectUrls: { google: string; microsoft: string } };

type Options = { address: string; core: Core; sandbox: Sandbox };

export async function prepareWorkspace({ address, core, sandbox }: Options): Promise<DemoKeys> {
  const operator = {
    keyId: 'demo',
    workspaceId: null,
    isInstallation: true,
    expiresAt: null,
    scopes: new Set(['all', 'workspaces:manage'] as const),
  };
  const workspace = await core.workspaces.create(operator, { name: 'Demo' });
  const { text } = await core.apiKeys.issue(workspace.id, { name: 'demo', scopes: ['all'], expiresAt: null });
  const apiKey = text.reveal();
  const call = callApi(address, apiKey);

  async function connectUrl(provider: 'google' | 'microsoft'): Promise<string> {
    const { clientId, clientSecret } = sandbox[provider].clients.confidential;
    const client = await call('POST', '/v1/oauth-clients', {
      provider,
      name: `Demo at ${provider}`,
      client_id: clientId,
      client_secret: clientSecret,
    });
    sandbox[provider].addRedirectUri(String(client.redirect_uri));
    const session = await call('POST', '/v1/connect-sessions', { provider });
    return String(session.url);
  }

  return {
    apiKey,
    connectUrls: { google: await connectUrl('google'), microsoft: await connectUrl('microsoft') },
  };
}

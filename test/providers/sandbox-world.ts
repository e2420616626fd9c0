// The providers over a running sandbox, for tests that need clients of their own in it.
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import type { ProviderName } from '../../src/core/oauth-clients.ts';
import type { AuthenticatedClient, ProviderAdapters } from '../../src/core/ports.ts';
import { createEgress } from '../../src/egress.ts';
import { parseEndpointFile } from '../../src/providers/endpoints.ts';
import { createProviders } from '../../src/providers/index.ts';
import { oauthClient, openedWith, systemClock } from './helpers.ts';

export const redirectUri = 'http://127.0.0.1:9/oauth/callback/x';

const unused = { host: '127.0.0.1', port: 9, tls: 'implicit' } as const;
const mailServers = { google: { imap: unused, smtp: unused }, microsoft: { imap: unused, smtp: unused } };

export type SandboxWorld = {
  sandbox: Sandbox;
  providers: ProviderAdapters;
  /** The client that every sandbox has, with its secret. */
  registered(provider: ProviderName, changes?: Partial<AuthenticatedClient>): AuthenticatedClient;
  /** The same providers by another clock. */
  providersAt(now: () => number): ProviderAdapters;
  close(): Promise<void>;
};

export const startSandboxWorld = async (): Promise<SandboxWorld> => {
  const sandbox = await startSandbox({ mail: 'none', mailEndpoints: mailServers });
  const egress = createEgress();
  const providersAt = (now: () => number): ProviderAdapters =>
    createProviders({
      endpoints: parseEndpointFile(sandbox.endpoints),
      egressFetch: egress.fetch,
      egressPost: egress.post,
      clock: { now },
    });
  for (const name of ['google', 'microsoft'] as const) sandbox[name].addRedirectUri(redirectUri);
  return {
    sandbox,
    providers: providersAt(systemClock.now),
    providersAt,
    registered: (provider, changes = {}) => {
      const { clientId, clientSecret } = sandbox[provider].clients.confidential;
      return oauthClient(provider, { clientId, ...openedWith('secret', clientSecret), ...changes });
    },
    close: async () => {
      await egress.close();
      await sandbox.close();
    },
  };
};

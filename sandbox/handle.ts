// The public handle of one provider: what tests and tools can tell a running stand-in.
import type { ClientRegistry } from './clients.ts';
import type { Dialect } from './dialect.ts';
import type { Directories } from './directories.ts';
import type { Engine } from './engine.ts';
import type { MailboxAccess } from './mailbox-access.ts';
import { readAdminScopes } from './microsoft-scopes.ts';
import { mintGrants } from './mint.ts';
import {
  createServiceAccountKey,
  type SandboxServiceAccount,
  type ServiceAccountRegistry,
} from './service-accounts.ts';
import type { TokenStore } from './token-store.ts';
import type { SandboxAuthorizationServer, Settings, SettingsPatch, Stats } from './types.ts';
import type { UserDirectory } from './users.ts';

export type HandleDeps = {
  dialect: Dialect;
  origin: string;
  engine: Engine;
  store: TokenStore;
  users: UserDirectory;
  clients: ClientRegistry;
  directories: Directories;
  accounts: ServiceAccountRegistry;
  access: MailboxAccess;
  settings: Settings;
  stats: Stats;
  remember: (secret: string) => void;
};

export function createHandle(deps: HandleDeps): SandboxAuthorizationServer {
  const { dialect, origin, store, users, clients, directories, access, settings } = deps;
  const accountId = (login: string): string => {
    const user = users.byLogin(login);
    if (user === undefined) throw new Error(`the ${dialect.provider} sandbox knows no user ${login}`);
    return user.id;
  };
  return {
    origin,
    clients: { confidential: { ...clients.confidential } },
    dovecot: { ...clients.introspection, introspectionUrl: `${origin}/introspect` },
    addRedirectUri: clients.addRedirectUri,
    addClient: (client) => void clients.add(client),
    setSecrets: clients.setSecrets,
    expireSecret: clients.expireSecret,
    removeClient(clientId) {
      clients.remove(clientId);
      deps.accounts.remove(clientId);
    },
    setClientPolicy: clients.setPolicy,
    addServiceAccount: (account) => addServiceAccount(account, deps),
    createServiceAccount: (options = {}) => createServiceAccount(options, deps),
    setDirectory: directories.set,
    grantAdminConsent(tenant, clientId, scopes) {
      const consent = readAdminScopes(scopes.join(' '));
      if (consent.unknown.length > 0) throw new Error(`unknown scopes: ${consent.unknown.join(' ')}`);
      directories.grantAdminConsent(tenant, clientId, consent);
    },
    allowAppOnMailbox: access.allowAppOnMailbox,
    addSharedMailbox: ({ address, name, delegates }) =>
      void users.add({ login: address, name, delegates, kind: 'shared' }),
    configure: ({ fault, ...patch }: SettingsPatch) => {
      Object.assign(settings, patch);
      if (fault !== undefined) {
        const faults = fault === null ? [] : Array.isArray(fault) ? fault : [fault];
        settings.faults = faults.map((one) => ({ ...one }));
      }
    },
    addUser: (user) => void users.add(user),
    setUser: users.patch,
    revokeUser: async (login) => store.revokeAccount(accountId(login)),
    expireAccessTokens: async (login) =>
      store.expireAccessTokens(login === undefined ? undefined : accountId(login)),
    mint: (request) => mintGrants(request, { ...deps, clientId: clients.confidential.clientId }),
    stats: () => ({ ...deps.stats }),
  };
}

function addServiceAccount(account: SandboxServiceAccount, { accounts, clients }: HandleDeps): void {
  accounts.add(account);
  clients.addServiceAccount(account.clientId);
}

function createServiceAccount(
  options: { clientEmail?: string; delegations?: Record<string, string[]> },
  deps: HandleDeps,
) {
  const { file, account } = createServiceAccountKey({ ...options, tokenUri: `${deps.origin}/token` });
  addServiceAccount(account, deps);
  deps.remember(file.private_key);
  // One line of the key is found in places where its line breaks are written differently.
  deps.remember(file.private_key.split('\n')[1] ?? file.private_key);
  return file;
}

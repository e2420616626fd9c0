// OAuth clients as a provider's console holds them: redirect URIs compared byte for byte, several secrets and
// certificates at once, the directories where a client is known. Checking what a caller presents is client-auth.ts.
import { createPublicKey, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import type { SandboxProvider } from './types.ts';
import { guidFor } from './users.ts';

/** `expiresAt` in milliseconds since 1970; null or absent: never. */
export type ClientSecret = { value: string; expiresAt?: number | null };
export type ClientCertificate = { publicKeyPem: string } | { certificatePem: string };

export type SandboxClient = {
  clientId: string;
  /** The first of `secrets`, for clients that have one. */
  clientSecret?: string;
  redirectUris: string[];
  secrets?: ClientSecret[];
  certificates?: ClientCertificate[];
  /** Entra: `public` is a registration that must not send a secret. Default `web`. */
  kind?: 'web' | 'public';
  /** Entra: whether other directories than `homeTenant` may use it. Default true. */
  isMultiTenant?: boolean;
  /** Entra: id or domain of the directory that registered it. Default `contoso.test`. */
  homeTenant?: string;
  /** Entra: roles by directory (id or domain). A key alone makes the client known there. */
  applicationPermissions?: Record<string, string[]>;
  /** Entra: roles that an administrator grants by consenting to `<resource>/.default`. */
  requestedApplicationPermissions?: string[];
  /** Google: the Workspace domain of an Internal app, which `org_internal` lets through. */
  organization?: string;
};

export const CLIENT_POLICIES = [
  'admin_policy_enforced',
  'access_denied_unverified',
  'rate_limit_exceeded',
  'org_internal',
  'disallowed_useragent',
] as const;
/** Why Google's own page stops a person at this client. */
export type ClientPolicy = (typeof CLIENT_POLICIES)[number];

export type ClientKey = { publicKey: KeyObject; certificate: X509Certificate | undefined };

export type RegisteredClient = {
  clientId: string;
  redirectUris: string[];
  secrets: ClientSecret[];
  keys: ClientKey[];
  kind: 'web' | 'public' | 'service_account' | 'introspection';
  isMultiTenant: boolean;
  homeTenant: string;
  applicationPermissions: Record<string, string[]>;
  requestedApplicationPermissions: string[];
  organization: string | undefined;
  policy: ClientPolicy | null;
  /** What the engine takes for the secret. The front has checked the real credentials by then. */
  engineSecret: string;
};

export type ClientRegistry = ReturnType<typeof createClientRegistry>;

export const INTROSPECTION_CLIENT_ID = 'dovecot';

/** The engine allows no code grant without a redirect URI. Nobody gets this far with one that is not registered. */
const NOWHERE = 'https://unregistered.invalid/';

export function createClientRegistry(provider: SandboxProvider, remember: (secret: string) => void) {
  const clients = new Map<string, RegisteredClient>();
  const deleted = new Set<string>();

  function store(client: SandboxClient, kind: RegisteredClient['kind']): RegisteredClient {
    const secrets = secretsOf(client);
    for (const { value } of secrets) remember(value);
    const stored: RegisteredClient = {
      clientId: client.clientId,
      redirectUris: [...client.redirectUris],
      secrets,
      keys: (client.certificates ?? []).map(readCertificate),
      kind,
      isMultiTenant: client.isMultiTenant ?? true,
      homeTenant: client.homeTenant ?? 'contoso.test',
      applicationPermissions: structuredClone(client.applicationPermissions ?? {}),
      requestedApplicationPermissions: [...(client.requestedApplicationPermissions ?? [])],
      organization: client.organization,
      policy: null,
      engineSecret: kind === 'introspection' ? (secrets[0]?.value ?? '') : randomBytes(32).toString('hex'),
    };
    clients.set(client.clientId, stored);
    deleted.delete(client.clientId);
    return stored;
  }

  function get(clientId: string): RegisteredClient {
    const client = clients.get(clientId);
    if (client === undefined) throw new Error(`the ${provider} sandbox knows no client ${clientId}`);
    return client;
  }

  const confidential = {
    clientId: provider === 'google' ? '100200300400-sandbox.apps.example.test' : guidFor('sandbox client'),
    clientSecret: `${provider}-secret-${randomBytes(18).toString('base64url')}`,
  };
  const introspection = {
    clientId: INTROSPECTION_CLIENT_ID,
    clientSecret: `introspection-${randomBytes(18).toString('hex')}`,
  };
  store({ ...confidential, redirectUris: [] }, 'web');
  store({ ...introspection, redirectUris: [] }, 'introspection');

  return {
    confidential,
    introspection,
    get,
    find: (clientId: string) => clients.get(clientId),
    wasDeleted: (clientId: string) => deleted.has(clientId),
    add: (client: SandboxClient) => store(client, client.kind ?? 'web'),
    /** Tokens of a service account name it as their client; it can do nothing else that clients do. */
    addServiceAccount: (clientId: string) => store({ clientId, redirectUris: [] }, 'service_account'),
    addRedirectUri(uri: string, clientId = confidential.clientId): void {
      const client = get(clientId);
      if (!client.redirectUris.includes(uri)) client.redirectUris.push(uri);
    },
    setSecrets(clientId: string, secrets: ClientSecret[]): void {
      const copies = secrets.map((secret) => ({ ...secret }));
      for (const { value } of copies) remember(value);
      get(clientId).secrets = copies;
    },
    expireSecret(value: string): void {
      const found = [...clients.values()]
        .flatMap(({ secrets }) => secrets)
        .filter((one) => one.value === value);
      if (found.length === 0) throw new Error(`the ${provider} sandbox knows no such secret`);
      for (const secret of found) secret.expiresAt = Date.now() - 1;
    },
    remove(clientId: string): void {
      get(clientId);
      clients.delete(clientId);
      deleted.add(clientId);
    },
    setPolicy(clientId: string, policy: ClientPolicy | null): void {
      get(clientId).policy = policy;
    },
    /** Client metadata as the engine wants it, or undefined. */
    metadata(clientId: string) {
      const client = clients.get(clientId);
      if (client === undefined) return undefined;
      const isLoginClient = client.kind === 'web' || client.kind === 'public';
      const redirectUris = client.redirectUris.length > 0 ? client.redirectUris : [NOWHERE];
      return {
        client_id: clientId,
        client_secret: client.engineSecret,
        redirect_uris: isLoginClient ? redirectUris : [],
        grant_types: isLoginClient ? ['authorization_code', 'refresh_token'] : [],
        response_types: isLoginClient ? (['code'] as const) : [],
        token_endpoint_auth_method: 'client_secret_post' as const,
      };
    },
  };
}

function secretsOf({ clientSecret, secrets = [] }: SandboxClient): ClientSecret[] {
  const rest = secrets.filter(({ value }) => value !== clientSecret).map((secret) => ({ ...secret }));
  if (clientSecret === undefined) return rest;
  return [secrets.find(({ value }) => value === clientSecret) ?? { value: clientSecret }, ...rest];
}

function readCertificate(registered: ClientCertificate): ClientKey {
  if ('publicKeyPem' in registered) {
    return { publicKey: createPublicKey(registered.publicKeyPem), certificate: undefined };
  }
  const certificate = new X509Certificate(registered.certificatePem);
  return { publicKey: certificate.publicKey, certificate };
}

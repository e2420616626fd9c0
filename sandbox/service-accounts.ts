// Google's service accounts with domain-wide delegation: who they are, which scopes which Workspace domain gives
// them, and the key file a console hands out. The grant itself is google-jwt-bearer.ts.
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomInt,
  randomUUID,
} from 'node:crypto';

export type SandboxServiceAccount = {
  clientEmail: string;
  /** The numeric id an administrator enters under domain-wide delegation. */
  clientId: string;
  publicKeyPem: string;
  privateKeyId: string;
  /** Scopes by Workspace domain. */
  delegations: Record<string, string[]>;
};

/** What the console saves as a JSON file. */
export type ServiceAccountKeyFile = {
  type: 'service_account';
  project_id: string;
  private_key_id: string;
  private_key: string;
  client_email: string;
  client_id: string;
  auth_uri: string;
  token_uri: string;
  universe_domain: string;
};

export type RegisteredServiceAccount = SandboxServiceAccount & { publicKey: KeyObject };
export type ServiceAccountRegistry = ReturnType<typeof createServiceAccountRegistry>;

export function createServiceAccountRegistry() {
  const accounts = new Map<string, RegisteredServiceAccount>();
  return {
    add(account: SandboxServiceAccount): void {
      if (!/^\d+$/.test(account.clientId)) throw new Error('the client id of a service account is numeric');
      const publicKey = createPublicKey(account.publicKeyPem);
      accounts.set(account.clientId, { ...structuredClone(account), publicKey });
    },
    remove: (clientId: string) => accounts.delete(clientId),
    find: (issuer: string) =>
      accounts.get(issuer) ?? [...accounts.values()].find(({ clientEmail }) => clientEmail === issuer),
  };
}

/** A new key pair as the console makes it: the file for the program, the rest for `addServiceAccount`. */
export function createServiceAccountKey(options: {
  tokenUri: string;
  clientEmail?: string;
  delegations?: Record<string, string[]>;
}): { file: ServiceAccountKeyFile; account: SandboxServiceAccount } {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const privateKeyId = createHash('sha1').update(publicKeyPem).digest('hex');
  const project = `sandbox-${randomUUID().slice(0, 8)}`;
  const clientEmail = options.clientEmail ?? `mail@${project}.iam.example.test`;
  const clientId = `1${Array.from({ length: 20 }, () => randomInt(10)).join('')}`;
  const { delegations = {} } = options;
  return {
    account: { clientEmail, clientId, publicKeyPem, privateKeyId, delegations },
    file: {
      type: 'service_account',
      project_id: project,
      private_key_id: privateKeyId,
      private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      client_email: clientEmail,
      client_id: clientId,
      auth_uri: new URL('/o/oauth2/auth', options.tokenUri).href,
      token_uri: options.tokenUri,
      universe_domain: 'example.test',
    },
  };
}

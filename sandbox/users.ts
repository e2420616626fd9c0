// The people who have mailboxes here. There are no passwords: picking a name on the sign-in page is the login.
import { createHash } from 'node:crypto';
import type { SandboxProvider } from './types.ts';

/** Tenant id that Entra uses for every personal account. */
export const CONSUMER_TENANT_ID = '9188040d-6c67-4c5b-b112-36a304b66dad';

export type SandboxUser = {
  login: string;
  /** Stable subject: Google `sub`, Entra `oid`. */
  id: string;
  /** Absent: no name claims at all. */
  name: string | undefined;
  /** Google Workspace domain, `hd`. */
  hostedDomain: string | undefined;
  /** Entra home tenant. */
  tenantId: string | undefined;
  /** Whether ID tokens and userinfo carry `email`. */
  emailClaim: boolean;
  /** `missing`: the account exists, the mail service does not. */
  mailbox: 'ready' | 'missing';
  imapDisabled: boolean;
  smtpAuthDisabled: boolean;
  /** A disabled account can neither sign in nor refresh. */
  disabled: boolean;
  /** Further addresses of the same mailbox. */
  aliases: string[];
  /** Google: addresses of other mailboxes that it may write as, verified but not its own. */
  sendsAs: string[];
  /** Entra: may consent for the whole directory. */
  isAdministrator: boolean;
  /** `shared`: a mailbox without a sign-in of its own, opened by its delegates. */
  kind: 'person' | 'shared';
  /** Logins that may open this mailbox with their own tokens. */
  delegates: string[];
};

/** Whether that account can be picked on a sign-in page. */
export function canSignIn(user: SandboxUser): boolean {
  return !user.disabled && user.kind === 'person';
}

export type UserDirectory = ReturnType<typeof createUserDirectory>;

const SEED: Record<SandboxProvider, (Partial<SandboxUser> & { login: string })[]> = {
  google: [
    { login: 'alice@gmail.test', name: 'Alice Example' },
    { login: 'carol@gmail.test', name: 'Carol Example' },
    { login: 'bob@corp.test', name: 'Bob Corp', hostedDomain: 'corp.test' },
    { login: 'gina@corp.test', name: 'Gina Corp', hostedDomain: 'corp.test' },
  ],
  microsoft: [
    { login: 'erin@contoso.test', name: 'Erin Contoso' },
    { login: 'frank@contoso.test', name: 'Frank Contoso' },
    { login: 'admin@contoso.test', name: 'Ada Contoso', isAdministrator: true },
    { login: 'dave@outlook.test', name: 'Dave Outlook', tenantId: CONSUMER_TENANT_ID },
  ],
};

export function createUserDirectory(provider: SandboxProvider) {
  const users = new Map<string, SandboxUser>();
  const byId = new Map<string, SandboxUser>();
  const tenants = new Set<string>();
  const tenantsByDomain = new Map<string, string>();

  function add(user: Partial<SandboxUser> & { login: string }): SandboxUser {
    const login = user.login.toLowerCase();
    const domain = login.split('@')[1] ?? '';
    const complete: SandboxUser = {
      id: provider === 'google' ? numericId(login) : guidFor(`oid ${login}`),
      name: undefined,
      hostedDomain: undefined,
      tenantId: provider === 'microsoft' ? guidFor(`tenant ${domain}`) : undefined,
      emailClaim: true,
      mailbox: 'ready',
      imapDisabled: false,
      smtpAuthDisabled: false,
      disabled: false,
      aliases: [],
      sendsAs: [],
      isAdministrator: false,
      kind: 'person',
      delegates: [],
      ...user,
      login,
    };
    users.set(login, complete);
    byId.set(complete.id, complete);
    noteTenant(complete);
    return complete;
  }

  function noteTenant({ login, tenantId }: SandboxUser): void {
    if (tenantId === undefined) return;
    tenants.add(tenantId);
    if (tenantId !== CONSUMER_TENANT_ID) tenantsByDomain.set(login.split('@')[1] ?? '', tenantId);
  }

  for (const user of SEED[provider]) add(user);

  return {
    add,
    all: () => [...users.values()],
    byLogin: (login: string) => users.get(login.toLowerCase()),
    byId: (id: string) => byId.get(id),
    hasTenant: (tenantId: string) => tenants.has(tenantId),
    tenantOfDomain: (domain: string) => tenantsByDomain.get(domain),
    patch(login: string, patch: Partial<Omit<SandboxUser, 'login'>>): void {
      const user = users.get(login.toLowerCase());
      if (user === undefined) throw new Error(`the ${provider} sandbox knows no user ${login}`);
      Object.assign(user, patch);
      noteTenant(user);
    },
  };
}

/** The same name gives the same GUID in every run, so that expectations can be written down. */
export function guidFor(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function numericId(name: string): string {
  const digest = createHash('sha256').update(name).digest();
  return `1${digest.readBigUInt64BE(0).toString().padStart(20, '0')}`;
}

// The permissions of Entra's two mail resources, how a request names them, and which resource a name belongs to.
import { splitScope } from './dialect.ts';

export const OUTLOOK_RESOURCE = 'https://outlook.office.com';
export const GRAPH_RESOURCE = 'https://graph.microsoft.com';

/** Stands in for `offline_access` inside the engine, which would drop that scope unless prompt=consent. */
export const MAINTAIN_ACCESS = 'maintain_access';

export const IDENTITY = ['openid', 'profile', 'email'];
const OUTLOOK = ['IMAP.AccessAsUser.All', 'POP.AccessAsUser.All', 'SMTP.Send'];
const GRAPH = [
  'User.Read',
  'Mail.Read',
  'Mail.ReadWrite',
  'Mail.Send',
  'Mail.Read.Shared',
  'Mail.ReadWrite.Shared',
  'Mail.Send.Shared',
];
const RESOURCE_SCOPES = [
  ...OUTLOOK.map((name) => `${OUTLOOK_RESOURCE}/${name}`),
  ...GRAPH.map((name) => `${GRAPH_RESOURCE}/${name}`),
];
export const SCOPES = [...IDENTITY, MAINTAIN_ACCESS, ...RESOURCE_SCOPES];
const BY_LOWER_CASE = new Map(SCOPES.map((scope) => [scope.toLowerCase(), scope]));

const EXCHANGE_ROLES = ['IMAP.AccessAsApp', 'POP.AccessAsApp', 'SMTP.SendAsApp', 'full_access_as_app'];

/** Whose roles a `<resource>/.default` asks for. Exchange answers to several names, with one audience each. */
const DEFAULT_RESOURCES = new Map<string, 'exchange' | 'graph'>([
  [OUTLOOK_RESOURCE, 'exchange'],
  ['https://outlook.office365.com', 'exchange'],
  ['https://ps.outlook.com', 'exchange'],
  [GRAPH_RESOURCE, 'graph'],
]);

/** The resource a scope belongs to; undefined for identity scopes. */
export function resourceOf(scope: string): string | undefined {
  return [OUTLOOK_RESOURCE, GRAPH_RESOURCE].find((resource) => scope.startsWith(`${resource}/`));
}

/** Entra compares without regard to case and takes a bare name for a Graph scope. */
export function normalizeScopes(scope: string | null): { known: string[]; unknown: string[] } {
  const known = new Set<string>();
  const unknown: string[] = [];
  for (const name of splitScope(scope)) {
    const lower = name.toLowerCase();
    const match =
      lower === 'offline_access' || lower === `${GRAPH_RESOURCE}/offline_access`
        ? MAINTAIN_ACCESS
        : (BY_LOWER_CASE.get(lower) ?? BY_LOWER_CASE.get(`${GRAPH_RESOURCE}/${lower}`));
    if (match === undefined) unknown.push(name);
    else known.add(match);
  }
  return { known: [...known], unknown };
}

/** `https://resource/.default` read apart. `ownsRole` tells the roles of that resource from others. */
export function readDefaultScope(scope: string) {
  const audience = /^(https:\/\/[^/]+)\/+\.default$/i.exec(scope)?.[1]?.toLowerCase();
  const kind = audience === undefined ? undefined : DEFAULT_RESOURCES.get(audience);
  if (audience === undefined || kind === undefined) return undefined;
  const resource = kind === 'exchange' ? OUTLOOK_RESOURCE : GRAPH_RESOURCE;
  return {
    audience,
    scopes: RESOURCE_SCOPES.filter((name) => resourceOf(name) === resource),
    ownsRole: (role: string) => EXCHANGE_ROLES.includes(role) === (kind === 'exchange'),
  };
}

/** What an administrator is asked for: named scopes, whole resources, or both. */
export function readAdminScopes(scope: string | null) {
  const names = splitScope(scope);
  const defaults = names.flatMap((name) => readDefaultScope(name) ?? []);
  const named = names.filter((name) => readDefaultScope(name) === undefined);
  const { known, unknown } = normalizeScopes(named.join(' '));
  return {
    unknown,
    /** As they are told to client and administrator. */
    shown: [
      ...known.map((name) => (name === MAINTAIN_ACCESS ? 'offline_access' : name)),
      ...defaults.map(({ audience }) => `${audience}/.default`),
    ],
    /** As the engine knows them. */
    scopes: [...known, ...defaults.flatMap((one) => one.scopes)],
    ownsRole: (role: string) => defaults.some(({ ownsRole }) => ownsRole(role)),
  };
}

export type AdminScopes = ReturnType<typeof readAdminScopes>;

// What each scope allows, grouped by what it is about, for whoever makes a key.
import type { ApiKeyScope } from '../../api/session.ts';

/** `all` is a choice of its own and in no group. */
type GroupedScope = Exclude<ApiKeyScope, 'all'>;

const meanings = {
  'mailboxes:read': 'See mailboxes, their status and their reads',
  'mailboxes:create': 'Connect mailboxes without a sign-in, import tokens',
  'mailboxes:update': 'Change, verify, diagnose, switch on and off',
  'mailboxes:delete': 'Disconnect mailboxes',
  'tokens:read': 'Read access tokens: whoever has this opens every mailbox',
  'connect_sessions:read': 'See connect sessions',
  'connect_sessions:create': 'Make, cancel and confirm connect sessions, make customer links',
  'events:read': 'See what happened',
  'webhooks:read': 'See endpoints and deliveries',
  'webhooks:create': 'Make endpoints',
  'webhooks:update': 'Change and try endpoints, send again, make new secrets',
  'webhooks:delete': 'Delete endpoints',
  'oauth_clients:read': 'See OAuth clients, without their credentials',
  'oauth_clients:create': 'Add OAuth clients',
  'oauth_clients:update': 'Change OAuth clients, enter credentials, examine',
  'oauth_clients:delete': 'Delete OAuth clients',
  'api_keys:read': 'See API keys, without their text',
  'api_keys:create': 'Make API keys, with no more scopes than this one has',
  'api_keys:delete': 'Revoke API keys',
  'audit:read': 'Read the audit log',
  'settings:update': 'See and change settings, take customer links back',
  'people:read': 'Tell everything that is held of a person',
  'people:delete': 'Forget a person',
  'workspaces:manage': 'Make, rename and delete workspaces',
  'installation:read': 'See the state of the installation',
  'installation:update': 'Lift blocks, close breakers, seal anew',
  'accounts:read': 'See accounts',
  'accounts:create': 'Make accounts',
  'accounts:update': 'Change accounts',
  'accounts:delete': 'Delete accounts',
} as const satisfies Record<GroupedScope, string>;

const groupOf = {
  mailboxes: 'Mailboxes and tokens',
  tokens: 'Mailboxes and tokens',
  connect_sessions: 'Connecting',
  events: 'Events and webhooks',
  webhooks: 'Events and webhooks',
  oauth_clients: 'OAuth clients',
  api_keys: 'API keys',
  audit: 'Workspace',
  settings: 'Workspace',
  people: 'People',
  workspaces: 'Installation',
  installation: 'Installation',
  accounts: 'Programs written for Instantly',
} as const;

const isGrouped = (text: string): text is GroupedScope => Object.hasOwn(meanings, text);
const isNoun = (text: string): text is keyof typeof groupOf => Object.hasOwn(groupOf, text);

const titleOf = (scope: GroupedScope): string => {
  const noun = scope.split(':')[0] ?? '';
  return isNoun(noun) ? groupOf[noun] : noun;
};

export type ScopeGroup = { title: string; scopes: readonly { scope: GroupedScope; meaning: string }[] };

export const scopeGroups: readonly ScopeGroup[] = [
  ...Map.groupBy(Object.keys(meanings).filter(isGrouped), titleOf),
].map(([title, scopes]) => ({
  title,
  scopes: scopes.map((scope) => ({ scope, meaning: meanings[scope] })),
}));

/** Usual keys, so that nobody gives more than is needed for want of time. */
export const scopePresets = [
  {
    label: 'Reads tokens',
    scopes: ['mailboxes:read', 'tokens:read'],
  },
  {
    label: 'Connects mailboxes',
    scopes: ['connect_sessions:read', 'connect_sessions:create', 'mailboxes:read', 'events:read'],
  },
  {
    label: 'Only looks',
    scopes: [
      'mailboxes:read',
      'connect_sessions:read',
      'events:read',
      'webhooks:read',
      'oauth_clients:read',
      'audit:read',
    ],
  },
] as const satisfies readonly { label: string; scopes: readonly GroupedScope[] }[];

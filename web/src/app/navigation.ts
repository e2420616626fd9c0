// What the side bar offers, and to whom. A further page is an entry here and one in routes.ts.
import {
  IconBuilding,
  IconFingerprint,
  IconGauge,
  IconHistory,
  IconInbox,
  IconKey,
  IconLink,
  IconPlugConnected,
  IconServer2,
  IconSettings,
  IconShieldLock,
  IconUsers,
  IconWebhook,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ApiKeyScope } from '../api/session.ts';

export type NavigationEntry = {
  path: string;
  label: string;
  icon: TablerIcon;
  /** Left out when the key may not even look. */
  scope?: ApiKeyScope;
  /** Only for keys of the installation. */
  isInstallationOnly?: boolean;
};

export type NavigationSection = { title: string; entries: readonly NavigationEntry[] };

export const navigation: readonly NavigationSection[] = [
  {
    title: 'Mail',
    entries: [
      { path: '/', label: 'Overview', icon: IconGauge, scope: 'mailboxes:read' },
      { path: '/mailboxes', label: 'Mailboxes', icon: IconInbox, scope: 'mailboxes:read' },
      {
        path: '/connect',
        label: 'Connect a mailbox',
        icon: IconPlugConnected,
        scope: 'connect_sessions:create',
      },
      {
        path: '/connect-sessions',
        label: 'Connect sessions',
        icon: IconLink,
        scope: 'connect_sessions:read',
      },
      { path: '/customers', label: 'Customers', icon: IconUsers, scope: 'mailboxes:read' },
    ],
  },
  {
    title: 'Workspace',
    entries: [
      { path: '/oauth-clients', label: 'OAuth clients', icon: IconShieldLock, scope: 'oauth_clients:read' },
      { path: '/webhooks', label: 'Webhooks', icon: IconWebhook, scope: 'webhooks:read' },
      { path: '/api-keys', label: 'API keys', icon: IconKey, scope: 'api_keys:read' },
      { path: '/audit', label: 'Audit log', icon: IconHistory, scope: 'audit:read' },
      { path: '/people', label: 'People', icon: IconFingerprint, scope: 'people:read' },
      { path: '/settings', label: 'Settings', icon: IconSettings, scope: 'settings:update' },
    ],
  },
  {
    title: 'Installation',
    entries: [
      {
        path: '/installation',
        label: 'Installation',
        icon: IconServer2,
        scope: 'installation:read',
        isInstallationOnly: true,
      },
      {
        path: '/workspaces',
        label: 'Workspaces',
        icon: IconBuilding,
        scope: 'workspaces:manage',
        isInstallationOnly: true,
      },
    ],
  },
];

/** What a page of this address is called, and which scope it needs; undefined for pages that are in no list. */
export function entryOf(path: string): NavigationEntry | undefined {
  const [, first = ''] = path.split('/');
  return navigation.flatMap(({ entries }) => entries).find((entry) => entry.path === `/${first}`);
}

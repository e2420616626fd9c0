// What the side bar offers, and to whom. A further page is an entry here and one in routes.ts.
import {
  IconGauge,
  IconInbox,
  IconLink,
  IconPlugConnected,
  IconUsers,
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
      { path: '/', label: 'Overview', icon: IconGauge },
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
];

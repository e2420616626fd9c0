// Every page of the console and where it lives. Each is loaded when it is first visited. The order matters: the
// first path that fits wins.
import type { ComponentType } from 'react';
import { lazyPage } from './lazy-page.ts';

export type PageRoute = {
  /** As wouter writes paths: `:name` is a parameter. */
  path: string;
  page: ComponentType;
  /** False for pages that also make sense without a workspace, for keys of the installation. */
  needsWorkspace: boolean;
};

export const routes: readonly PageRoute[] = [
  {
    path: '/',
    page: lazyPage(() => import('../pages/overview/overview-page.tsx'), 'OverviewPage'),
    needsWorkspace: true,
  },
  {
    path: '/mailboxes',
    page: lazyPage(() => import('../pages/mailboxes/mailboxes-page.tsx'), 'MailboxesPage'),
    needsWorkspace: true,
  },
  {
    path: '/mailboxes/:id',
    page: lazyPage(() => import('../pages/mailbox/mailbox-page.tsx'), 'MailboxPage'),
    needsWorkspace: true,
  },
  {
    path: '/connect',
    page: lazyPage(() => import('../pages/connect/connect-page.tsx'), 'ConnectPage'),
    needsWorkspace: true,
  },
  {
    path: '/connect-sessions',
    page: lazyPage(
      () => import('../pages/connect-sessions/connect-sessions-page.tsx'),
      'ConnectSessionsPage',
    ),
    needsWorkspace: true,
  },
  {
    path: '/connect-sessions/:id',
    page: lazyPage(() => import('../pages/connect-sessions/connect-session-page.tsx'), 'ConnectSessionPage'),
    needsWorkspace: true,
  },
  {
    path: '/customers',
    page: lazyPage(() => import('../pages/customers/customers-page.tsx'), 'CustomersPage'),
    needsWorkspace: true,
  },
  {
    path: '/oauth-clients',
    page: lazyPage(() => import('../pages/oauth-clients/oauth-clients-page.tsx'), 'OAuthClientsPage'),
    needsWorkspace: false,
  },
  {
    path: '/oauth-clients/new',
    page: lazyPage(() => import('../pages/oauth-clients/new-client-page.tsx'), 'NewOAuthClientPage'),
    needsWorkspace: false,
  },
  {
    path: '/oauth-clients/:id',
    page: lazyPage(() => import('../pages/oauth-clients/oauth-client-page.tsx'), 'OAuthClientPage'),
    needsWorkspace: false,
  },
  {
    path: '/webhooks',
    page: lazyPage(() => import('../pages/webhooks/webhooks-page.tsx'), 'WebhooksPage'),
    needsWorkspace: false,
  },
  {
    path: '/webhooks/deliveries',
    page: lazyPage(() => import('../pages/webhooks/deliveries-page.tsx'), 'WebhookDeliveriesPage'),
    needsWorkspace: false,
  },
  {
    path: '/webhooks/deliveries/:id',
    page: lazyPage(() => import('../pages/webhooks/delivery-page.tsx'), 'WebhookDeliveryPage'),
    needsWorkspace: false,
  },
  {
    path: '/webhooks/:id',
    page: lazyPage(() => import('../pages/webhooks/endpoint-page.tsx'), 'WebhookEndpointPage'),
    needsWorkspace: false,
  },
  {
    path: '/api-keys',
    page: lazyPage(() => import('../pages/api-keys/api-keys-page.tsx'), 'ApiKeysPage'),
    needsWorkspace: false,
  },
  {
    path: '/audit',
    page: lazyPage(() => import('../pages/audit/audit-page.tsx'), 'AuditPage'),
    needsWorkspace: false,
  },
  {
    path: '/settings',
    page: lazyPage(() => import('../pages/settings/settings-page.tsx'), 'SettingsPage'),
    needsWorkspace: true,
  },
  {
    path: '/people',
    page: lazyPage(() => import('../pages/people/people-page.tsx'), 'PeoplePage'),
    needsWorkspace: true,
  },
  {
    path: '/workspaces',
    page: lazyPage(() => import('../pages/workspaces/workspaces-page.tsx'), 'WorkspacesPage'),
    needsWorkspace: false,
  },
  {
    path: '/installation',
    page: lazyPage(() => import('../pages/installation/installation-page.tsx'), 'InstallationPage'),
    needsWorkspace: false,
  },
];

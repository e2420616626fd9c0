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
];

// The order in which the pages are offered. test/packages/docs-site.test.ts holds it against the files there are.
import type { DefaultTheme } from 'vitepress';
import type { Page } from '../../scripts/site/api-pages.ts';

type Entry = readonly [text: string, page: string];
type Part = { text: string; entries: readonly Entry[] };

export const guide: readonly Part[] = [
  {
    text: 'Begin',
    entries: [
      ['What Mailgrant is', 'concepts'],
      ['Quick start', 'quickstart'],
      ['Install', 'install'],
    ],
  },
  {
    text: 'Connect mailboxes',
    entries: [
      ['Google', 'guides/google'],
      ['Google service account', 'guides/google-service-account'],
      ['Microsoft', 'guides/microsoft'],
      ['Microsoft without people', 'guides/microsoft-app-only'],
      ['Consent that can wait', 'consent'],
      ['Under your own name', 'white-label'],
    ],
  },
  {
    text: 'Use it',
    entries: [
      ['Client library', 'sdk'],
      ['Command line', 'command-line'],
      ['Console', 'console'],
      ['Webhooks', 'webhooks'],
      ['Webhook events', 'webhook-events'],
      ['Verdicts', 'verdicts'],
      ['Errors', 'errors/README'],
      ['Failures from the field', 'field-failures'],
    ],
  },
  {
    text: 'Come from elsewhere',
    entries: [
      ['Instantly', 'surfaces/instantly'],
      ['Smartlead', 'surfaces/smartlead'],
      ['Warmy', 'surfaces/warmy'],
      ['EmailEngine', 'surfaces/emailengine'],
    ],
  },
  {
    text: 'Operate',
    entries: [
      ['Overview and sizing', 'operations'],
      ['Configuration', 'configuration'],
      ['Life of a process', 'operations/life'],
      ['Observability', 'operations/observability'],
      ['PostgreSQL', 'operations/postgres'],
      ['Backup and restore', 'operations/backup'],
      ['Moving', 'operations/moving'],
      ['Providers', 'operations/providers'],
      ['Endpoint table', 'endpoints'],
    ],
  },
  {
    text: 'Trust',
    entries: [
      ['Security and threat model', 'security'],
      ['Custody of secrets', 'secret-custody'],
      ['Privacy', 'privacy'],
    ],
  },
  {
    text: 'The project',
    entries: [
      ['Architecture', 'project/architecture'],
      ['Decisions', 'adr/README'],
      ['Development', 'development'],
      ['Contributing', 'project/contributing'],
      ['Benchmarks', 'project/benchmarks'],
      ['Sandbox', 'project/sandbox'],
      ['Changelog', 'project/changelog'],
    ],
  },
];

export function navigation(version: string): DefaultTheme.NavItem[] {
  return [
    { text: 'Quick start', link: '/quickstart' },
    { text: 'Guide', link: '/concepts', activeMatch: '^/(?!api/|quickstart)' },
    { text: 'API', link: '/api/', activeMatch: '^/api/' },
    { text: version, link: '/project/changelog' },
  ];
}

export function sidebar(pages: readonly Page[]): DefaultTheme.Sidebar {
  const groups = [...new Set(pages.map(({ group }) => group))];
  return {
    '/': guide.map(({ text, entries }) => ({
      text,
      items: entries.map(([title, page]) => ({ text: title, link: `/${page}` })),
    })),
    '/api/': [
      {
        text: 'API reference',
        items: [
          { text: 'All operations', link: '/api/' },
          { text: 'Objects', link: '/api/objects' },
        ],
      },
      ...groups.map((group) => ({
        text: group,
        collapsed: true,
        items: pages
          .filter((page) => page.group === group)
          .map(({ slug, title }) => ({ text: title, link: `/api/${slug}` })),
      })),
    ],
  };
}

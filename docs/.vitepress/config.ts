// The documentation as a site: `npm run docs`. Pages fetch nothing from elsewhere: fonts are the system's, and the
// search runs over an index that is built with them. A dead link ends the build.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { operationPages } from '../../scripts/site/api-pages.ts';
import { parseDocument } from '../../scripts/site/document.ts';
import { leadLinks } from './leading.ts';
import { navigation, sidebar } from './navigation.ts';

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
const pages = operationPages(parseDocument(read('../openapi.json')));
const { version } = JSON.parse(read('../../package.json'));

export default defineConfig({
  lang: 'en',
  title: 'Mailgrant',
  description:
    'Gmail and Outlook mailboxes over OAuth 2.0, self-hosted: grants kept alive, access tokens that work.',
  base: process.env.MAILGRANT_SITE_BASE ?? '/',
  outDir: '../site',
  cacheDir: '../node_modules/.cache/vitepress',
  cleanUrls: false,
  lastUpdated: false,
  metaChunk: true,
  head: [
    [
      'link',
      { rel: 'icon', href: `${process.env.MAILGRANT_SITE_BASE ?? '/'}mark.svg`, type: 'image/svg+xml' },
    ],
  ],
  markdown: {
    config: leadLinks,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    logo: '/mark.svg',
    nav: navigation(version),
    sidebar: sidebar(pages),
    outline: { level: [2, 3] },
    search: { provider: 'local' },
    docFooter: { prev: 'Before', next: 'Next' },
    footer: { message: 'Apache-2.0. Gmail, Google, Outlook and Microsoft are marks of their owners.' },
  },
});

// Where links of the documentation lead on the site. In the repository a page may link to any file; the site has the
// pages below docs/ and some files from above it. Everything else is source: a link to the repository, if its address
// is known (MAILGRANT_SITE_REPOSITORY_URL), or else its path as text.
import { posix } from 'node:path';

/** Files outside of docs/ that have a page on the site, and the page's name below project/. */
export const projectPages = {
  'ARCHITECTURE.md': 'architecture',
  'CHANGELOG.md': 'changelog',
  'CONTRIBUTING.md': 'contributing',
  'SECURITY.md': 'security-policy',
  'bench/README.md': 'benchmarks',
  'README.md': 'readme',
  'sdk/README.md': 'sdk-package',
  'sandbox/README.md': 'sandbox',
} as const satisfies Record<string, string>;

/** The link to use, or null for a file that has no page. */
export type Link = { href: string } | { path: string };

/** `from`: the file that holds the link, `href`: as it is written there. */
export function siteLink(from: string, href: string): Link {
  if (/^([a-z][a-z+.-]*:|\/|#)/i.test(href)) return { href };
  const [target = '', fragment] = href.split('#');
  const file = posix.normalize(posix.join(posix.dirname(from), target));
  // In the repository the document; here the page of the operation that the fragment names.
  if (file === 'docs/openapi.json') return { href: `/api/${fragment ?? 'index'}.md` };
  const hash = fragment === undefined ? '' : `#${fragment}`;
  const page = pageOf(file);
  return page === null ? { path: file } : { href: `${page}${hash}` };
}

/** The file of the repository that a page of the site shows. `page`: below docs/, as VitePress names it. */
export function sourceOf(page: string): string {
  const found = Object.entries(projectPages).find(([, name]) => page === `project/${name}.md`);
  return found === undefined ? `docs/${page}` : found[0];
}

function pageOf(file: string): string | null {
  const project = Object.entries(projectPages).find(([path]) => path === file);
  if (project !== undefined) return `/project/${project[1]}.md`;
  if (!file.startsWith('docs/') || !file.endsWith('.md')) return null;
  return file.slice('docs'.length);
}

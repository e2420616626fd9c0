// Leads the links of a page to where they are on the site. Where that is: scripts/site/links.ts.
import type { MarkdownOptions } from 'vitepress';
import { siteLink, sourceOf } from '../../scripts/site/links.ts';

const repository = process.env.MAILGRANT_SITE_REPOSITORY_URL?.replace(/\/$/, '');

/** Before VitePress makes its own of the links, so that it checks them. */
export const leadLinks: NonNullable<MarkdownOptions['config']> = (markdown) => {
  markdown.core.ruler.push('lead-links', (state) => {
    const from = sourceOf(String(state.env.relativePath ?? ''));
    for (const block of state.tokens) {
      const open: boolean[] = [];
      for (const token of block.children ?? []) {
        if (token.type === 'link_open') {
          const link = siteLink(from, String(token.attrGet('href') ?? ''));
          const href = 'href' in link ? link.href : repository && `${repository}/blob/main/${link.path}`;
          open.push(href !== undefined);
          if (href !== undefined) token.attrSet('href', href);
          else asText(token, 'path' in link ? link.path : '');
        }
        if (token.type === 'link_close' && open.pop() === false) asText(token, '');
      }
    }
    return false;
  });
};

/** A file that has no page and no known address: its name stays, with its path to be read on it. */
function asText(token: { tag: string; type: string; attrs: [string, string][] | null }, path: string): void {
  token.type = token.type === 'link_open' ? 'source_open' : 'source_close';
  token.tag = 'span';
  token.attrs =
    path === ''
      ? null
      : [
          ['class', 'source'],
          ['title', path],
        ];
}

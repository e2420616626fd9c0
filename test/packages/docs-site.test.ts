// The documentation as a site: all of it is there, can be found, leads somewhere, and asks nobody else for anything.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { operationPages } from '../../scripts/site/api-pages.ts';
import { parseDocument } from '../../scripts/site/document.ts';
import { siteLink } from '../../scripts/site/links.ts';
import { root } from './packed.ts';

const docs = join(root, 'docs');
const site = mkdtempSync(join(tmpdir(), 'mailgrant-site-'));
after(() => rmSync(site, { recursive: true, force: true }));

before(() => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/docs.ts', '--outDir', site], {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
});

const filesBelow = (folder: string, form: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => form.test(name));

test('the build has ended well, so no link is dead', () => {
  assert.ok(existsSync(join(site, 'index.html')));
});

test('every page is offered in the navigation, and everything offered is there', () => {
  const listed = [
    ...readFileSync(join(docs, '.vitepress', 'navigation.ts'), 'utf8').matchAll(
      /^ +\['[^']+', '([^']+)'\]/gm,
    ),
  ].map(([, page = '']) => page);
  assert.ok(listed.length > 30);
  assert.deepEqual(
    listed.filter((page) => !existsSync(join(site, `${page}.html`))),
    [],
  );
  // One page for each error, decision and operation is found through its list.
  const pages = filesBelow(docs, /^(?!errors\/|adr\/|api\/|project\/|\.vitepress\/)[\w/-]+\.md$/)
    .map((name) => name.replace(/\.md$/, ''))
    .filter((page) => page !== 'index');
  assert.deepEqual(
    pages.filter((page) => !listed.includes(page)),
    [],
  );
});

test('every operation of the API has a page with its path, an example and its answers', () => {
  const document = parseDocument(readFileSync(join(docs, 'openapi.json'), 'utf8'));
  assert.ok(document.operations.length > 30);
  for (const { slug } of operationPages(document)) {
    const page = readFileSync(join(site, 'api', `${slug}.html`), 'utf8');
    for (const part of ['Example', 'Answers', 'curl']) assert.ok(page.includes(part), `${slug}: ${part}`);
  }
});

test('pages load nothing from elsewhere', () => {
  const outside = filesBelow(site, /\.html$/).flatMap((name) =>
    [
      ...readFileSync(join(site, name), 'utf8').matchAll(
        /<(?:script|img|link|iframe|source|video)\b[^>]*\b(?:src|href)="(?:https?:)?\/\/[^"]*"/g,
      ),
    ].map(([tag]) => `${name}: ${tag}`),
  );
  assert.deepEqual(outside, []);
  const styles = filesBelow(site, /\.css$/).filter((name) =>
    /url\(\s*["']?(?:https?:)?\/\//.test(readFileSync(join(site, name), 'utf8')),
  );
  assert.deepEqual(styles, []);
});

test('links that leave docs/ lead to a page of the site, or are told to be sources', () => {
  assert.deepEqual(siteLink('docs/operations.md', '../bench/README.md'), { href: '/project/benchmarks.md' });
  assert.deepEqual(siteLink('docs/operations/life.md', '../configuration.md#x'), {
    href: '/configuration.md#x',
  });
  assert.deepEqual(siteLink('SECURITY.md', 'docs/secret-custody.md'), { href: '/secret-custody.md' });
  assert.deepEqual(siteLink('docs/install.md', '../deploy/compose/compose.yaml'), {
    path: 'deploy/compose/compose.yaml',
  });
  assert.deepEqual(siteLink('docs/quickstart.md', 'openapi.json#read-token'), { href: '/api/read-token.md' });
  assert.deepEqual(siteLink('docs/console.md', 'openapi.json'), { href: '/api/index.md' });
  assert.deepEqual(siteLink('docs/install.md', 'https://nodejs.org'), { href: 'https://nodejs.org' });
});

// Files of the repository outside of docs/ that are worth a page.
import { existsSync, readFileSync } from 'node:fs';
import { projectPages } from '../../scripts/site/links.ts';

const inRepository = (path: string): URL => new URL(`../../${path}`, import.meta.url);

export default {
  paths: () =>
    Object.entries(projectPages)
      .filter(([path]) => existsSync(inRepository(path)))
      .map(([path, page]) => ({ params: { page }, content: readFileSync(inRepository(path), 'utf8') })),
};

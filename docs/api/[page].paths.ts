// The API reference: one page for each operation of docs/openapi.json, one with all of them, one with the objects.
import { readFileSync } from 'node:fs';
import { indexPage, objectsPage, operationPages } from '../../scripts/site/api-pages.ts';
import { parseDocument } from '../../scripts/site/document.ts';

export default {
  watch: ['../openapi.json'],
  paths() {
    const document = parseDocument(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'));
    return [
      { params: { page: 'index' }, content: indexPage(document) },
      { params: { page: 'objects' }, content: objectsPage(document) },
      ...operationPages(document).map(({ slug, content }) => ({ params: { page: slug }, content })),
    ];
  },
};

// The client as a package in a folder of the test's own, so that tests build it side by side.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildClient } from '../../scripts/build-client.ts';

const sources = fileURLToPath(new URL('../../sdk', import.meta.url));

/** What would be published, ready to be packed or imported. */
export function stageClient(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'README.md', 'LICENSE', 'src']) {
    cpSync(join(sources, name), join(folder, name), { recursive: true });
  }
  buildClient(join(folder, 'dist'));
}

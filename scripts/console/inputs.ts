// What the console is built from, as one hash.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folders = ['web', 'sdk/src'];
/** Versions of the bundler and of what is bundled; and how it is done. */
const files = ['package-lock.json', 'scripts/build-console.ts', 'scripts/console/compress.ts'];
const isLeftOut = (path: string): boolean => /(^|\/)(dist|node_modules|\..*)(\/|$)/.test(path);

/** Null where there are no sources. */
export function hashOfInputs(root: string): string | null {
  if (!existsSync(join(root, 'web', 'vite.config.ts'))) return null;
  const hash = createHash('sha256');
  const add = (path: string): void => {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\n${content.length}\n`).update(content);
  };
  for (const folder of folders) {
    const found = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/'))
      .filter((path) => !isLeftOut(path))
      .sort();
    for (const path of found) add(path);
  }
  for (const path of files) if (existsSync(join(root, path))) add(path);
  return hash.digest('hex');
}

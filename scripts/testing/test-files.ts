// Owns which test files there are and what each needs, read off their imports: nothing to declare, nothing to
// forget.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

export type TestFile = {
  /** Relative to the repository, with forward slashes. */
  name: string;
  path: string;
  /** `mail` also needs the mail servers to itself, so these run one after another. */
  needs: 'nothing' | 'counterparts' | 'mail';
};

/** All test files whose name contains one of the filters; every one when there are none. */
export function findTestFiles(root: string, filters: readonly string[]): TestFile[] {
  const folder = join(root, 'test');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((entry) => entry.endsWith('.test.ts'))
    .map((entry) => join(folder, entry))
    .map((path) => ({ path, name: relative(root, path).split(sep).join('/') }))
    .filter(({ name }) => filters.length === 0 || filters.some((filter) => name.includes(filter)))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'))
    .map((file) => ({ ...file, needs: needsOf(root, file.path) }));
}

function needsOf(root: string, path: string): TestFile['needs'] {
  const doors = join(root, 'test', 'counterparts');
  const reached = reachableFrom(path, join(root, 'test'));
  if (reached.has(join(doors, 'mail-world.ts'))) return 'mail';
  const isNeeded = ['index.ts', 'state.ts', 'postgres.ts', 'chromium.ts', 'world.ts'].some((door) =>
    reached.has(join(doors, door)),
  );
  return isNeeded ? 'counterparts' : 'nothing';
}

/** Files below `folder` that a file imports, directly or not, types included. */
function reachableFrom(path: string, folder: string): Set<string> {
  const reached = new Set<string>();
  const open = [path];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next) || !next.startsWith(folder + sep) || !existsSync(next)) continue;
    reached.add(next);
    const source = readFileSync(next, 'utf8');
    for (const match of source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
      if (match[1] !== undefined) open.push(join(dirname(next), match[1]));
    }
  }
  return reached;
}

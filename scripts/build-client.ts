// Builds the published client into sdk/dist: JavaScript as it is written, one file for each source, with declarations
// and maps.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Into sdk/dist, or another folder. Throws with the compiler's words. */
export function buildClient(outDir: string = join(root, 'sdk/dist')): void {
  rmSync(outDir, { recursive: true, force: true });
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [compiler, '-p', join(root, 'sdk/tsconfig.build.json'), '--outDir', outDir],
    { encoding: 'utf8', timeout: 120_000 },
  );
  if (status !== 0) throw new Error(`the client does not compile:\n${stdout}${stderr}`);
  for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.d.ts')) nameBuiltFiles(join(outDir, name));
  }
}

/** The compiler lets declarations go on naming the sources, which are not beside them. */
function nameBuiltFiles(path: string): void {
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replaceAll(/(from '\.{1,2}\/[^']+)\.ts'/g, "$1.js'"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildClient();

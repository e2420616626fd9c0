// `npm run docs`: builds the documentation as a site into site/. A dead link ends it. Nothing is fetched, and the pages
// fetch nothing from elsewhere. `--preview` serves what was built, on the loopback interface; other arguments are
// VitePress's.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'node_modules', 'vitepress', 'bin', 'vitepress.js');
const further = process.argv.slice(2).filter((argument) => argument !== '--preview');
const isPreview = process.argv.includes('--preview');
const command = isPreview ? ['preview', '.', '--host', '127.0.0.1'] : ['build', '.'];

/** VitePress reads the tsconfig.json above its own, whose target its esbuild does not know and does not use. */
const unknownTarget = /▲ \[WARNING\] Unrecognized target environment [\s\S]*?╵ +~+\n\n?/g;

const { status, stderr } = spawnSync(process.execPath, [program, ...command, ...further], {
  cwd: join(root, 'docs'),
  stdio: ['inherit', 'inherit', isPreview ? 'inherit' : 'pipe'],
  encoding: 'utf8',
});
process.stderr.write((stderr ?? '').replaceAll(unknownTarget, '').trimStart());
process.exitCode = status ?? 1;

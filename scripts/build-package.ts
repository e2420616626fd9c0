// `npm run build`: makes dist/, the part of the package that is built. dist/ is the repository over again, with each
// file of TypeScript replaced by the JavaScript that it becomes, because Node.js strips no types below node_modules;
// so every relative path goes on working. npm packs it (`files` of package.json), after running this (`prepack`).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { compressFiles } from './console/compress.ts';
import { makeSbom } from './packaging/sbom.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
// Not web/dist, from which a gateway of this checkout may be serving.
const consoleFolder = { source: join(root, 'web'), built: join(dist, 'web', 'dist') };

/** Throws with the reason; a package that lacks something must not come to be. */
async function main(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  compile();
  await buildConsole();
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(innerManifest(), null, 2)}\n`);
  const bundledPath = join(consoleFolder.built, 'licenses.json');
  writeFileSync(join(dist, 'sbom.cdx.json'), makeSbom({ root, bundledPath }));
}

/** Types are not looked at here: `npm run check` does. */
function compile(): void {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const project = join(root, 'scripts', 'packaging', 'tsconfig.json');
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', project], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The sources cannot be compiled:\n${stdout}${stderr}`);
}

async function buildConsole(): Promise<void> {
  if (!existsSync(join(consoleFolder.source, 'vite.config.ts'))) {
    throw new Error('web/ has no console to build, and a package without one is none.');
  }
  const { build } = await import('vite');
  await build({
    root: consoleFolder.source,
    logLevel: 'warn',
    // Whoever passes on the packages in the console's files passes on their notices.
    build: { outDir: consoleFolder.built, emptyOutDir: true, license: { fileName: 'licenses.json' } },
  });
  await compressFiles(consoleFolder.built);
  const page = join(consoleFolder.built, 'index.html');
  if (!existsSync(page)) throw new Error(`The console was built without ${page}.`);
}

/** Says that the files below are modules, and which release they are. */
function innerManifest(): Record<string, unknown> {
  const { name, version, type } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return { name, version, type, private: true };
}

mkdirSync(dist, { recursive: true });
await main();

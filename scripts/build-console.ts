// `npm run build:console`: makes web/dist from web/, when its sources are newer than what is there. `npm start`, the demo
// and tests that need the console call `ensureConsole`; nothing happens when nothing has changed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { compressFiles } from './console/compress.ts';
import { hashOfInputs } from './console/inputs.ts';
import { whileAlone } from './console/while-alone.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const web = join(root, 'web');
const cache = join(root, 'node_modules', '.cache');
/** Where the built console is. */
export const consoleFolder = join(web, 'dist');
/** Of what it was built. */
const stamp = join(consoleFolder, '.inputs');

/** `failed`: what was there before, if anything, is still there. */
export type ConsoleBuild = 'current' | 'built' | 'failed';

/** Builds the console if it must be, in a process of its own: this one may go on to serve for months. */
export async function ensureConsole(say: (line: string) => void): Promise<ConsoleBuild> {
  if (isCurrent()) return 'current';
  say('Building the console ...');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url)],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  const words: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => words.push(text));
  const [code] = await once(child, 'close');
  if (code === 0) return 'built';
  say(`The console could not be built; everything else works without it.\n${words.join('').trim()}`);
  return 'failed';
}

function isCurrent(): boolean {
  const wanted = hashOfInputs(root);
  // In a package there are no sources, and what is built came with it.
  if (wanted === null) return true;
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

async function build(): Promise<void> {
  const wanted = hashOfInputs(root);
  if (wanted === null) throw new Error('There is no web/ to build the console from.');
  const outDir = join(cache, `mailgrant-console-${process.pid}`);
  try {
    // Not before it is needed: the bundler takes longer to load than everything else here.
    const { build: bundle } = await import('vite');
    await bundle({
      root: web,
      logLevel: 'warn',
      // Whoever passes on the packages in the console's files passes on their notices.
      build: { outDir, emptyOutDir: true, license: { fileName: 'licenses.json' } },
    });
    if (!existsSync(join(outDir, 'index.html'))) throw new Error('The console was built without its page.');
    await compressFiles(outDir);
    writeFileSync(join(outDir, '.inputs'), wanted);
    replace(outDir);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** A server that runs goes on with the old files until the new ones are all there. */
function replace(outDir: string): void {
  const before = `${outDir}-before`;
  mkdirSync(dirname(consoleFolder), { recursive: true });
  if (existsSync(consoleFolder)) renameSync(consoleFolder, before);
  renameSync(outDir, consoleFolder);
  rmSync(before, { recursive: true, force: true });
}

if (import.meta.main) {
  // Whoever wanted it is gone.
  process.once('disconnect', () => process.exit(1));
  mkdirSync(cache, { recursive: true });
  await whileAlone(join(cache, 'mailgrant-console.lock'), async () => {
    if (!isCurrent()) await build();
  });
  process.exit(0);
}

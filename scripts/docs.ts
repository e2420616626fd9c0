// `npm run docs`: builds the documentation as a site into site/. Dead links end it. Nothing is fetched, and the pages
// fetch nothing from elsewhere. With --preview the built site is served on the loopback interface.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'node_modules', 'vitepress', 'bin', 'vitepress.js');
const command = process.argv.includes('--preview') ? ['preview', 'docs', '--host', '127.0.0.1'] : ['build', 'docs'];

const { status } = spawnSync(process.execPath, [program, ...command], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;

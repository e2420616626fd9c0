// Runs one of the project's TypeScript entries on the pinned Node.js, after installing what the lock file
// names. Plain JavaScript without dependencies, because it must run on whatever Node.js the machine has
// before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const pinnedNode = `${root}node_modules/node/bin/node`;

/** True when what is installed is what package-lock.json names. npm keeps its own copy of the lock file. */
function isInstalled() {
  const copy = `${root}node_modules/.package-lock.json`;
  if (!existsSync(copy) || !existsSync(pinnedNode)) return false;
  const wanted = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages;
  const present = JSON.parse(readFileSync(copy, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || present[path]?.version === entry.version,
  );
}

if (!isInstalled()) {
  process.stderr.write('Installing the packages that package-lock.json names ...\n');
  // npm warns that the machine's own Node.js is older than some packages want; they run on the pinned one.
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (install.status !== 0) {
    process.stderr.write('npm ci failed; its message stands above.\n');
    process.exit(install.status ?? 1);
  }
}

const [entry, ...rest] = process.argv.slice(2);
const child = spawn(pinnedNode, ['--disable-warning=ExperimentalWarning', entry, ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}` },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

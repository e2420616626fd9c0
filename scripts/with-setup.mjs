// Runs one of the project's TypeScript entries on the pinned Node.js, after installing what the lock file
// names. Plain JavaScript without dependencies, because it must run on whatever Node.js the machine has
// before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const isWindows = process.platform === 'win32';
const pinnedNode = join(root, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node');
const lockWaitMs = 15 * 60_000;
const parentPollMs = 250;
// Noted before the installation, which may take longer than the parent lives.
const parentId = process.ppid;

/**
 * True when what is installed is what package-lock.json names. npm keeps its own copy of the lock file, which
 * it removes first and writes last: an installation that was killed half-way has none.
 */
function isInstalled() {
  const copy = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(copy) || !existsSync(pinnedNode)) return false;
  try {
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    const present = JSON.parse(readFileSync(copy, 'utf8')).packages;
    return Object.entries(wanted).every(
      ([path, entry]) => path === '' || entry.optional || present[path]?.version === entry.version,
    );
  } catch {
    return false;
  }
}

/** The versions that package.json asks for and those that the lock file was made from; they must agree. */
function isLockCurrent() {
  const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
  const wanted = read('package.json');
  const locked = read('package-lock.json').packages[''];
  return ['dependencies', 'devDependencies'].every((kind) => {
    const sorted = (list) => JSON.stringify(Object.entries(list ?? {}).sort());
    return sorted(wanted[kind]) === sorted(locked[kind]);
  });
}

function install() {
  if (!isLockCurrent()) {
    process.stderr.write('package-lock.json does not match package.json: run npm install and commit both.\n');
    process.exitCode = 1;
    return;
  }
  process.stderr.write('Installing the packages that package-lock.json names ...\n');
  // npm warns that the machine's own Node.js is older than some packages want; they run on the pinned one.
  // Not `npm ci`: it refuses a lock file that lacks the optional packages of other operating systems, and not
  // every registry serves those. `--no-save` leaves the lock file alone, and isInstalled() has the last word.
  const result = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: isWindows,
  });
  if (result.status === 0 && isInstalled()) return;
  const cause = result.error?.message ?? (result.status === 0 ? 'packages are missing' : 'see above');
  process.stderr.write(`npm install failed: ${cause}\n`);
  process.exitCode = result.status || 1;
}

/** Lets one process at a time install into this folder. A lock whose owner is gone is taken over. */
function whileLocked(work) {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const lock = join(tmpdir(), `mailgrant-setup-${name}`);
  const owner = join(lock, 'pid');
  const deadline = Date.now() + lockWaitMs;
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (cause) {
      if (cause.code !== 'EEXIST' || Date.now() > deadline) throw cause;
    }
    if (isAbandoned(lock, owner)) rmSync(lock, { recursive: true, force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
  }
  try {
    writeFileSync(owner, String(process.pid));
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isAbandoned(lock, owner) {
  try {
    const pid = Number(readFileSync(owner, 'utf8'));
    if (pid > 0) return !isRunning(pid);
  } catch {
    // Not written yet, or gone already.
  }
  try {
    return Date.now() - statSync(lock).mtimeMs > 10_000;
  } catch {
    return false;
  }
}

/** A zombie has ended, although a container's first process may never collect it. */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    return cause.code === 'EPERM';
  }
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

function runEntry([entry, ...rest]) {
  // Windows spells it Path; a second spelling beside it would be picked by chance.
  const pathName = Object.keys(process.env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const bin = join(root, 'node_modules', '.bin');
  const child = spawn(pinnedNode, ['--disable-warning=ExperimentalWarning', entry, ...rest], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, [pathName]: `${bin}${delimiter}${process.env[pathName] ?? ''}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  endWithParent(child);
  child.on('error', (error) => {
    process.stderr.write(`cannot start ${pinnedNode}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/**
 * A signal to npm ends npm and its shell, not always what these started: this process would live on under another
 * parent, and with it a server that nobody sees. Without npm the caller may have left on purpose (nohup, setsid).
 * Where the id of a parent never changes (Windows) nothing happens here.
 */
function endWithParent(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const watch = setInterval(() => {
    if (process.ppid === parentId) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, parentPollMs);
  watch.unref();
}

if (!isInstalled()) whileLocked(() => isInstalled() || install());
if (process.exitCode === undefined) runEntry(process.argv.slice(2));

// Owns the list of system programs the full test run needs, and their installation on Debian. It starts none
// of them: the packages' own services are kept from starting while they are installed.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { isPgbouncerInstalled } from '../../test/counterparts/pgbouncer.ts';
import { postgresqlPrograms } from '../../test/counterparts/postgres.ts';

/** A Debian package, what proves that it (or an equal from elsewhere) is there, and why a test needs it. */
type SystemPackage = { name: string; isPresent: () => boolean; reason: string };

const systemPackages: readonly SystemPackage[] = [
  { name: 'dovecot-imapd', isPresent: files('/usr/sbin/dovecot', '/usr/lib/dovecot/imap'), reason: 'IMAP' },
  {
    name: 'dovecot-lmtpd',
    isPresent: files('/usr/lib/dovecot/lmtp'),
    reason: 'delivery into IMAP mailboxes',
  },
  { name: 'postfix', isPresent: files('/usr/sbin/postfix'), reason: 'SMTP' },
  {
    name: 'postgresql',
    isPresent: () => postgresqlPrograms() !== undefined,
    reason: 'the store for many nodes',
  },
  { name: 'pgbouncer', isPresent: isPgbouncerInstalled, reason: 'a pooler before that store' },
  { name: 'chromium', isPresent: files('/usr/bin/chromium'), reason: 'connect pages and console' },
  {
    name: 'fonts-dejavu-core',
    isPresent: files('/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'),
    reason: 'text in Chromium',
  },
  { name: 'openssl', isPresent: () => onPath('openssl') !== undefined, reason: 'test certificates' },
  {
    name: 'python3-requests',
    isPresent: () => pythonWithRequests() !== undefined,
    reason: 'the API called from another language',
  },
];

/** Thrown when the full run cannot take place; `message` is meant for the person at the terminal. */
export class MissingSystemPackages extends Error {
  override name = 'MissingSystemPackages';
}

/**
 * Makes every system program of the full run available, installing Debian packages when run as root.
 * Throws MissingSystemPackages, naming each one, where it cannot.
 */
export function ensureSystemPackages(): void {
  removeOurPolicy();
  const missing = systemPackages.filter((each) => !each.isPresent());
  const isRoot = process.getuid?.() === 0;
  if (missing.length > 0 && isRoot && isDebian()) install(missing);

  const lines = systemPackages
    .filter((each) => !each.isPresent())
    .map((each) => `  missing: ${each.name} (${each.reason})`);
  if (!isRoot) lines.push('  missing: root (Dovecot and Postfix switch users, so only root can start them)');
  if (lines.length === 0) return;
  throw new MissingSystemPackages(
    [
      'The full test run needs real mail servers, a database and a browser:',
      ...lines,
      'On Debian as root they are installed by this command. Elsewhere run the tests that need npm alone:',
      '  npm run test:portable',
    ].join('\n'),
  );
}

/** A Python that can import `requests`: the first on the PATH may be another than the one Debian serves. */
export function pythonWithRequests(): string | undefined {
  return ['python3', '/usr/bin/python3'].find(
    (command) => spawnSync(command, ['-c', 'import requests'], { stdio: 'ignore' }).status === 0,
  );
}

function install(missing: readonly SystemPackage[]): void {
  const names = missing.map((each) => each.name);
  console.log(`Installing Debian packages: ${names.join(' ')}`);
  const started = performance.now();
  const hasPolicy = writeOurPolicy();
  try {
    run('apt-get', ['update', '--quiet']);
    if (names.includes('postfix')) {
      run('debconf-set-selections', [], 'postfix postfix/main_mailer_type select No configuration\n');
    }
    const options = ['--yes', '--quiet', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];
    run('apt-get', ['install', ...options, ...names]);
  } finally {
    if (hasPolicy) removeOurPolicy();
  }
  console.log(`Installed in ${Math.round((performance.now() - started) / 1000)} s`);
}

function run(command: string, args: string[], input = ''): void {
  const result = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 15 * 60_000,
  });
  if (result.status === 0) return;
  const cause = result.error?.message ?? `exit ${result.status ?? result.signal}`;
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-25).join('\n');
  throw new MissingSystemPackages(`${command} ${args.join(' ')} failed (${cause}):\n${output}`);
}

// Debian asks policy-rc.d whether a freshly installed package may start its service; 101 means no. A policy
// that the administrator has put there stays as it is.
const policyPath = '/usr/sbin/policy-rc.d';
const policyMark = 'written by the mailgrant test run, which removes it';

function writeOurPolicy(): boolean {
  if (existsSync(policyPath)) return false;
  writeFileSync(policyPath, `#!/bin/sh\n# ${policyMark}\nexit 101\n`, { mode: 0o755 });
  return true;
}

function removeOurPolicy(): void {
  if (existsSync(policyPath) && readFileSync(policyPath, 'utf8').includes(policyMark)) rmSync(policyPath);
}

function isDebian(): boolean {
  return existsSync('/etc/debian_version') && onPath('apt-get') !== undefined;
}

function files(...paths: string[]): () => boolean {
  return () => paths.every((path) => existsSync(path));
}

function onPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

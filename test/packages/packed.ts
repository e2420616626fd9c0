// The package as npm makes it, and an installation of it in a folder where nothing else is.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memberOf } from '../support/installation.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export type Packed = {
  tarball: string;
  /** Paths inside of the package. */
  files: string[];
  /** A folder with the package and its dependencies in node_modules, and nothing else. */
  folder: string;
  remove(): void;
};

/** Environment without what npm tells its own scripts, as a user's shell has it; Node.js is the one of the tests. */
export function plainEnvironment(more: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|MAILGRANT_|NODE_)/i.test(name));
  const environment: Record<string, string> = {};
  for (const [name, value] of kept) if (value !== undefined) environment[name] = value;
  return { ...environment, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, ...more };
}

export function packAndInstall(): Packed {
  const place = mkdtempSync(join(tmpdir(), 'mailgrant-packed-'));
  const listed: unknown = JSON.parse(
    npm(root, ['pack', '--json', '--silent', '--pack-destination', place]).replace(/^[^[{]*/, ''),
  );
  const [packed] = Array.isArray(listed) ? listed : Object.values(Object(listed));
  const files: unknown = memberOf(packed, 'files');
  if (!Array.isArray(files)) throw new Error(`npm pack told no files: ${JSON.stringify(listed)}`);
  const tarball = join(place, String(memberOf(packed, 'filename')));
  const folder = join(place, 'empty');
  mkdirSync(folder);
  npm(folder, ['install', '--prefer-offline', '--silent', tarball]);
  return {
    tarball,
    files: files.map((file: unknown) => String(memberOf(file, 'path'))),
    folder,
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}

function npm(cwd: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd,
    env: plainEnvironment(),
    encoding: 'utf8',
    timeout: 180_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

export const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

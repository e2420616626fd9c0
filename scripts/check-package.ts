// `npm run check:package`: packs what is published (the program and the client) into a temporary
// folder and says what is wrong with it. Arguments name tarballs that are there already.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildClient } from './build-client.ts';
import { judgePackage } from './packaging/judge-package.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

async function main(named: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-packages-'));
  try {
    const tarballs = named.length > 0 ? named : packBoth(folder);
    let isGood = true;
    for (const tarball of tarballs) {
      const problems = await judgePackage(tarball);
      console.log([`${tarball}: ${problems.length === 0 ? 'good' : ''}`, ...problems].join('\n  '));
      isGood &&= problems.length === 0;
    }
    return isGood ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function packBoth(folder: string): string[] {
  buildClient();
  return [pack(root, folder), pack(join(root, 'sdk'), folder)];
}

/** Answers the path of the tarball. */
function pack(package_: string, folder: string): string {
  const { status, stdout, stderr } = spawnSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: package_,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const name = /"filename": "([^"]+)"/.exec(stdout)?.[1];
  if (status !== 0 || name === undefined) throw new Error(`npm pack failed in ${package_}:\n${stderr}`);
  return join(folder, name.replace('@', '').replace('/', '-'));
}

process.exitCode = await main(process.argv.slice(2));

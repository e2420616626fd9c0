// The bill of materials: every package that an installation runs, with version, hash and licence, as CycloneDX JSON.
// From the lock file by `npm sbom`, and of what the console's files are made of, as the bundler has told.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundled, parseBundled, parseLock } from './package-data.ts';

export type SbomOptions = {
  root: string;
  /** The bundler's list of packages in the console; null = without the console. */
  bundledPath: string | null;
};

type Component = { 'bom-ref': string; [member: string]: unknown };
type Bom = { components: Component[]; [member: string]: unknown };

/** The text of the document. */
export function makeSbom({ root, bundledPath }: SbomOptions): string {
  const bom = ofRunTime(root);
  const listed = new Set(bom.components.map((component) => component['bom-ref']));
  const bundled = bundledPath === null ? [] : parseBundled(readFileSync(bundledPath, 'utf8'));
  const further = bundled.map(componentOf).filter((component) => !listed.has(component['bom-ref']));
  return `${JSON.stringify({ ...bom, components: [...bom.components, ...further] }, null, 2)}\n`;
}

/**
 * `npm sbom --omit=dev` of the repository leaves out packages that a development package wants as well. So it is given
 * a project that has no development packages: same lock, without them.
 */
function ofRunTime(root: string): Bom {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-sbom-'));
  try {
    const { devDependencies: _, scripts: __, ...manifest } = JSON.parse(read(root, 'package.json'));
    const lock = parseLock(read(root, 'package-lock.json'));
    const packages = Object.fromEntries(
      Object.entries(lock.packages).filter(
        ([path, { dev, devOptional }]) => path === '' || !(dev || devOptional),
      ),
    );
    delete packages['']?.devDependencies;
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }));
    const { status, stdout, stderr } = spawnSync(
      'npm',
      ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'],
      { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
    );
    if (status !== 0) throw new Error(`npm sbom failed; it needs npm 10 or newer:\n${stderr}`);
    return nameOf(JSON.parse(stdout), manifest.name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** npm names the project after its folder. */
function nameOf(bom: Bom & { metadata: { component: Component } }, name: string): Bom {
  bom.metadata.component.name = name;
  return bom;
}

function componentOf({ name, version, identifier }: Bundled): Component {
  return {
    'bom-ref': `${name}@${version}`,
    type: 'library',
    name,
    version,
    scope: 'required',
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    properties: [{ name: 'mailgrant:bundled-in', value: 'console' }],
    licenses: identifier === null ? [] : [{ expression: identifier }],
  };
}

const read = (root: string, name: string): string => readFileSync(join(root, name), 'utf8');

// What npm packs, installed as a user installs it: `npx mailgrant serve` in an empty folder.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { judgePackage } from '../../scripts/packaging/judge-package.ts';
import { isCompatible } from '../../scripts/packaging/licences.ts';
import { parseLock, runTimePackages } from '../../scripts/packaging/package-data.ts';
import { freePort, memberOf } from '../support/installation.ts';
import { until } from '../support/until.ts';
import { type Packed, packAndInstall, plainEnvironment, readJson, root } from './packed.ts';

let packed: Packed;
before(() => {
  packed = packAndInstall();
});
after(() => packed.remove());

const installed = (...path: string[]): string => join(packed.folder, 'node_modules', 'mailgrant', ...path);

function npx(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('npx', ['mailgrant', ...args], {
    cwd: packed.folder,
    env: plainEnvironment(),
    encoding: 'utf8',
    timeout: 120_000,
  });
}

test('the package holds the built program, its console, licence and bill of materials, and nothing else', () => {
  const allowed =
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md|bin\/[a-z-]+\.cjs|dist\/(package\.json|sbom\.cdx\.json|(src|sdk\/src)\/[\w/.-]+\.js(\.map)?|web\/dist\/[\w/.-]+))$/;
  assert.deepEqual(
    packed.files.filter((file) => !allowed.test(file)),
    [],
  );
  for (const file of [
    'LICENSE',
    'README.md',
    'bin/mailgrant.cjs',
    'dist/src/cli.js',
    'dist/src/main.js',
    'dist/src/stores/sqlite-scanner-worker.js',
    'dist/src/stores/sqlite-writer-worker.js',
    'dist/sbom.cdx.json',
    'dist/web/dist/index.html',
    'dist/web/dist/licenses.json',
  ]) {
    assert.ok(packed.files.includes(file), `${file} is missing`);
  }
  const secretLike = /keyring$|\.(pem|key|env|db)$|api-keys\.json$/;
  assert.deepEqual(
    packed.files.filter((file) => secretLike.test(file)),
    [],
  );
});

test('every module of the package names files that are in it, and no TypeScript', () => {
  const missing: string[] = [];
  for (const file of packed.files.filter((name) => name.endsWith('.js') && !name.startsWith('dist/web/'))) {
    const source = readFileSync(installed(file), 'utf8');
    for (const [, target] of source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
      if (target !== undefined && !existsSync(installed(file, '..', target)))
        missing.push(`${file} -> ${target}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('an installation has the run-time dependencies and no development package', () => {
  const development = Object.keys(Object(memberOf(readJson(join(root, 'package.json')), 'devDependencies')));
  const ofRunTime = new Set(
    runTimePackages(parseLock(readFileSync(join(root, 'package-lock.json'), 'utf8'))).map(({ name }) => name),
  );
  assert.ok(development.includes('node'));
  for (const name of development.filter((each) => !ofRunTime.has(each))) {
    assert.ok(!existsSync(join(packed.folder, 'node_modules', name)), name);
  }
});

test('linters of packages find nothing', async () => {
  assert.deepEqual(await judgePackage(packed.tarball), []);
});

test('the bill of materials names every package that runs, with a licence that goes with Apache-2.0', () => {
  const bom = readJson(installed('dist', 'sbom.cdx.json'));
  assert.equal(memberOf(bom, 'bomFormat'), 'CycloneDX');
  const components = memberOf(bom, 'components');
  assert.ok(Array.isArray(components));
  const licences = new Map(
    components.map((component: unknown) => [
      `${memberOf(component, 'name')}@${memberOf(component, 'version')}`,
      licenceOf(component),
    ]),
  );
  const lock = parseLock(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const console = readJson(installed('dist', 'web', 'dist', 'licenses.json'));
  assert.ok(Array.isArray(console) && console.length > 0);
  for (const each of [...runTimePackages(lock), ...console]) {
    const name = `${memberOf(each, 'name')}@${memberOf(each, 'version')}`;
    assert.ok(licences.has(name), `${name} is missing`);
  }
  assert.deepEqual(
    [...licences].filter(([, licence]) => !isCompatible(licence)),
    [],
  );
});

function licenceOf(component: unknown): string {
  const [entry] = Object.values(Object(memberOf(component, 'licenses')));
  return String(memberOf(entry, 'expression') ?? memberOf(memberOf(entry, 'license'), 'id'));
}

test('mailgrant --version and mailgrant help answer', () => {
  const version = npx('--version');
  assert.equal(version.status, 0, version.stderr);
  assert.match(version.stdout, new RegExp(String(memberOf(readJson(join(root, 'package.json')), 'version'))));
  const help = npx('help');
  assert.equal(help.status, 0, help.stderr);
  assert.match(help.stdout, /serve/);
});

test('on a Node.js that is too old the command says what to do, and no stack trace', () => {
  const pretence = join(packed.folder, 'pretend-old.cjs');
  writeFileSync(
    pretence,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } });",
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--require', pretence, installed('bin', 'mailgrant.cjs'), 'serve'],
    { cwd: packed.folder, env: plainEnvironment(), encoding: 'utf8' },
  );
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /needs Node\.js 24 or newer; this is Node\.js 18\.20\.8/);
  assert.match(stderr, /npm install node@24/);
  assert.doesNotMatch(stderr, /\n\s+at /);
});

test('npx mailgrant serve in an empty folder becomes ready, serves API and console, and ends with npx', async () => {
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const child = spawn('npx', ['mailgrant', 'serve'], {
    cwd: packed.folder,
    env: plainEnvironment({ MAILGRANT_PORT: String(port), MAILGRANT_DRAIN_SECONDS: '0' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  }
  const ended = once(child, 'exit');
  const isUp = async (path: string): Promise<boolean> => {
    const answer = await fetch(`${address}${path}`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    return answer?.status === 200;
  };
  try {
    await until(`it is ready: ${output.join('')}`, () => isUp('/readyz'), 30);
    const key = /API key of this workspace:\s+(mg_\w+)/.exec(output.join(''))?.[1];
    assert.ok(key, `no first key: ${output.join('')}`);
    const whoami = await fetch(`${address}/v1/whoami`, { headers: { authorization: `Bearer ${key}` } });
    assert.equal(whoami.status, 200);

    const console = await fetch(`${address}/console/`);
    assert.equal(console.status, 200);
    const page = await console.text();
    const script = /src="(\/console\/assets\/[^"]+\.js)"/.exec(page)?.[1];
    assert.ok(script, page);
    assert.ok(await isUp(script));
    assert.ok(existsSync(join(packed.folder, 'data', 'mailgrant.db')));
  } finally {
    child.kill('SIGTERM');
  }
  await ended;
  await until('nobody listens any more', async () => !(await isUp('/healthz')), 30);
  await until(
    'the database is closed',
    () => !existsSync(join(packed.folder, 'data', 'mailgrant.db-wal')),
    30,
  );
});

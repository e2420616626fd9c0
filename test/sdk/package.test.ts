// The package as it is published: packed, looked at by publint and arethetypeswrong, unpacked and used by its own name.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { stageClient } from './staged-client.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const subpaths = ['.', './connect', './webhooks', './imapflow', './nodemailer', './graph', './gmail'];
let folder: string;
let tarball: Buffer;
let installed: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailgrant-client-'));
  const staged = join(folder, 'staged');
  stageClient(staged);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: staged });
  const name = readdirSync(folder).find((entry) => entry.endsWith('.tgz'));
  assert.ok(name);
  tarball = readFileSync(join(folder, name));
  installed = join(folder, 'node_modules/@mailgrant/client');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, name), '-C', installed, '--strip-components=1']);
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('publint finds nothing', async () => {
  const { messages } = await publint({ pkgDir: installed, strict: true, pack: false });
  assert.deepEqual(messages, []);
});

test('its types are found as its code is, from every subpath', async () => {
  const { problems, entrypoints } = Object(
    await checkPackage(createPackageFromTarballData(new Uint8Array(tarball))),
  );
  for (const subpath of subpaths) assert.ok(subpath in entrypoints, subpath);
  // It is ESM alone, which CommonJS can import asynchronously, and the oldest resolution knows no subpaths.
  const known = ['CJSResolvesToESM', 'NoResolution'];
  const others = problems.filter(
    ({ kind, resolutionKind }: { kind: string; resolutionKind: string }) =>
      !known.includes(kind) || (kind === 'NoResolution' && resolutionKind !== 'node10'),
  );
  assert.deepEqual(others, []);
});

test('it holds what is published, and nothing that a program needs Node.js or another package for', () => {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  for (const name of ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts']) {
    assert.ok(files.includes(name), name);
  }
  assert.ok(!files.some((name) => /test|tsconfig|\.tsbuildinfo/.test(name)));
  const manifest: unknown = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  assert.equal(Reflect.get(Object(manifest), 'dependencies'), undefined);
  for (const name of files.filter((name) => name.endsWith('.js') || name.endsWith('.d.ts'))) {
    const text = readFileSync(join(installed, name), 'utf8');
    for (const [, target = ''] of text.matchAll(/\bfrom '([^']+)'/g)) {
      assert.match(target, /^\.{1,2}\/.+\.js$/, `${name} imports ${target}`);
      assert.ok(files.includes(join(dirname(name), target)), `${name} imports ${target}`);
    }
    assert.doesNotMatch(text, /\b(process|Buffer|require)\b[.(]/, name);
  }
});

test('a program gets its code and its types by its name', () => {
  const program = [
    "import { createClient, isMailgrantError, type Mailbox } from '@mailgrant/client';",
    "import { connect } from '@mailgrant/client/connect';",
    "import { verifyWebhook } from '@mailgrant/client/webhooks';",
    "import { keepImap } from '@mailgrant/client/imapflow';",
    "import { createMailer } from '@mailgrant/client/nodemailer';",
    "import { graphFetch } from '@mailgrant/client/graph';",
    "import { gmailFetch } from '@mailgrant/client/gmail';",
    "const client = createClient({ baseUrl: 'https://mailgrant.example.com', apiKey: 'mg_key' });",
    'export const found: Promise<Mailbox> = client.mailboxes.get("1");',
    'export const link = (error: unknown): string | null =>',
    "  isMailgrantError(error) && error.code === 'needs_reauthorization' ? error.reconnectUrl satisfies string : null;",
    '// @ts-expect-error: no such member',
    "client.mailboxes.list({ nothing: '1' });",
    'export const all = [connect, verifyWebhook, keepImap, createMailer, graphFetch, gmailFetch];',
  ].join('\n');
  writeFileSync(join(folder, 'program.ts'), program);
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const options = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2023,dom,dom.iterable'];
    execFileSync(
      process.execPath,
      [
        join(root, 'node_modules/typescript/bin/tsc'),
        ...options,
        ...['--module', String(module), '--moduleResolution', String(moduleResolution), '--types', ''],
        'program.ts',
      ],
      { cwd: folder, stdio: 'pipe' },
    );
  }
  const names = subpaths.map((subpath) => `@mailgrant/client${subpath.slice(1)}`);
  const importing = names.map((name) => `Object.keys(await import('${name}')).length`).join(' * ');
  const counted = execFileSync(process.execPath, ['-e', `(async () => console.log(${importing}))()`], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.ok(Number(counted) > 0, counted);
});

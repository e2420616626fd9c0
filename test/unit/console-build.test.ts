// What keeps the build of the console from being done in vain, twice at once, or not at all.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { compressFiles } from '../../scripts/console/compress.ts';
import { hashOfInputs } from '../../scripts/console/inputs.ts';
import { whileAlone } from '../../scripts/console/while-alone.ts';

let root: string;
before(() => {
  root = mkdtempSync(join(tmpdir(), 'console-build-'));
});
after(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, content: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};

describe('the build of the console', () => {
  it('is another one when a source is, and the same whatever was built', () => {
    assert.equal(hashOfInputs(root), null, 'a package has no sources');
    put('web/vite.config.ts', '');
    put('web/src/main.tsx', 'one');
    put('sdk/src/index.ts', 'one');
    const first = hashOfInputs(root);
    put('web/dist/index.html', 'built');
    put('web/node_modules/x/index.js', 'installed');
    assert.equal(hashOfInputs(root), first);
    const changes = [
      () => put('web/src/main.tsx', 'two'),
      () => put('sdk/src/index.ts', 'two'),
      () => put('package-lock.json', '{}'),
      () => put('web/src/more.ts', ''),
    ];
    const seen = new Set([first]);
    for (const change of changes) {
      change();
      seen.add(hashOfInputs(root));
    }
    assert.equal(seen.size, 5);
  });

  it('leaves smaller copies beside large texts, and nothing beside small ones and images', async () => {
    const text = 'console '.repeat(500);
    put('built/assets/large.js', text);
    put('built/small.js', 'x');
    put('built/picture.png', text);
    await compressFiles(join(root, 'built'));
    assert.equal(brotliDecompressSync(readFileSync(join(root, 'built/assets/large.js.br'))).toString(), text);
    assert.ok(existsSync(join(root, 'built/assets/large.js.gz')));
    assert.ok(
      !existsSync(join(root, 'built/small.js.br')) && !existsSync(join(root, 'built/picture.png.br')),
    );
  });

  it('is done by one process at a time, also when the one before was killed', async () => {
    const lock = join(root, 'lock');
    mkdirSync(lock);
    // No process has this number: it is beyond what the system gives out.
    writeFileSync(join(lock, 'pid'), '99999999');
    let under = 0;
    let most = 0;
    const work = async () => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setImmediate(resolve));
      under -= 1;
    };
    await Promise.all([whileAlone(lock, work), whileAlone(lock, work), whileAlone(lock, work)]);
    assert.equal(most, 1);
    assert.ok(!existsSync(lock));
    await assert.rejects(
      whileAlone(lock, () => Promise.reject(new Error('of the work'))),
      /of the work/,
    );
    assert.ok(!existsSync(lock), 'a failed build holds up nobody');
  });
});

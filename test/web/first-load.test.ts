// What a browser has to fetch before the console's first page is there. Whoever adds a library to the entry by mistake
// is told here, and not by people on slow lines.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { consoleFolder, ensureConsole } from '../../scripts/build-console.ts';

/** Bytes, compressed. */
const firstLoadMax = 200_000;
/** With the frame around every page, which is fetched after the sign-in. */
const signedInMax = 230_000;

before(async () => {
  const words: string[] = [];
  const outcome = await ensureConsole((line) => words.push(line));
  assert.notEqual(outcome, 'failed', words.join('\n'));
});

type Chunk = { file: string; imports?: string[]; css?: string[] };
const isChunk = (value: unknown): value is Chunk =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'file') === 'string';

/** The chunk and all that it cannot run without, scripts and styles. */
function filesOf(name: string, files = new Set<string>()): Set<string> {
  const manifest: unknown = JSON.parse(readFileSync(join(consoleFolder, '.vite', 'manifest.json'), 'utf8'));
  assert.ok(typeof manifest === 'object' && manifest !== null);
  const chunk: unknown = Reflect.get(manifest, name);
  assert.ok(isChunk(chunk), `there is no ${name} in the build`);
  if (files.has(chunk.file)) return files;
  files.add(chunk.file);
  for (const file of chunk.css ?? []) files.add(file);
  for (const imported of chunk.imports ?? []) filesOf(imported, files);
  return files;
}

const sizeOf = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(consoleFolder, file))).length, 0);

test('the first page of the console is less than 200 kB, scripts and styles, compressed', () => {
  const size = sizeOf(filesOf('index.html'));
  assert.ok(size < firstLoadMax, `${size} bytes`);
});

test('the frame of the console stays small, and brings no chart with it', () => {
  const files = filesOf('src/app/console.tsx', filesOf('index.html'));
  assert.ok(sizeOf(files) < signedInMax, `${sizeOf(files)} bytes: ${[...files].join(', ')}`);
  assert.deepEqual(
    [...files].filter((file) => /\/bars-/.test(file)),
    [],
  );
});

test('the page runs no script of its own text and loads nothing from elsewhere', () => {
  const page = readFileSync(join(consoleFolder, 'index.html'), 'utf8');
  for (const [tag] of page.matchAll(/<script\b[^>]*>/g)) assert.match(tag, / src="\/console\//);
  for (const [, address] of page.matchAll(/\b(?:src|href)="([^"]*)"/g))
    assert.match(address ?? '', /^\/console\//);
  assert.doesNotMatch(page, /<style/);
});

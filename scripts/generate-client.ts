// Writes what of the client follows from docs/openapi.json: its types and its methods; with --check it only compares.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { renderCodes, renderOperations, renderTypes, renderVersion } from './client/render.ts';
import { isSchema } from './client/schema-types.ts';
import { writeOrCompare } from './generated-file.ts';

const folder = 'sdk/src/generated';
const biome = 'node_modules/@biomejs/biome/bin/biome';

/** In the style of the house, so that a generated file reads and compares like any other. */
function formatted(path: string, text: string): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [biome, 'check', '--write', '--colors=off', `--stdin-file-path=${path}`],
    { input: text, encoding: 'utf8', timeout: 60_000, maxBuffer: 2 ** 26 },
  );
  if (status !== 0) throw new Error(`${path} could not be formatted: ${stderr}`);
  return stdout;
}

const document: unknown = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
if (!isSchema(document)) throw new Error('docs/openapi.json is no object');
const files = {
  'types.ts': renderTypes(document),
  'operations.ts': renderOperations(document),
  'codes.ts': renderCodes(document),
  'version.ts': renderVersion(JSON.parse(readFileSync('sdk/package.json', 'utf8'))),
};
const codes = Object.entries(files).map(([name, text]) =>
  writeOrCompare(`${folder}/${name}`, formatted(`${folder}/${name}`, text)),
);
process.exitCode = Math.max(...codes);

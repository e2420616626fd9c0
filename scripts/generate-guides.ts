// Writes docs/guides/*.md from the core's set-up lists; with --check it only compares.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config.ts';
import { createGateway } from '../src/gateway.ts';
import { generateKey } from '../src/stores/keyring.ts';
import { writeOrCompare } from './generated-file.ts';
import { guidePages } from './guides/pages.ts';

const folder = 'docs/guides';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** By a whole gateway, so that the lists are those that an installation serves. */
async function pages(): Promise<Map<string, string>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mailgrant-guides-'));
  const config = loadConfig({
    MAILGRANT_DATA_DIR: dataDir,
    MAILGRANT_KEYRING: generateKey(),
    MAILGRANT_JOBS: 'off',
  });
  const gateway = await createGateway(config, { log: silent });
  try {
    return guidePages(gateway.core.setUpLists);
  } finally {
    await gateway.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const written = await pages();
let exitCode = 0;
for (const [path, text] of written) exitCode = Math.max(exitCode, writeOrCompare(path, text));
for (const name of readdirSync(folder)) {
  if (written.has(`${folder}/${name}`)) continue;
  console.error(`${folder}/${name} belongs to no guide: remove it`);
  exitCode = 1;
}
process.exitCode = exitCode;

// Writes docs/openapi.json from the schemas of the native surface's routes; with --check it only compares.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config.ts';
import { createGateway } from '../src/gateway.ts';
import { generateKey } from '../src/stores/keyring.ts';
import { writeOrCompare } from './generated-file.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Made by a whole gateway, so that the file is what an installation serves. */
async function servedDocument(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mailgrant-openapi-'));
  const config = loadConfig({
    MAILGRANT_DATA_DIR: dataDir,
    MAILGRANT_KEYRING: generateKey(),
    MAILGRANT_PUBLIC_URL: 'https://mailgrant.example.com',
    MAILGRANT_JOBS: 'off',
  });
  const gateway = await createGateway(config, { log: silent });
  try {
    const document: unknown = (await gateway.app.inject('/v1/openapi.json')).json();
    return `${JSON.stringify(document, null, 2)}\n`;
  } finally {
    await gateway.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

process.exitCode = writeOrCompare('docs/openapi.json', await servedDocument());

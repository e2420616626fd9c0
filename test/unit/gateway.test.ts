import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Agent } from 'undici';
import { ConfigError, loadConfig } from '../../src/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { DatabaseInUse } from '../../src/stores/database-in-use.ts';
import { databaseFile } from '../../src/stores/index.ts';
import { generateKey } from '../../src/stores/keyring.ts';
import { lockDatabase } from '../../src/stores/sqlite-file-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailgrant-gateway-'));
after(() => rmSync(folder, { recursive: true }));

test('the name of a surface that there is not keeps the server from starting, before anything is made', async () => {
  const dataDir = join(folder, 'data');
  const config = loadConfig({
    MAILGRANT_KEYRING: generateKey(),
    MAILGRANT_DATA_DIR: dataDir,
    MAILGRANT_SURFACES: 'instantly,unheard-of',
  });
  await assert.rejects(createGateway(config), (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /unheard-of.*known are: instantly, /);
    return true;
  });
  assert.equal(existsSync(dataDir), false);
});

test('a server that cannot be put together lets go of what it had opened', async () => {
  const config = loadConfig({
    MAILGRANT_KEYRING: generateKey(),
    MAILGRANT_DATA_DIR: join(folder, 'held'),
    MAILGRANT_LOG_LEVEL: 'silent',
  });
  const broken = {
    get consoleFolder(): string {
      throw new Error('no console here');
    },
  };
  await assert.rejects(createGateway(config, broken), /no console here/);
  // Else the database would be in use.
  await (await createGateway(config)).close();
});

test('calls to others are ended while the database is open, so that what is cut off can be written down', async (context) => {
  const dataDir = join(folder, 'ends');
  const config = loadConfig({
    MAILGRANT_KEYRING: generateKey(),
    MAILGRANT_DATA_DIR: dataDir,
    MAILGRANT_LOG_LEVEL: 'silent',
  });
  const gateway = await createGateway(config);
  const isOpen = (): boolean => {
    try {
      lockDatabase(databaseFile(dataDir)).release();
      return false;
    } catch (error) {
      assert.ok(error instanceof DatabaseInUse, String(error));
      return true;
    }
  };
  const seen: boolean[] = [];
  const { destroy } = Agent.prototype;
  context.mock.method(Agent.prototype, 'destroy', function destroyed(this: Agent, ...given: unknown[]) {
    seen.push(isOpen());
    return Reflect.apply(destroy, this, given);
  });
  await gateway.close();
  assert.ok(seen.length >= 2, 'providers and webhooks');
  assert.ok(seen.every(Boolean), String(seen));
  assert.equal(isOpen(), false);
});

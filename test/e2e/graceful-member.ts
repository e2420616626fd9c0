// A primary of the product over processes that behave badly, each in the way that its number says: what a test of
// graceful-primary.test.ts runs. MEMBERS: the ways in the order in which they are started, the last one for the rest.
import assert from 'node:assert/strict';
import cluster from 'node:cluster';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLog } from '../../src/log.ts';
import { runPrimary } from '../../src/processes/primary.ts';
import { linkToPrimary } from '../../src/processes/worker.ts';

const { MEMBERS = '', COUNT = '2', GATE = '' } = process.env;

if (cluster.isPrimary) {
  process.exit(
    await runPrimary({
      entry: fileURLToPath(import.meta.url),
      count: Number(COUNT),
      drainSeconds: 0,
      log: createLog('info'),
      announce: () => {},
      bounds: { startMilliseconds: 1_500, endMilliseconds: 500 },
    }),
  );
}

const ways = {
  /** Serves and ends as it should. */
  well: () => link(() => process.exit(0)).tell({ kind: 'ready' }),
  /** Hears nothing until the gate is open. */
  async deaf() {
    writeFileSync(`${GATE}.reached`, '');
    await opened();
    link(() => process.exit(0)).tell({ kind: 'ready' });
  },
  /** Never gets ready. */
  slow: () => link(() => process.exit(0)),
  /** Serves and does not end. */
  stubborn: () => link(() => {}).tell({ kind: 'ready' }),
} as const satisfies Record<string, () => unknown>;

function link(end: () => void) {
  const primary = linkToPrimary(end);
  assert.ok(primary);
  return primary;
}

async function opened(): Promise<void> {
  while (!isThere(GATE)) await new Promise((resolve) => setTimeout(resolve, 10));
}

function isThere(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

if (cluster.worker !== undefined) {
  const words = MEMBERS.split(',');
  const word = words[Math.min(cluster.worker.id, words.length) - 1];
  const way = Object.entries(ways).find(([name]) => name === word);
  assert.ok(way, `no way ${word}`);
  await way[1]();
  // Alive without a server.
  setInterval(() => {}, 60_000);
}

// The store alone, in a process of its own: how long a claim of due grants takes, without what is done with them.
import { loadConfig } from '../../src/config.ts';
import { openStore } from '../../src/stores/index.ts';
import { createKeyring, parseKeyring } from '../../src/stores/keyring.ts';
import { serveControl } from './control.ts';
import { numberAt } from './members.ts';
import { percentile } from './statistics.ts';

const config = loadConfig();
const store = await openStore({
  databaseUrl: config.databaseUrl,
  dataDir: config.dataDir,
  keyring: createKeyring(parseKeyring(config.keyring)),
  log: { debug() {}, info() {}, warn() {}, error() {} },
});

serveControl({
  claim: async (argument) => {
    const limit = numberAt(argument, 'limit');
    const samples: number[] = [];
    for (let index = 0; index < numberAt(argument, 'times'); index += 1) {
      const now = Date.now();
      const lease = { owner: `bench-${index}`, now, until: now + 120_000 };
      const begin = performance.now();
      const { grants } = await store.grants.claimDue(lease, limit);
      samples.push(performance.now() - begin);
      if (grants.length === 0) throw new Error('nothing was left to claim');
    }
    return { p50Milliseconds: percentile(samples, 0.5), p99Milliseconds: percentile(samples, 0.99) };
  },
});

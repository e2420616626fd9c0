// Hot reads on the node where things change: what is over is not served in the very next read.
import { after, before } from 'node:test';
import { countStatements } from '../../bench/support/statements.ts';
import { systemClock } from '../../src/system.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { hotReadGuarantees, type Nodes } from './hot-reads.ts';

let installation: Installation;
let nodes: Nodes;
before(async () => {
  const counted = countStatements();
  let statements = 0;
  let ahead = 0;
  installation = await startInstallation({
    substitutes: { clock: { ...systemClock, now: () => Date.now() + ahead } },
  });
  nodes = {
    here: installation,
    there: installation.address,
    wait: (milliseconds) => {
      ahead += milliseconds;
    },
    statements: () => {
      const { sqliteReads, sqliteWrites } = counted.take();
      statements += sqliteReads + sqliteWrites;
      return statements;
    },
    lateMillisecondsMax: 0,
  };
});
after(() => installation.close());

hotReadGuarantees(() => nodes);

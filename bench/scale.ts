// What one more mailbox costs: claim time, reads past the cache, memory, start-up and size on disk at 10,000, 100,000
// and 1,000,000 mailboxes. None of them may grow with the number of mailboxes, except size, which must grow in step.
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, BenchOptions } from './options.ts';
import { startChild } from './support/child.ts';
import type { EngineName } from './support/databases.ts';
import { allGood, type LoadResult, startLoad } from './support/load.ts';
import { numberAt } from './support/members.ts';
import { openPlace, type Place } from './support/place.ts';
import { startPlainGateway } from './support/plain-gateway.ts';
import { atMost, type Cell, type Size, type Table, type Target } from './support/report.ts';
import { median } from './support/statistics.ts';

type Plan = {
  /** At once. As the due loop claims them, except in the tiny form. */
  claimed: number;
  sizes: readonly number[];
  due: number;
  claims: number;
  seconds: number;
  starts: number;
  reads: number;
  /** Until a process that has nothing to do counts as idle. */
  idleSeconds: number;
};

const plans: Record<Size, Plan> = {
  full: {
    claimed: 100,
    sizes: [10_000, 100_000, 1_000_000],
    due: 10_000,
    claims: 60,
    seconds: 4,
    starts: 5,
    reads: 100_000,
    idleSeconds: 10,
  },
  short: {
    claimed: 100,
    sizes: [10_000, 100_000],
    due: 10_000,
    claims: 40,
    seconds: 2,
    starts: 3,
    reads: 100_000,
    idleSeconds: 10,
  },
  tiny: {
    claimed: 20,
    sizes: [60],
    due: 50,
    claims: 2,
    seconds: 0.2,
    starts: 1,
    reads: 100,
    idleSeconds: 0.1,
  },
};

const claimRatioMax = 1.5;
const rssMegabytesMax = 250;

/** Null where it cannot be told. */
type Memory = Record<'startMegabytes' | 'idleMegabytes' | 'afterMegabytes', number | null>;

type Measured = {
  mailboxes: number;
  claimMilliseconds: number;
  memory: Memory;
  row: Record<string, Cell>;
};

export const scale: Bench = async (options) => {
  const tables: Table[] = [];
  const targets: Target[] = [];
  for (const engine of options.engines) {
    const measured = await measure(engine, options);
    tables.push({ title: `At so many mailboxes, ${engine}`, rows: measured.map(({ row }) => row) });
    const [first] = measured;
    const last = measured.at(-1);
    const isFull = last?.mailboxes === 1_000_000 && first?.mailboxes === 10_000;
    const ratio = isFull ? last.claimMilliseconds / first.claimMilliseconds : null;
    const memory = measured.find(({ mailboxes }) => mailboxes === 100_000)?.memory;
    targets.push(
      atMost(`claim time at 1,000,000 mailboxes, of that at 10,000, ${engine}`, ratio, claimRatioMax),
      atMost(
        `RSS in MB, idle with 100,000 mailboxes, ${engine}`,
        memory?.idleMegabytes ?? null,
        rssMegabytesMax,
      ),
      atMost(
        `RSS in MB after a burst of reads of 100,000 mailboxes, ${engine}`,
        memory?.afterMegabytes ?? null,
        rssMegabytesMax,
      ),
    );
  }
  return {
    tables,
    targets,
    notes: [
      `Claim: ${plans[options.size].claimed} grants at once, opened and ready to be refreshed, of 10,000 that are due; median.`,
      'The due grants lie evenly among the others, and fall due in another order than that of the rows: at 1,000,000 each one that is claimed is on a page of its own. They are due from the moment at which they are made, and nothing writes to them before the claim; each size has a database of its own.',
      'Reads past the cache: of mailboxes at random, 10 connections, the cache switched off.',
      `Memory: RSS of a gateway as \`npm start\` runs it: as soon as it is ready, ${plans[options.size].idleSeconds} s later without any request, and right after a burst that reads each of 100,000 mailboxes once (fewer where there are fewer).`,
      'Start: from the start of the process to the first good answer of /readyz; median.',
    ],
  };
};

async function measure(engine: EngineName, { size, say }: BenchOptions): Promise<Measured[]> {
  const plan = plans[size];
  const results: Measured[] = [];
  for (const mailboxes of plan.sizes) {
    const place = await openPlace(engine);
    try {
      const emptyBytes = await place.database.sizeBytes();
      say(`${engine}: making ${mailboxes} mailboxes`);
      const begin = performance.now();
      const dueEvery = Math.max(1, Math.floor(mailboxes / plan.due));
      await place.populate({ from: 0, count: mailboxes, provider: 'google', dueEvery });
      say(`${engine}: made in ${((performance.now() - begin) / 1000).toFixed(1)} s; measuring`);
      const bytes = ((await place.database.sizeBytes()) - emptyBytes) / mailboxes;
      results.push(await measureOne(place, { mailboxes, bytes, plan }));
    } finally {
      await place.close();
    }
  }
  return results;
}

async function measureOne(
  place: Place,
  { mailboxes, bytes, plan }: { mailboxes: number; bytes: number; plan: Plan },
): Promise<Measured> {
  const starts: number[] = [];
  for (let index = 0; index < plan.starts; index += 1) {
    const gateway = await startPlainGateway(place.environment);
    starts.push(gateway.startSeconds);
    await gateway.stop();
  }
  const uncached = await readUncached(place, { mailboxes, plan });
  const claim = await claimTimes(place, plan);
  // Or the memory would be that of refreshing, too.
  await place.makeIdle();
  const memory = await memoryOf(place, {
    reads: Math.min(mailboxes, plan.reads),
    idleSeconds: plan.idleSeconds,
  });
  return {
    mailboxes,
    claimMilliseconds: claim.p50Milliseconds,
    memory,
    row: {
      mailboxes,
      'claim ms': claim.p50Milliseconds,
      'claim p99': claim.p99Milliseconds,
      'read p50 ms': uncached.p50Milliseconds,
      'read p99 ms': uncached.p99Milliseconds,
      'reads/s': uncached.perSecond,
      'RSS MB at start': memory.startMegabytes,
      'RSS MB idle': memory.idleMegabytes,
      'RSS MB after reads': memory.afterMegabytes,
      'start s': median(starts),
      'bytes each': Math.round(bytes),
    },
  };
}

/** As many are due at each size: what differs is how many lie between them. */
async function claimTimes(
  place: Place,
  plan: Plan,
): Promise<{ p50Milliseconds: number; p99Milliseconds: number }> {
  const child = await startChild('store-process.ts', { environment: place.environment });
  try {
    const answer = await child.ask('claim', { limit: plan.claimed, times: plan.claims });
    return {
      p50Milliseconds: numberAt(answer, 'p50Milliseconds'),
      p99Milliseconds: numberAt(answer, 'p99Milliseconds'),
    };
  } finally {
    await child.stop();
  }
}

async function readUncached(
  place: Place,
  { mailboxes, plan }: { mailboxes: number; plan: Plan },
): Promise<LoadResult> {
  const gateway = await place.startGateway({ MAILGRANT_CACHE_ENTRIES: '0' });
  const load = await startLoad();
  try {
    const run = (seconds: number): Promise<LoadResult> =>
      load.run({
        ports: [gateway.port],
        connections: 10,
        seconds,
        apiKey: place.apiKey,
        mailboxes: { from: 0, count: mailboxes, order: 'random' },
      });
    await run(plan.seconds / 2);
    return allGood(await run(plan.seconds));
  } finally {
    await load.child.stop();
    await gateway.stop();
  }
}

async function memoryOf(
  place: Place,
  { reads, idleSeconds }: { reads: number; idleSeconds: number },
): Promise<Memory> {
  const gateway = await startPlainGateway({ ...place.environment, MAILGRANT_JOBS: 'on' });
  const load = await startLoad();
  try {
    const startMegabytes = gateway.rssMegabytes();
    await delay(idleSeconds * 1000);
    const idleMegabytes = gateway.rssMegabytes();
    const result = allGood(
      await load.run({
        ports: [gateway.port],
        connections: 50,
        seconds: 300,
        apiKey: place.apiKey,
        mailboxes: { from: 0, count: reads, order: 'each' },
      }),
    );
    if (result.requests < reads) throw new Error(`only ${result.requests} of ${reads} mailboxes were read`);
    return { startMegabytes, idleMegabytes, afterMegabytes: gateway.rssMegabytes() };
  } finally {
    await load.child.stop();
    await gateway.stop();
  }
}

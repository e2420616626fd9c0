// What one more mailbox costs: claim time, reads past the cache, memory, start-up and size on disk at 10,000, 100,000
// and 1,000,000 mailboxes. None of them may grow with the number of mailboxes, except size, which must grow in step.
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
  },
  short: {
    claimed: 100,
    sizes: [10_000, 100_000],
    due: 10_000,
    claims: 40,
    seconds: 2,
    starts: 3,
    reads: 100_000,
  },
  tiny: { claimed: 20, sizes: [60], due: 50, claims: 2, seconds: 0.2, starts: 1, reads: 100 },
};

const claimRatioMax = 1.5;
const rssMegabytesMax = 250;

type Measured = {
  mailboxes: number;
  claimMilliseconds: number;
  rssMegabytes: number | null;
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
    const atHundredThousand = measured.find(({ mailboxes }) => mailboxes === 100_000)?.rssMegabytes ?? null;
    targets.push(
      atMost(`claim time at 1,000,000 mailboxes, of that at 10,000, ${engine}`, ratio, claimRatioMax),
      atMost(`RSS in MB after reads of 100,000 mailboxes, ${engine}`, atHundredThousand, rssMegabytesMax),
    );
  }
  return {
    tables,
    targets,
    notes: [
      `Claim: ${plans[options.size].claimed} grants at once, opened and ready to be refreshed, of 10,000 that are due; median.`,
      'Reads past the cache: of mailboxes at random, 10 connections, the cache switched off.',
      'Memory: RSS of a gateway as `npm start` runs it, fresh, and after one read of each of 100,000 mailboxes (fewer where there are fewer).',
      'Start: from the start of the process to the first good answer of /readyz; median.',
    ],
  };
};

async function measure(engine: EngineName, { size, say }: BenchOptions): Promise<Measured[]> {
  const plan = plans[size];
  const place = await openPlace(engine);
  const results: Measured[] = [];
  try {
    const emptyBytes = await place.database.sizeBytes();
    let made = 0;
    for (const mailboxes of plan.sizes) {
      say(`${engine}: making ${mailboxes - made} mailboxes`);
      const due = made === 0 ? plan.due : 0;
      const begin = performance.now();
      await place.populate({ from: made, count: mailboxes - made, provider: 'google', due });
      say(`${engine}: made in ${((performance.now() - begin) / 1000).toFixed(1)} s; measuring`);
      made = mailboxes;
      const bytes = ((await place.database.sizeBytes()) - emptyBytes) / mailboxes;
      results.push(await measureOne(place, { mailboxes, bytes, plan }));
    }
    return results;
  } finally {
    await place.close();
  }
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
  const claim = await claimTimes(place, plan);
  const uncached = await readUncached(place, { mailboxes, plan });
  const memory = await memoryAfterReads(place, Math.min(mailboxes, plan.reads));
  return {
    mailboxes,
    claimMilliseconds: claim.p50Milliseconds,
    rssMegabytes: memory.afterMegabytes,
    row: {
      mailboxes,
      'claim ms': claim.p50Milliseconds,
      'claim p99': claim.p99Milliseconds,
      'read p50 ms': uncached.p50Milliseconds,
      'read p99 ms': uncached.p99Milliseconds,
      'reads/s': uncached.perSecond,
      'RSS MB fresh': memory.freshMegabytes,
      'RSS MB after reads': memory.afterMegabytes,
      'start s': median(starts),
      'bytes each': Math.round(bytes),
    },
  };
}

/** Claims from the same due grants each time: what differs between sizes is what surrounds them. */
async function claimTimes(
  place: Place,
  plan: Plan,
): Promise<{ p50Milliseconds: number; p99Milliseconds: number }> {
  await place.makeDue({ from: 0, count: plan.due, isExpired: false });
  await place.database.settle();
  const child = await startChild('store-process.ts', { environment: place.environment });
  try {
    const answer = await child.ask('claim', { limit: plan.claimed, times: plan.claims });
    return {
      p50Milliseconds: numberAt(answer, 'p50Milliseconds'),
      p99Milliseconds: numberAt(answer, 'p99Milliseconds'),
    };
  } finally {
    await child.stop();
    await place.makeIdle({ from: 0, count: plan.due });
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

async function memoryAfterReads(place: Place, reads: number) {
  const gateway = await startPlainGateway({ ...place.environment, MAILGRANT_JOBS: 'on' });
  const load = await startLoad();
  try {
    const freshMegabytes = gateway.rssMegabytes();
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
    return { freshMegabytes, afterMegabytes: gateway.rssMegabytes() };
  } finally {
    await load.child.stop();
    await gateway.stop();
  }
}

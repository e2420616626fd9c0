// Refreshes a second, of reads that need one and of the due loop, against bare `undici` posting the same bytes to the
// same stub with as many calls in flight. And how many round trips to the database one refresh takes.
import type { Bench, BenchOptions } from './options.ts';
import { type Child, startChild } from './support/child.ts';
import type { EngineName } from './support/databases.ts';
import { memberAt, numberAt, numbersOf, textAt } from './support/members.ts';
import { type GatewayProcess, openPlace, type Place } from './support/place.ts';
import { atLeast, atMost, type Cell, type Size, type Table, type Target } from './support/report.ts';
import { median, medianOf, spread, takeTurns } from './support/statistics.ts';

type Plan = {
  rounds: number;
  seconds: number;
  latencies: readonly number[];
  inFlight: number;
  /** More than can be refreshed in one round. */
  grants: number;
};

const plans: Record<Size, Plan> = {
  full: { rounds: 5, seconds: 1.5, latencies: [0, 50, 300], inFlight: 50, grants: 30_000 },
  short: { rounds: 3, seconds: 1, latencies: [0, 50], inFlight: 50, grants: 15_000 },
  tiny: { rounds: 1, seconds: 0.1, latencies: [50], inFlight: 5, grants: 300 },
};

/** The ratio that is wanted, by the latency of the provider. */
const wanted: Readonly<Record<number, number>> = { 0: 0.5, 50: 0.7 };
const roundTripsMax = 2;

/** At 0 ms the usual 2,000 calls a second would be what is measured, and not what a refresh costs. */
const unhurried = {
  MAILGRANT_CLIENT_CALLS_PER_SECOND: '100000',
};

/** What makes the gateway ask the provider. */
const ways = ['reads of expired tokens', 'forced reads', 'the due loop'] as const;

type Outcome = { done: number; perSecond: number; roundTrips: number; cpuMicroseconds: number };

export const refresh: Bench = async (options) => {
  const tables: Table[] = [];
  const targets: Target[] = [];
  for (const engine of options.engines) {
    const { rows, results } = await measure(engine, options);
    tables.push({ title: `Refreshes, ${engine}`, rows });
    for (const { latency, way, ratio, ofRounds } of results) {
      const least = wanted[latency];
      if (least === undefined) continue;
      const name = `refresh by ${way} at ${latency} ms, of bare undici, ${engine}`;
      targets.push({ ...atLeast(name, ratio, least), spread: ofRounds });
    }
    for (const way of ways) {
      const trips = results.filter((result) => result.way === way).map(({ roundTrips }) => roundTrips);
      targets.push(atMost(`round trips per refresh by ${way}, ${engine}`, Math.max(...trips), roundTripsMax));
    }
  }
  return {
    tables,
    targets,
    notes: [
      "In flight: of reads as many as are sent at once; of the due loop what the stub counted at most, which is the loop's own choice. Bare undici has as many.",
      'Settings are the defaults, with two exceptions: no cache, whose tokens could not be made to expire behind its back; and at 0 ms 100,000 instead of 2,000 calls a second and OAuth client.',
      'Reads are made in the process of the gateway, without HTTP before them: what is compared is the refresh.',
      'Round trips: queries to PostgreSQL, begin and commit included; of SQLite, statements read plus messages to the thread that writes.',
      'CPU is that of the one process that asks, in microseconds per refresh.',
    ],
  };
};

type Way = (typeof ways)[number];
type Result = { latency: number; way: Way; ratio: number; ofRounds: string; roundTrips: number };

async function measure(engine: EngineName, { size, say }: BenchOptions) {
  const plan = plans[size];
  const place = await openPlace(engine);
  const bare = await startChild('bare-client.ts');
  const rows: Record<string, Cell>[] = [];
  const results: Result[] = [];
  try {
    await place.populate({ from: 0, count: plan.grants, provider: 'google', dueEvery: 1 });
    for (const latency of plan.latencies) {
      say(`${engine}: the provider answers after ${latency} ms`);
      const gateway = await place.startGateway({
        // Without a cache: its tokens are made to expire behind the gateway's back.
        MAILGRANT_CACHE_ENTRIES: '0',
        ...(latency === 0 ? unhurried : {}),
      });
      const compared = await compare({ place, gateway, bare, plan, latency });
      await gateway.stop();
      for (const { row, ...result } of compared) {
        rows.push(row);
        results.push({ latency, ...result });
      }
    }
    return { rows, results };
  } finally {
    await bare.stop();
    await place.close();
  }
}

type Comparison = { place: Place; gateway: GatewayProcess; bare: Child; plan: Plan; latency: number };

async function compare({ place, gateway, bare, plan, latency }: Comparison) {
  const { stub, apiKey } = place;
  const { seconds, inFlight, grants } = plan;
  const all = { from: 0, count: grants };
  const read = (isForced: boolean) => () =>
    gateway.ask('readAnew', { ...all, apiKey, seconds, inFlight, isForced });
  const workDue = () => gateway.ask('refreshDue', { seconds });
  const subject = (work: () => Promise<unknown>) => async (): Promise<Outcome> => {
    await place.makeDue({ ...all, isExpired: true });
    await gateway.ask('statements');
    const before = await gateway.usage();
    const result = await work();
    const after = await gateway.usage();
    const statements = numbersOf(await gateway.ask('statements'));
    const done = numberAt(result, 'done');
    const failed = numberAt(result, 'failed');
    if (done === 0) throw new Error('nothing was refreshed');
    if (failed > 0) throw new Error(`${failed} of ${done} reads were answered without a refresh`);
    return {
      done,
      perSecond: done / numberAt(result, 'seconds'),
      roundTrips: Object.values(statements).reduce((sum, count) => sum + count, 0) / done,
      cpuMicroseconds: (after.cpuMicroseconds - before.cpuMicroseconds) / done,
    };
  };
  // What is posted, and how much of it at once, is the gateway's to say. With a latency, so that the calls meet.
  await stub.ask('configure', { latencyMilliseconds: Math.max(latency, 50), isHanging: false });
  await stub.ask('journal');
  await subject(workDue)();
  const journal = await stub.ask('journal');
  const inFlightDue = numberAt(journal, 'inFlightMax');
  await stub.ask('configure', { latencyMilliseconds: latency, isHanging: false });
  const post = { url: stub.url, headers: headersOf(journal), body: textAt(journal, 'lastBody'), seconds };
  const limit = (atOnce: number) => async (): Promise<Outcome> => {
    const before = await bare.usage();
    const result = await bare.ask('run', { ...post, inFlight: atOnce });
    const after = await bare.usage();
    const done = numberAt(result, 'done');
    const cpuMicroseconds = (after.cpuMicroseconds - before.cpuMicroseconds) / done;
    return { done, perSecond: done / numberAt(result, 'seconds'), roundTrips: 0, cpuMicroseconds };
  };
  const rounds = await takeTurns(plan.rounds, {
    bareReads: limit(inFlight),
    expired: subject(read(false)),
    forced: subject(read(true)),
    bareDue: limit(inFlightDue),
    due: subject(workDue),
  });
  const row = (way: Way, subjectName: 'expired' | 'forced' | 'due') => {
    const limitName = subjectName === 'due' ? 'bareDue' : 'bareReads';
    const of = medianOf(rounds);
    const ratios = rounds.map((round) => round[subjectName].perSecond / round[limitName].perSecond);
    const roundTrips = of(subjectName, (outcome) => outcome.roundTrips);
    const cells: Record<string, Cell> = {
      'latency ms': latency,
      by: way,
      'in flight': limitName === 'bareDue' ? inFlightDue : inFlight,
      'refreshes/s': of(subjectName, ({ perSecond }) => perSecond),
      'bare/s': of(limitName, ({ perSecond }) => perSecond),
      ratio: median(ratios),
      spread: spread(ratios),
      'round trips': roundTrips,
      'CPU us': of(subjectName, ({ cpuMicroseconds }) => cpuMicroseconds),
      'bare CPU': of(limitName, ({ cpuMicroseconds }) => cpuMicroseconds),
    };
    return { way, ratio: median(ratios), ofRounds: spread(ratios), roundTrips, row: cells };
  };
  return [
    row('reads of expired tokens', 'expired'),
    row('forced reads', 'forced'),
    row('the due loop', 'due'),
  ];
}

/** Those that the gateway chose; the others are the connection's. */
function headersOf(journal: unknown): Record<string, string> {
  const ofTheConnection = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);
  const headers = Object.entries(Object(memberAt(journal, 'lastHeaders')));
  return Object.fromEntries(
    headers.filter(([name]) => !ofTheConnection.has(name)).map(([name, value]) => [name, String(value)]),
  );
}

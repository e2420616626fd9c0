// 1, 2 and 4 gateway processes on one PostgreSQL. On a machine of two cores no figure can grow beyond what two cores
// do, load and database included, so the CPU time of each is printed beside it.
import type { Bench } from './options.ts';
import { type Load, type LoadResult, startLoad } from './support/load.ts';
import { numberAt } from './support/members.ts';
import { type GatewayProcess, openPlace, type Place } from './support/place.ts';
import type { Cell, Size } from './support/report.ts';
import { median } from './support/statistics.ts';

type Plan = {
  processes: readonly number[];
  rounds: number;
  seconds: number;
  connections: number;
  /** Mailboxes whose tokens are read, and stay good. */
  read: number;
  /** Others, which fall due. */
  due: number;
};

const plans: Record<Size, Plan> = {
  full: { processes: [1, 2, 4], rounds: 3, seconds: 3, connections: 48, read: 1_000, due: 30_000 },
  short: { processes: [1, 2, 4], rounds: 1, seconds: 2, connections: 48, read: 1_000, due: 15_000 },
  tiny: { processes: [1, 2], rounds: 1, seconds: 0.2, connections: 4, read: 100, due: 300 },
};

/** Done in a time, with the cores that each part kept busy meanwhile. */
type Round = {
  perSecond: number;
  p99Milliseconds: number | null;
  gateways: number;
  database: number;
  rest: number;
};

export const nodes: Bench = async ({ engines, size, say }) => {
  if (!engines.includes('postgres'))
    return { tables: [], targets: [], notes: ['Several processes need PostgreSQL.'] };
  const plan = plans[size];
  const place = await openPlace('postgres');
  const load = await startLoad();
  const rows: Record<string, Cell>[] = [];
  try {
    await place.populate({ from: 0, count: plan.read + plan.due, provider: 'google' });
    await place.stub.ask('configure', { latencyMilliseconds: 50, isHanging: false });
    for (const count of plan.processes) {
      say(`${count} processes`);
      const gateways = await Promise.all(Array.from({ length: count }, () => place.startGateway()));
      const world = { place, load, gateways, plan };
      rows.push(rowOf(count, 'token reads', await repeat(plan.rounds, () => readRound(world))));
      rows.push(rowOf(count, 'due refreshes at 50 ms', await repeat(plan.rounds, () => refreshRound(world))));
      await Promise.all(gateways.map((gateway) => gateway.stop()));
    }
  } finally {
    await load.child.stop();
    await place.close();
  }
  return {
    tables: [{ title: 'Processes on one PostgreSQL', rows }],
    targets: [],
    notes: [
      'Cores: CPU seconds a second, of all gateway processes, of the database server, and of load and stub together.',
      'Due refreshes: those that the provider has answered. Each process has as many in flight as it would by itself; grants are shared by lease.',
    ],
  };
};

type World = { place: Place; load: Load; gateways: readonly GatewayProcess[]; plan: Plan };

async function repeat(rounds: number, round: () => Promise<Round>): Promise<Round[]> {
  await round();
  const results: Round[] = [];
  for (let index = 0; index < rounds; index += 1) results.push(await round());
  return results;
}

async function readRound({ place, load, gateways, plan }: World): Promise<Round> {
  const { result, ...cores } = await withCores({ place, load, gateways }, () =>
    load.run({
      ports: gateways.map(({ port }) => port),
      connections: plan.connections,
      seconds: plan.seconds,
      apiKey: place.apiKey,
      mailboxes: { from: 0, count: plan.read, order: 'random' },
    }),
  );
  failOn(result);
  return { perSecond: result.perSecond, p99Milliseconds: result.p99Milliseconds, ...cores };
}

async function refreshRound({ place, load, gateways, plan }: World): Promise<Round> {
  // Expired, or what the round before has just refreshed would be passed over as young enough.
  await place.makeDue({ from: plan.read, count: plan.due, isExpired: true });
  await place.stub.ask('journal');
  const begin = performance.now();
  const { result: _, ...cores } = await withCores({ place, load, gateways }, () =>
    Promise.all(gateways.map((gateway) => gateway.ask('refreshDue', { seconds: plan.seconds }))),
  );
  const seconds = (performance.now() - begin) / 1000;
  const answered = numberAt(await place.stub.ask('journal'), 'answered');
  return { perSecond: answered / seconds, p99Milliseconds: null, ...cores };
}

async function withCores<T>({ place, load, gateways }: Omit<World, 'plan'>, work: () => Promise<T>) {
  const spent = async () => {
    const ofGateways = await Promise.all(gateways.map((gateway) => gateway.usage()));
    const ofRest = await Promise.all([load.child.usage(), place.stub.usage()]);
    return {
      gateways: ofGateways.reduce((sum, { cpuMicroseconds }) => sum + cpuMicroseconds, 0),
      rest: ofRest.reduce((sum, { cpuMicroseconds }) => sum + cpuMicroseconds, 0),
      database: place.database.cpuMicroseconds() ?? Number.NaN,
    };
  };
  const before = await spent();
  const begin = performance.now();
  const result = await work();
  const microseconds = (performance.now() - begin) * 1000;
  const after = await spent();
  return {
    result,
    gateways: (after.gateways - before.gateways) / microseconds,
    database: (after.database - before.database) / microseconds,
    rest: (after.rest - before.rest) / microseconds,
  };
}

function rowOf(processes: number, what: string, rounds: readonly Round[]): Record<string, Cell> {
  const of = (number: (round: Round) => number): number => median(rounds.map(number));
  return {
    processes,
    what,
    'a second': of(({ perSecond }) => perSecond),
    'p99 ms': rounds[0]?.p99Milliseconds === null ? null : of(({ p99Milliseconds }) => p99Milliseconds ?? 0),
    'cores: gateways': of(({ gateways }) => gateways),
    database: of(({ database }) => database),
    'load, stub': of(({ rest }) => rest),
    together: of(({ gateways, database, rest }) => gateways + database + rest),
  };
}

function failOn({ failures, firstFailure }: LoadResult): void {
  if (failures > 0) throw new Error(`${failures} reads failed: ${firstFailure}`);
}

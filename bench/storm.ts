// What token reads notice of the work behind them: p99 at an even, moderate load, idle, while thousands of refreshes
// fall due at once, and while the provider is down (connections refused; calls that hang). All against idle phases of
// the same run.
import type { Bench, BenchOptions } from './options.ts';
import type { EngineName } from './support/databases.ts';
import { allGood, type Load, type LoadResult, startLoad } from './support/load.ts';
import { type GatewayProcess, openPlace, type Place } from './support/place.ts';
import { atMost, type Cell, type Size, type Table, type Target } from './support/report.ts';
import { median } from './support/statistics.ts';

type Plan = {
  seconds: number;
  ratePerSecond: number;
  connections: number;
  /** Whose tokens are read, and stay good. */
  readers: number;
  /** Others, which fall due at once. */
  due: number;
  /** Others still, whose tokens are about to end: readers of these wait for the provider, or for our patience with it. */
  ending: number;
};

const plans: Record<Size, Plan> = {
  full: { seconds: 6, ratePerSecond: 1_000, connections: 50, readers: 5_000, due: 10_000, ending: 500 },
  short: { seconds: 3, ratePerSecond: 1_000, connections: 50, readers: 2_000, due: 10_000, ending: 200 },
  tiny: { seconds: 2, ratePerSecond: 100, connections: 5, readers: 50, due: 50, ending: 0 },
};

const p99RatioMax = 3;
const endingPhase = 'calls hang: reads of tokens about to end';

export const storm: Bench = async (options) => {
  const tables: Table[] = [];
  const targets: Target[] = [];
  for (const engine of options.engines) {
    const { rows, ratios } = await measure(engine, options);
    tables.push({ title: `Reads at an even load, ${engine}`, rows });
    for (const [phase, ratio] of ratios) {
      targets.push(atMost(`p99 of reads, ${phase}, of idle p99, ${engine}`, ratio, p99RatioMax));
    }
  }
  return {
    tables,
    targets,
    notes: [
      'Latency counts from the moment at which a request was to be sent. Idle p99 is the median of the idle phases.',
      'Tokens about to end: still good for 40 s, which is less than a reader is promised, so that each read asks the provider first: its target counts our patience with it.',
    ],
  };
};

type World = { place: Place; gateway: GatewayProcess; load: Load; plan: Plan };

async function measure(engine: EngineName, { size, say }: BenchOptions) {
  const plan = plans[size];
  const place = await openPlace(engine);
  const load = await startLoad();
  const rows: Record<string, Cell>[] = [];
  const idle: number[] = [];
  const disturbed = new Map<string, number>();
  try {
    await place.populate({ from: 0, count: plan.readers, provider: 'google' });
    await place.populate({ from: plan.readers, count: plan.due, provider: 'google' });
    await place.stub.ask('configure', { latencyMilliseconds: 50, isHanging: false });
    const note = (phase: string, result: LoadResult, refreshed: number | null): void => {
      rows.push({
        phase,
        'req/s': result.perSecond,
        'p50 ms': result.p50Milliseconds,
        'p99 ms': result.p99Milliseconds,
        'max ms': result.maxMilliseconds,
        failures: result.failures,
        'grants worked on': refreshed,
      });
    };
    /** With a gateway of its own, which knows of no trouble yet: else a breaker that is open would keep it idle. */
    const disturb = async (
      phase: string,
      read: (world: World) => Promise<{ result: LoadResult; worked: number | null }>,
    ): Promise<void> => {
      await place.makeIdle();
      const gateway = await place.startGateway({ MAILGRANT_JOBS: 'on' });
      const world = { place, gateway, load, plan };
      await readEvenly(world);
      say(`${engine}: idle`);
      const before = allGood(await readEvenly(world));
      note('idle', before, null);
      idle.push(before.p99Milliseconds);
      say(`${engine}: ${phase}`);
      const { result, worked } = await read(world);
      if (worked === 0) throw new Error(`nothing was refreshed or put off: "${phase}" was no storm`);
      note(phase, allGood(result), worked);
      disturbed.set(phase, result.p99Milliseconds);
      await gateway.stop();
    };
    await disturb(`${plan.due} refreshes due at once`, readWhileDue);
    await place.stub.stop();
    await disturb('provider down: connections refused', readWhileDue);
    const hanging = await place.startStub(place.stub.port);
    await hanging.ask('configure', { latencyMilliseconds: 0, isHanging: true });
    await disturb('provider down: calls hang', readWhileDue);
    if (plan.ending > 0) await disturb(endingPhase, readEnding);
    const usual = median(idle);
    return { rows, ratios: [...disturbed].map(([phase, p99]): [string, number] => [phase, p99 / usual]) };
  } finally {
    await load.child.stop();
    await place.close();
  }
}

const readEvenly = ({ place, gateway, load, plan }: World): Promise<LoadResult> =>
  load.run({
    ports: [gateway.port],
    connections: plan.connections,
    seconds: plan.seconds,
    ratePerSecond: plan.ratePerSecond,
    apiKey: place.apiKey,
    mailboxes: { from: 0, count: plan.readers, order: 'random' },
  });

/** The same reads, while everything else falls due in the moment before the first of them. */
async function readWhileDue(world: World): Promise<{ result: LoadResult; worked: number }> {
  const { place, gateway, plan } = world;
  const due = { from: plan.readers, count: plan.due };
  // Expired, or one that was refreshed lately would be passed over as young enough.
  await place.makeDue({ ...due, isExpired: true });
  const work = gateway.ask('refreshDue', { seconds: plan.seconds });
  const result = await readEvenly(world);
  await work;
  return { result, worked: await place.countWorkedOn(due) };
}

/** Every token is still good, so every answer must be one, however long the provider is waited for. */
async function readEnding({ place, gateway, load, plan }: World) {
  const from = plan.readers + plan.due;
  await place.populate({ from, count: plan.ending, provider: 'google', expiresInSeconds: 40 });
  const result = await load.run({
    ports: [gateway.port],
    connections: plan.connections,
    seconds: 20,
    apiKey: place.apiKey,
    mailboxes: { from, count: plan.ending, order: 'each' },
  });
  return { result, worked: null };
}

// Hot reads, `POST /v1/mailboxes/:id/token`, of a whole gateway against a bare `node:http` server that checks the
// same key and answers the same bytes. Limit and subject take turns, on the same two cores as the load.
import { join } from 'node:path';
import type { Bench, BenchOptions } from './options.ts';
import { type Child, startChild } from './support/child.ts';
import type { EngineName } from './support/databases.ts';
import { mailboxIdOf } from './support/ids.ts';
import { allGood, type Load, type LoadResult, startLoad } from './support/load.ts';
import { type GatewayProcess, openPlace, type Place } from './support/place.ts';
import { profileTables } from './support/profile-tables.ts';
import { atLeast, type Cell, type Size, type Table, type Target } from './support/report.ts';
import { median, medianOf, spread, takeTurns } from './support/statistics.ts';

type Plan = { rounds: number; seconds: number; connections: readonly number[]; mailboxes: number };

const plans: Record<Size, Plan> = {
  full: { rounds: 15, seconds: 0.4, connections: [1, 10, 50, 200], mailboxes: 100_000 },
  short: { rounds: 9, seconds: 0.3, connections: [1, 50], mailboxes: 10_000 },
  tiny: { rounds: 1, seconds: 0.2, connections: [2], mailboxes: 50 },
};

type Case = { name: string; connections: number; from: number; count: number; body: string | null };

type Outcome = { ratio: number; spread: string; cpuRatio: number };

/** On a busy machine requests a second say little; CPU time says more, so each is judged. */
const ratioMin = 0.7;

export const tokenRead: Bench = async (options) => {
  const tables: Table[] = [];
  const targets: Target[] = [];
  for (const engine of options.engines) {
    const { table, outcomes } = await measure(engine, options);
    tables.push(table.reads, ...table.profiles);
    for (const [what, name] of [
      ['hot read of one mailbox', 'Google, 50 connections, 1 mailbox'],
      ['hot read at random', 'Google, 50 connections, at random'],
    ] as const) {
      const found = outcomes.get(name) ?? null;
      targets.push(
        {
          ...atLeast(`${what} at 50 connections, of bare, ${engine}`, found?.ratio ?? null, ratioMin),
          ...(found ? { spread: found.spread } : {}),
        },
        atLeast(`${what} at 50 connections, by CPU, of bare, ${engine}`, found?.cpuRatio ?? null, ratioMin),
      );
    }
  }
  return {
    tables,
    targets,
    notes: [
      'A ratio is the median over rounds of subject / limit, each pair measured one right after the other; spread is lowest to highest.',
      'CPU is that of the server process alone, in microseconds per request; CPU ratio is bare CPU / CPU, which other work on the machine disturbs less.',
      'At random: over all mailboxes, after each was read once, with the cache as large as it is by default.',
    ],
  };
};

async function measure(engine: EngineName, options: BenchOptions) {
  const { size, say, profileFolder } = options;
  const plan = plans[size];
  const place = await openPlace(engine);
  const load = await startLoad();
  try {
    say(`${engine}: making ${plan.mailboxes} mailboxes`);
    await place.populate({ from: 0, count: plan.mailboxes, provider: 'google' });
    await place.populate({ from: plan.mailboxes, count: 1, provider: 'microsoft' });
    const gateway = await place.startGateway({ MAILGRANT_JOBS: 'on' });
    await readEachOnce(place, gateway, load, plan.mailboxes);
    const rows: Record<string, Cell>[] = [];
    const outcomes = new Map<string, Outcome>();
    const profiles: Table[] = [];
    for (const one of casesOf(plan)) {
      say(`${engine}: ${one.name}`);
      const outcome = await compare({ place, gateway, load, plan, one });
      rows.push({ case: one.name, ...outcome.row });
      outcomes.set(one.name, outcome);
    }
    if (profileFolder !== null) {
      const file = join(profileFolder, `token-read-${engine}.cpuprofile`);
      profiles.push(...(await profiled({ place, gateway, load, file })));
    }
    return { table: { reads: { title: `Token reads, ${engine}`, rows }, profiles }, outcomes };
  } finally {
    await load.child.stop();
    await place.close();
  }
}

/** A hot read is not the first one. What the cache has no room for stays cold, and counts as it comes. */
async function readEachOnce(place: Place, gateway: GatewayProcess, load: Load, count: number): Promise<void> {
  const mailboxes = { from: 0, count, order: 'each' } as const;
  allGood(
    await load.run({ ports: [gateway.port], connections: 50, seconds: 300, apiKey: place.apiKey, mailboxes }),
  );
}

function casesOf({ connections, mailboxes }: Plan): Case[] {
  const some = connections.includes(50) ? 50 : (connections[0] ?? 1);
  return [
    ...connections.flatMap((count) => [
      { name: `Google, ${count} connections, 1 mailbox`, connections: count, from: 0, count: 1, body: null },
      {
        name: `Google, ${count} connections, at random`,
        connections: count,
        from: 0,
        count: mailboxes,
        body: null,
      },
    ]),
    {
      name: `Microsoft, ${some} connections, 1 mailbox`,
      connections: some,
      from: mailboxes,
      count: 1,
      body: null,
    },
    {
      name: `Google, ${some} connections, with a body`,
      connections: some,
      from: 0,
      count: 1,
      body: '{"resource":"imap"}',
    },
  ];
}

type Comparison = { place: Place; gateway: GatewayProcess; load: Load; plan: Plan; one: Case };
type Side = LoadResult & { cpuMicroseconds: number };

async function compare({ place, gateway, load, plan, one }: Comparison) {
  const bare = await startBare(place, gateway, one);
  const side = (server: Child, port: number) => async (): Promise<Side> => {
    const before = await server.usage();
    const result = allGood(
      await load.run({
        ports: [port],
        connections: one.connections,
        seconds: plan.seconds,
        apiKey: place.apiKey,
        body: one.body,
        mailboxes: { from: one.from, count: one.count, order: 'random' },
      }),
    );
    const after = await server.usage();
    return { ...result, cpuMicroseconds: (after.cpuMicroseconds - before.cpuMicroseconds) / result.requests };
  };
  try {
    const rounds = await takeTurns(plan.rounds, {
      bare: side(bare.child, bare.port),
      gateway: side(gateway, gateway.port),
    });
    const ratios = rounds.map((round) => round.gateway.perSecond / round.bare.perSecond);
    const of = medianOf(rounds);
    const cpu = (name: 'bare' | 'gateway') => of(name, ({ cpuMicroseconds }) => cpuMicroseconds);
    const cpuRatio = cpu('bare') / cpu('gateway');
    return {
      ratio: median(ratios),
      spread: spread(ratios),
      cpuRatio,
      row: {
        'req/s': of('gateway', ({ perSecond }) => perSecond),
        'bare req/s': of('bare', ({ perSecond }) => perSecond),
        ratio: median(ratios),
        spread: spread(ratios),
        'p50 ms': of('gateway', ({ p50Milliseconds }) => p50Milliseconds),
        'bare p50': of('bare', ({ p50Milliseconds }) => p50Milliseconds),
        'p99 ms': of('gateway', ({ p99Milliseconds }) => p99Milliseconds),
        'bare p99': of('bare', ({ p99Milliseconds }) => p99Milliseconds),
        'CPU us': cpu('gateway'),
        'bare CPU': cpu('bare'),
        'CPU ratio': cpuRatio,
      },
    };
  } finally {
    await bare.child.stop();
  }
}

/** What `node:http` writes by itself, on both sides. */
const ofTheServer = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);

/** Answers what the gateway answers for the first mailbox of the case. */
async function startBare(
  place: Place,
  gateway: GatewayProcess,
  one: Case,
): Promise<{ child: Child; port: number }> {
  const answer = await fetch(`http://127.0.0.1:${gateway.port}/v1/mailboxes/${mailboxIdOf(one.from)}/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${place.apiKey}` },
  });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`the gateway answers ${answer.status}: ${body}`);
  const headers = [...answer.headers].filter(([name]) => !ofTheServer.has(name)).flat();
  const child = await startChild('bare-server.ts', {
    argument: { keyHash: place.apiKeyHash, headers, body },
  });
  return { child, port: Number(await child.ask('port')) };
}

/** Where the gateway's CPU time goes while it is read from by 50 connections. */
async function profiled(options: { place: Place; gateway: GatewayProcess; load: Load; file: string }) {
  const { place, gateway, load, file } = options;
  const read = (seconds: number): Promise<LoadResult> =>
    load.run({
      ports: [gateway.port],
      connections: 50,
      seconds,
      apiKey: place.apiKey,
      mailboxes: { from: 0, count: 1, order: 'random' },
    });
  await read(1);
  const before = await gateway.usage();
  const { requests } = allGood(await read(3));
  const after = await gateway.usage();
  await gateway.ask('startProfile');
  allGood(await read(5));
  const profile = await gateway.ask('stopProfile', file);
  return profileTables(profile, {
    of: `the gateway, one mailbox, 50 connections, ${place.database.engine}`,
    microseconds: (after.cpuMicroseconds - before.cpuMicroseconds) / requests,
  });
}

// Runs one bench and prints what it found: `npm run bench -- NAME [--json | --markdown] [--short] [--sqlite | --postgres]
// [--profile FOLDER]`. Ends with 0 also when a target is missed, which is a finding; with 1 when the bench fails.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Bench, BenchOptions } from './options.ts';
import { stopPostgres } from './support/databases.ts';
import { markdown, printed } from './support/printing.ts';
import { machine, type Report } from './support/report.ts';

/** A further bench is a file and a line here. */
const benches: Record<string, () => Promise<Bench>> = {
  'token-read': async () => (await import('./token-read.ts')).tokenRead,
  refresh: async () => (await import('./refresh.ts')).refresh,
  scale: async () => (await import('./scale.ts')).scale,
  storm: async () => (await import('./storm.ts')).storm,
  nodes: async () => (await import('./nodes.ts')).nodes,
  plans: async () => (await import('./plans.ts')).plans,
};

const usage = `npm run bench -- NAME [--json | --markdown] [--short] [--sqlite | --postgres] [--profile FOLDER]
NAME is one of: ${Object.keys(benches).join(', ')}`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      /** For the tests: proves that a bench runs, measures nothing of worth. */
      tiny: { type: 'boolean', default: false },
      sqlite: { type: 'boolean', default: false },
      postgres: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  });
  const [name = ''] = positionals;
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (!bench || positionals.length > 1) throw new Error(usage);
  if (values.profile !== undefined) mkdirSync(values.profile, { recursive: true });
  const options: BenchOptions = {
    size: values.tiny ? 'tiny' : values.short ? 'short' : 'full',
    engines: [
      ...(values.sqlite || !values.postgres ? (['sqlite'] as const) : []),
      ...(values.postgres || !values.sqlite ? (['postgres'] as const) : []),
    ],
    profileFolder: values.profile === undefined ? null : resolve(values.profile),
    say: (line) => process.stderr.write(`${line}\n`),
  };
  const startedAt = new Date();
  const at = machine();
  const findings = await (await bench())(options);
  const report: Report = {
    bench: name,
    size: options.size,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    machine: at,
    ...findings,
  };
  const shown = values.json ? JSON.stringify : values.markdown ? markdown : printed;
  process.stdout.write(`${shown(report)}\n`);
}

// What was started is ended on the way out, whichever way that is.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await stopPostgres();
}

// Serves: configuration, gateway, signals. What `npm start` and `mailgrant serve` run, and what each of several
// processes runs. The gateway is loaded late, so that the compile cache is there, and not by the primary, which needs
// none.
import cluster from 'node:cluster';
import { flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startCompileCache } from './compile-cache.ts';
import { type Config, loadConfigWithProcesses } from './config.ts';
import type { Gateway } from './gateway.ts';
import { closingTimes } from './processes/closing-time.ts';
import type { Order } from './processes/messages.ts';
import { drainSecondsFor, onEndSignals } from './processes/signals.ts';
import { linkToPrimary, type PrimaryLink } from './processes/worker.ts';
import { giveBackStartGarbage } from './start-garbage.ts';

const announce = (notice: string): void => void process.stderr.write(`NOTICE: ${notice}\n`);

/** Ends the process with code 0 after SIGTERM or SIGINT, with 1 when it cannot start or stop. */
export async function serve(args: string[] = []): Promise<void> {
  startCompileCache();
  const { values } = parseArgs({
    args,
    options: { processes: { type: 'string' }, place: { type: 'string' } },
  });
  const config = loadConfigWithProcesses(values.processes);
  if (cluster.isPrimary && config.processes > 1) await serveTogether(config);
  else await serveHere(config, Number(values.place ?? 1));
}

async function serveTogether(config: Config): Promise<void> {
  const [{ createLog }, { runPrimary }] = await Promise.all([
    import('./log.ts'),
    import('./processes/primary.ts'),
  ]);
  const code = await runPrimary({
    entry: fileURLToPath(import.meta.url),
    count: config.processes,
    drainSeconds: config.drainSeconds,
    log: createLog(config.logLevel),
    announce,
    bounds: {
      // A migration waits for others for ten minutes.
      startMilliseconds: 15 * 60_000,
      // A moment later than it ends by itself.
      endMilliseconds: (closingTimes(config).over + 5) * 1000,
    },
  });
  process.exit(code);
}

/** `place`: its number among several. */
async function serveHere(config: Config, place: number): Promise<void> {
  let gateway: Gateway | null = null;
  let isEnding = false;
  const end = (order: Omit<Order, 'kind'>): void => {
    if (isEnding) return;
    isEnding = true;
    // Nothing is served yet, and a migration that is cut off leaves nothing half made.
    if (gateway === null) process.exit(0);
    void endInOrder(gateway, order, { closingSeconds: closingTimes(config).over, primary });
  };
  // Before anything that takes time, or an order that comes meanwhile would be lost.
  const primary = linkToPrimary(end);
  onEndSignals(['SIGTERM', 'SIGINT', ...(primary === null ? (['SIGHUP'] as const) : [])], {
    first(signal) {
      gateway?.log.info('stopping', { signal });
      end({ seconds: drainSecondsFor(signal, config.drainSeconds), isReplaced: false });
    },
    again() {
      // Among several, the primary decides: a signal to all of them must not count twice.
      if (primary === null) process.exit(1);
    },
  });
  // Meant for the primary, although a terminal that is closed sends it to all.
  if (primary !== null) process.on('SIGHUP', () => {});

  const { createGateway } = await import('./gateway.ts');
  const membership = primary && { process: place, collect: primary.collect };
  gateway = await createGateway(config, {}, membership);
  primary?.reportBy(gateway.report);
  if (primary !== null) primary.tell({ kind: 'notices', notices: gateway.notices });
  else for (const notice of gateway.notices) announce(notice);
  try {
    await gateway.start();
    giveBackStartGarbage();
  } catch (error) {
    // Told to end in the middle of it: that is under way.
    if (isEnding) return;
    await gateway.close();
    throw error;
  }
  primary?.tell({ kind: 'ready' });
  // Now, not at the end: a process that is killed leaves its successor the cache all the same.
  flushCompileCache();
}

async function endInOrder(
  gateway: Gateway,
  { seconds, isReplaced }: Omit<Order, 'kind'>,
  { closingSeconds, primary }: { closingSeconds: number; primary: PrimaryLink | null },
): Promise<void> {
  setTimeout(
    () => {
      gateway.log.error('could not stop in time');
      process.exit(1);
    },
    (seconds + closingSeconds) * 1000,
  );
  try {
    await gateway.drain({ seconds, isReplaced });
    await gateway.close();
    await primary?.sayLast(await gateway.report());
    process.exit(0);
  } catch (error) {
    gateway.log.error('could not stop in order', { error });
    process.exit(1);
  }
}

if (import.meta.main) {
  serve(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}

// Serves: configuration, gateway, signals. What `npm start` and `mailgrant serve` run.
import { loadConfig } from './config.ts';
import { createGateway } from './gateway.ts';

/** Ends the process with code 0 after SIGTERM or SIGINT, with 1 when it cannot start or stop. */
export async function serve(): Promise<void> {
  const gateway = await createGateway(loadConfig());
  for (const notice of gateway.notices) process.stderr.write(`NOTICE: ${notice}\n`);
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) return;
    isStopping = true;
    gateway.log.info('stopping', { signal });
    gateway.close().then(
      () => process.exit(0),
      (error: unknown) => {
        gateway.log.error('could not stop in order', { error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await gateway.start();
}

if (import.meta.main) {
  serve().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}

// An entry for tests alone: a gateway whose clock the parent process puts forward and back. Timers run on as they are,
// like those of a machine whose time is set.
import process from 'node:process';
import { loadConfig } from '../../../src/config.ts';
import { createGateway } from '../../../src/gateway.ts';
import { systemClock } from '../../../src/system.ts';

let aheadMilliseconds = Number(process.env.CHAOS_CLOCK_AHEAD_MILLISECONDS ?? 0);
process.on('message', (message) => {
  aheadMilliseconds = Number(Reflect.get(Object(message), 'aheadMilliseconds'));
  process.send?.({ isDone: true });
});
process.on('disconnect', () => process.exit(1));

const now = () => Date.now() + aheadMilliseconds;
const gateway = await createGateway(loadConfig(), { clock: { ...systemClock, now } });
process.on('SIGTERM', () => {
  gateway.close().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
await gateway.start();

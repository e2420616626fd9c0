import { setTimeout as delay } from 'node:timers/promises';
import { allGood, startLoad } from './support/load.ts';
import { openPlace } from './support/place.ts';
import { startPlainGateway } from './support/plain-gateway.ts';

const provider = process.argv[2] === 'microsoft' ? 'microsoft' : 'google';
const count = 100_000;
const place = await openPlace('sqlite');
const load = await startLoad();
try {
  await place.populate({ from: 0, count, provider });
  for (const options of process.argv.slice(3)) {
    const gateway = await startPlainGateway({
      ...place.environment,
      MAILGRANT_JOBS: 'on',
      NODE_OPTIONS: '--import=/tmp/b5-flags.mjs',
      MG_V8: options,
    });
    console.log(options, 'start', gateway.rssMegabytes());
    const run = async (order: 'each' | 'random', seconds: number) =>
      allGood(
        await load.run({
          ports: [gateway.port],
          connections: 50,
          seconds,
          apiKey: place.apiKey,
          body: null,
          mailboxes: { from: 0, count, order },
        }),
      );
    const e = await run('each', 60);
    console.log('each', Math.round(e.perSecond), gateway.rssMegabytes());
    for (let i = 0; i < 3; i++) {
      const r = await run('random', 3);
      console.log('random', Math.round(r.perSecond), gateway.rssMegabytes());
    }
    await delay(3000);
    console.log('later', gateway.rssMegabytes());
    await gateway.stop();
  }
} finally {
  await load.child.stop();
  await place.close();
}

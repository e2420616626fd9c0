import { loadConfig } from '../src/config.ts';
import { createGateway } from '../src/gateway.ts';
import { mailboxIdOf } from './support/ids.ts';
import { openPlace } from './support/place.ts';

const count = 100_000;
const place = await openPlace('sqlite');
const show = (name: string) => {
  const before = process.memoryUsage();
  gc!();
  gc!();
  const m = process.memoryUsage();
  console.log(
    name,
    'rss',
    before.rss >> 20,
    'heapTotal',
    before.heapTotal >> 20,
    'ext',
    before.external >> 20,
    'ab',
    before.arrayBuffers >> 20,
    '| after gc rss',
    m.rss >> 20,
    'heapUsed',
    m.heapUsed >> 20,
    'ext',
    m.external >> 20,
    'ab',
    m.arrayBuffers >> 20,
  );
};
try {
  await place.populate({ from: 0, count, provider: 'google' });
  show('populated');
  const gateway = await createGateway(loadConfig({ ...place.environment, MAILGRANT_JOBS: 'off' }));
  show('open');
  const principal = await gateway.core.apiKeys.authenticate(place.apiKey);
  for (let i = 0; i < count; i++)
    await gateway.core.tokens.read(principal, mailboxIdOf(i), {
      resource: null,
      minTtlSeconds: 0,
      forceRefresh: false,
    });
  show('read');
  await gateway.core.tokenUses.flush();
  show('flushed');
  for (let k = 0; k < 3; k++) {
    for (let i = 0; i < count; i++)
      await gateway.core.tokens.read(principal, mailboxIdOf(i), {
        resource: null,
        minTtlSeconds: 0,
        forceRefresh: false,
      });
    show('hot');
    await gateway.core.tokenUses.flush();
    show('flushed');
  }
  await gateway.close();
} finally {
  await place.close();
}
process.exit();

// A token endpoint that hangs, trickles, floods, or answers with what no provider means: every caller gets a clear
// error in bounded time, memory stays bounded, no grant is lost.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertProblem, assertWorksAgain } from './support/aftermath.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { tokenPath } from './support/reads.ts';
import { type Misdeed, type RogueProxy, startRogueProxy } from './support/rogue-proxy.ts';
import { type ChaosWorld, startChaosWorld } from './support/world.ts';

/** The provider's time-out in this suite is 3 seconds; the rest is for a busy machine. */
const answerSecondsMax = 15;
/** Far below one flooded answer, of which every mailbox has its own. */
const growthBytesMax = 40 * 1024 * 1024;

let proxy: RogueProxy;
let world: ChaosWorld;
let gateway: GatewayProcess;
before(async () => {
  let target = '';
  proxy = await startRogueProxy(() => target);
  const logins = Array.from({ length: 12 }, (_, index) => `rogue${index}@contoso.test`);
  world = await startChaosWorld({
    databaseUrl: null,
    // The old refresh token stays valid: an answer that is lost must not cost the grant.
    rotation: 'lenient',
    logins,
    endpoints: (endpoints) => {
      const global: Record<string, unknown> = {
        ...Object(Reflect.get(Object(endpoints.microsoft), 'global')),
      };
      const token = new URL(String(global.token).replace('{tenant}', '_tenant_'));
      target = token.origin;
      global.token = `${proxy.origin}${token.pathname}`.replace('_tenant_', '{tenant}');
      return { ...endpoints, microsoft: { global } };
    },
  });
  gateway = await world.start({ entry: 'test/chaos/support/gateway-with-clock.ts' });
});
after(async () => {
  await world.close();
  await proxy.close();
});

let aheadMilliseconds = 0;
/** A token that is only seconds old would not be replaced, whatever its holder says. */
const growOlder = (): Promise<void> => {
  aheadMilliseconds += 11_000;
  return gateway.send({ aheadMilliseconds });
};

const troubles: { misdeed: Misdeed; name: string; code: string }[] = [
  { misdeed: 'hanging', name: 'says nothing', code: 'provider_unavailable' },
  {
    misdeed: 'half_open',
    name: 'does its work on a connection that goes dead',
    code: 'provider_unavailable',
  },
  { misdeed: 'trickling', name: 'answers byte by byte without an end', code: 'provider_unavailable' },
  { misdeed: 'flooding', name: 'answers with 400 MB', code: 'provider_answer_unreadable' },
  { misdeed: 'html', name: 'answers with HTML', code: 'provider_answer_unreadable' },
  { misdeed: 'redirecting', name: 'redirects', code: 'provider_answer_unreadable' },
  { misdeed: 'cutting', name: 'breaks off in the middle of its answer', code: 'provider_unavailable' },
];

for (const { misdeed, name, code } of troubles) {
  test(`a provider that ${name} is ${code} to every caller in bounded time and memory, and ends no grant`, async () => {
    const { mailboxes, call } = world;
    await assertWorksAgain(world);
    await growOlder();
    const residentBytes = gateway.restartPeak();
    proxy.become(misdeed);
    const started = performance.now();
    const answers = await Promise.all(
      mailboxes.flatMap((mailbox) =>
        // No token that is still good may hide the trouble.
        [1, 2, 3].map(() => call('POST', tokenPath(mailbox), { force_refresh: true })),
      ),
    );
    const seconds = (performance.now() - started) / 1000;
    const asked = proxy.requests();
    const followed = proxy.followed();
    proxy.become('honest');

    // A provider that fails again and again may be left alone for a while: then nobody asks what its answer is.
    const codes = new Set(answers.map(({ body }) => body.code));
    codes.delete('provider_unavailable');
    assert.deepEqual([...codes], code === 'provider_unavailable' ? [] : [code]);
    for (const answer of answers) assertProblem(answer, String(answer.body.code));
    assert.ok(asked > 0, 'the provider was asked');
    assert.equal(followed, 0, 'a redirect would carry the refresh token to somebody else');
    assert.ok(seconds < answerSecondsMax, `the last caller waited ${seconds} s`);
    const growth = gateway.peakBytes() - residentBytes;
    assert.ok(growth < growthBytesMax, `the process grew by ${growth} bytes`);
    // The provider is left alone for some seconds after a failure.
    await growOlder();
    await assertWorksAgain(world);
  });
}

// A simulated week, step by step: who is refreshed ahead of the readers, how often, and who is left alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/system.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const stepMinutes = 4;
let installation: Installation;
let ahead = 0;
/** By name. Connected before the time is moved: the provider's proofs of identity are of its own time. */
const mailboxes = new Map<string, string>();
before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  installation = await startInstallation({ substitutes: { clock } });
  for (const name of ['busy', 'once', 'idle', 'both']) {
    mailboxes.set(name, await connect(name, name === 'both' ? { profile: 'api' } : {}));
  }
  const { microsoft } = installation.sandbox;
  const shared = 'both-team@contoso.test';
  microsoft.addSharedMailbox({ address: shared, delegates: ['both@contoso.test'] });
  mailboxes.set('shared', await connect('both', { shared_mailbox: shared }));
  microsoft.configure({ accessTokenTtlSeconds: 300 });
  mailboxes.set('short', await connect('short'));
  microsoft.configure({ accessTokenTtlSeconds: 3600 });
});
after(() => installation.close());

const principal = async () => installation.gateway.core.apiKeys.authenticate(installation.apiKey);

const mailboxOf = (name: string): string => {
  const id = mailboxes.get(name);
  assert.ok(id, name);
  return id;
};

async function connect(name: string, request: Record<string, unknown> = {}): Promise<string> {
  const login = `${name}@contoso.test`;
  installation.sandbox.microsoft.addUser({ login });
  const { session } = await installation.connect('microsoft', { login }, request);
  assert.equal(session.status, 'connected', JSON.stringify(session));
  return String(session.mailbox_id);
}

const callsFor = (name: string): number =>
  installation.sandbox.journal.entries({ kind: 'refresh', login: `${name}@contoso.test` }).length;

/** One step of time: the reads, then what falls due by itself. */
async function step(reads: { mailboxId: string; resource: string | null }[]): Promise<boolean[]> {
  const { core } = installation.gateway;
  const who = await principal();
  const waited = [];
  for (const { mailboxId, resource } of reads) {
    const request = { resource, minTtlSeconds: 0, forceRefresh: false };
    waited.push((await core.tokens.read(who, mailboxId, request)).refreshed);
  }
  await core.tokenUses.flush();
  await core.dueRefreshes.refreshDueGrants();
  ahead += stepMinutes * minute;
  return waited;
}

test('over a week a mailbox that is read gets its tokens ahead of the readers, one that is not is kept alive, and no more', async () => {
  const [busy, once] = [mailboxOf('busy'), mailboxOf('once')];
  const [before, start] = [{ busy: callsFor('busy'), once: callsFor('once'), idle: callsFor('idle') }, ahead];
  const waited: boolean[] = [];
  await step([{ mailboxId: once, resource: null }]);
  let onceInHours = 0;
  while (ahead < start + 7 * day - stepMinutes * minute) {
    waited.push(...(await step([{ mailboxId: busy, resource: null }])));
    if (ahead <= start + 7 * 60 * minute) onceInHours = callsFor('once') - before.once;
  }
  assert.equal(waited.filter(Boolean).length, 0, 'no reader waited for the provider');

  // Each token is used for 35 to 55 minutes of its 60, on average 45, and found within a step of its moment.
  const minutes = (7 * day) / minute;
  const busyCalls = callsFor('busy') - before.busy;
  const [least, most] = [minutes / (55 + stepMinutes), minutes / 35];
  assert.ok(
    busyCalls >= Math.floor(least) && busyCalls <= Math.ceil(most),
    `${busyCalls} in ${least}..${most}`,
  );
  const average = minutes / (45 + stepMinutes / 2);
  assert.ok(Math.abs(busyCalls - average) < average * 0.1, `${busyCalls}, about ${average} expected`);

  // Read at the start, it is warm for the six hours after: every 35 to 59 minutes, and then left to the keep-alive.
  assert.ok(onceInHours >= 5 && onceInHours <= 10, `${onceInHours} calls while warm`);
  const onceCalls = callsFor('once') - before.once;
  assert.ok(onceCalls - onceInHours <= 1, `${onceCalls - onceInHours} calls in the days after`);
  // Kept alive between half a week and a week after the last time.
  assert.equal(callsFor('idle') - before.idle, 1);
});

test('both resources of one grant are kept warm when both are read, at two calls a round', async () => {
  const reads = [
    { mailboxId: mailboxOf('both'), resource: 'graph' },
    { mailboxId: mailboxOf('shared'), resource: 'imap' },
  ];
  await step(reads);
  const [start, before] = [ahead, callsFor('both')];
  const waited: boolean[] = [];
  while (ahead < start + day) waited.push(...(await step(reads)));
  assert.equal(waited.filter(Boolean).length, 0, 'no reader of either waited');
  // The sooner of two moments makes both due.
  const calls = callsFor('both') - before;
  const rounds = [(24 * 60) / (55 + stepMinutes), (24 * 60) / 35] as const;
  assert.ok(
    calls >= 2 * Math.floor(rounds[0]) && calls <= 2 * Math.ceil(rounds[1]),
    `${calls} calls in a day`,
  );
});

test('tokens that live for five minutes are renewed by their readers, not in a loop', async () => {
  const { microsoft } = installation.sandbox;
  microsoft.configure({ accessTokenTtlSeconds: 300 });
  const mailboxId = mailboxOf('short');
  await step([{ mailboxId, resource: null }]);
  const [start, before] = [ahead, callsFor('short')];
  const waited: boolean[] = [];
  while (ahead < start + 60 * minute) waited.push(...(await step([{ mailboxId, resource: null }])));
  microsoft.configure({ accessTokenTtlSeconds: 3600 });
  assert.equal(callsFor('short') - before, waited.filter(Boolean).length, 'each call had a reader');
  assert.ok(callsFor('short') - before <= 60 / stepMinutes);
});

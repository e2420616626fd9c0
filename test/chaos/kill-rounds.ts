// Rounds of `kill -9` at random moments, while tokens are refreshed and mailboxes come in by every way. After each
// one a new process must know all that the killed one has told anybody. Run for both engines and ways of rotation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { memberOf } from '../support/installation.ts';
import { until } from '../support/until.ts';
import type { Answer, Call } from './support/calls.ts';
import { type Chance, createChance } from './support/chance.ts';
import { isFull, rounds } from './support/extent.ts';
import type { GatewayProcess } from './support/gateway-process.ts';
import { assertTokenWorks, callsAtProvider, orderOfMaking, refreshesOf } from './support/provider-side.ts';
import { type Reads, startReads, tokenPath } from './support/reads.ts';
import { inRound, tell } from './support/summary.ts';
import { type WayIn, waysIn } from './support/ways-in.ts';
import { type ChaosWorld, type Mailbox, renewed, startChaosWorld } from './support/world.ts';

export type Rotation = 'lenient' | 'strict';
type Engine = { engine: string; rotation: Rotation; openDatabase: () => Promise<OpenDatabase> };
type OpenDatabase = { url: string | null; drop: () => Promise<void> };

const poolSize = 8;
/** At each node. */
const callersEach = 2;
/** Comers at once, and how many addresses they take turns with: most of them come again. */
const comersEach = 2;
const comersMax = 10;
/** The kill comes so long after a call of a random number has reached the provider. Milliseconds. */
const momentMost = 150;
const callsMost = 60;
const providerDelayMost = 120;

const promises = {
  lenient: 'no grant is lost and no token was handed out that is not stored',
  strict: 'at most the grants whose refresh was in flight are lost, and each is reported',
} as const;

export function killRounds({ engine, rotation, openDatabase }: Engine): void {
  test(`${engine}, ${rotation} rotation: after kill -9 at any moment of refresh, connect and import ${promises[rotation]}`, async (t) => {
    const database = await openDatabase();
    const chance = createChance(`${engine} ${rotation}`);
    const logins = Array.from({ length: poolSize }, (_, index) => `pool${index}@contoso.test`);
    const world = await startChaosWorld({ databaseUrl: database.url, rotation, logins });
    const counts = emptyCounts();
    try {
      const beside = database.url === null ? null : await world.startBeside();
      const survivor = beside === null ? null : world.callsTo(beside.address);
      let gateway = await world.start();
      const state: State = { world, survivor, chance, counts, rotation, lastEvent: null };
      for (let number = 1; number <= rounds || (!hasHit(counts) && number <= roundsMost); number += 1) {
        gateway = await inRound(`round ${number}`, playRound(state, gateway, number));
      }
    } finally {
      tell(t, `${engine}, ${rotation} rotation`, counts);
      await world.close();
      await database.drop();
    }
    assertTried(counts);
  });
}

/** A short run in which no kill has met a running refresh goes on until one does. */
const roundsMost = rounds + 12;

const hasHit = (counts: ReturnType<typeof emptyCounts>): boolean =>
  counts['hit the provider at work'] + counts['hit a refresh between its answer and the caller'] > 0;

const emptyCounts = () => ({
  rounds: 0,
  'of these hit a running call': 0,
  'hit the provider at work': 0,
  'hit a refresh between its answer and the caller': 0,
  'of these not yet stored': 0,
  'cut reads': 0,
  'cut connects': 0,
  'cut imports': 0,
  'of these to be repeated': 0,
  'refused grants': 0,
});

/** Of the rounds of a full run. A kill that hits nothing proves nothing. */
const hitShareLeast = 0.25;

/** A few rounds may miss a moment that many cannot: the full form must have met each of them. */
function assertTried(counts: ReturnType<typeof emptyCounts>): void {
  const atWork = counts['hit the provider at work'];
  const afterwards = counts['hit a refresh between its answer and the caller'];
  assert.ok(atWork + afterwards > 0, 'no kill hit a running refresh: nothing was tried');
  if (!isFull) return;
  assert.ok(atWork > 0, 'no kill hit the provider at work');
  assert.ok(afterwards > 0, 'no kill hit a refresh between its answer and the caller');
  assert.ok(counts['cut connects'] > 0, 'no kill cut off a connect');
  assert.ok(counts['cut imports'] > 0, 'no kill cut off an import');
  const share = counts['of these hit a running call'] / counts.rounds;
  assert.ok(share >= hitShareLeast, `only a share of ${share} of the rounds hit a running call`);
}

type State = {
  world: ChaosWorld;
  /** Another node on the same database, which is never killed; none with SQLite. */
  survivor: Call | null;
  chance: Chance;
  counts: ReturnType<typeof emptyCounts>;
  rotation: Rotation;
  /** Events after this one are of this round; null = all of them. */
  lastEvent: string | null;
};

async function playRound(state: State, gateway: GatewayProcess, number: number): Promise<GatewayProcess> {
  const { world, chance, counts } = state;
  const { sandbox, call } = world;
  const comers: WayIn[] = [];
  for (let index = 0; index < comersEach; index += 1) {
    const login = `comer${(number * comersEach + index) % comersMax}@contoso.test`;
    sandbox.microsoft.addUser({ login, name: login });
    comers.push(await chance.pick(waysIn)(world, login));
  }
  sandbox.journal.clear();
  sandbox.microsoft.configure({ fault: drawDelay(chance) });

  const nodes = state.survivor === null ? [call] : [call, state.survivor];
  const reads = startReads(nodes, world.mailboxes, { callersEach, body: renewed });
  const coming = comers.map(async (comer) => ({ comer, ...(await comer.go()) }));
  const calls = chance.whole(1, callsMost);
  await until(`${calls} calls have reached the provider`, () => callsAtProvider(sandbox).begun >= calls);
  await moment(chance.whole(0, momentMost));
  gateway.kill();
  await gateway.ended;
  const come = await Promise.all(coming);
  await reads.stop();
  sandbox.microsoft.configure({ fault: null });

  counts.rounds += 1;
  counts['cut reads'] += reads.cut();
  // Whoever is alive has had an answer by now.
  const isAtWork = callsAtProvider(sandbox).unanswered > 0;
  if (isAtWork) counts['hit the provider at work'] += 1;
  const afterwards = counts['hit a refresh between its answer and the caller'];
  for (const { mailbox, answer } of reads.refused) {
    // The surviving node's callers may be the first to meet a grant that the kill has cost; it is looked at below.
    const isLoss = state.rotation === 'strict' && state.survivor !== null && answer.status === 409;
    assert.ok(isLoss, `a read of ${mailbox.login} was refused: ${answer.text}`);
  }

  const next = await world.start();
  await Promise.all(world.mailboxes.map((mailbox) => proveMailbox(state, mailbox, reads)));
  if (isAtWork || counts['hit a refresh between its answer and the caller'] > afterwards) {
    counts['of these hit a running call'] += 1;
  }
  for (const { comer, outcome, words } of come) {
    if (outcome === 'cut') counts[comer.isLink ? 'cut connects' : 'cut imports'] += 1;
    assert.notEqual(outcome, 'refused', `${comer.name} was refused before the kill: ${words}`);
    await proveComer(state, comer, outcome === 'done');
  }
  const events = await eventsAfter(state);
  state.lastEvent = lastIdOf(events) ?? state.lastEvent;
  return next;
}

/** None, before the provider's work, or after it: so that kills meet each of them. */
function drawDelay(chance: Chance) {
  const on: ('refresh' | 'token')[] = ['refresh', 'token'];
  const milliseconds = chance.whole(5, providerDelayMost);
  const before = { on, delayMs: milliseconds };
  const after = { on, answerDelayMs: milliseconds };
  return chance.pick([null, before, before, after, after]);
}

/** Not to wait for something, but the random moment itself. */
const moment = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function proveMailbox(state: State, mailbox: Mailbox, reads: Reads): Promise<void> {
  const { world, counts, rotation } = state;
  const { sandbox, call } = world;
  const { answered, unanswered } = refreshesOf(sandbox, mailbox.login);
  const placeOf = orderOfMaking(sandbox);
  const received = [...new Set(reads.received.get(mailbox.id))].sort((a, b) => placeOf(a) - placeOf(b));
  const last = received.at(-1);
  const isUnaccounted = answered + unanswered > received.length;
  if (answered > received.length) counts['hit a refresh between its answer and the caller'] += 1;

  const stored = await call('POST', tokenPath(mailbox));
  if (stored.status === 200) {
    const served = String(stored.body.access_token);
    const isStored = last === undefined || orderOfMaking(sandbox)(served) >= placeOf(last);
    assert.ok(isStored, `${mailbox.login}: a token was handed out that is not stored`);
    if (answered > received.length && served === last) counts['of these not yet stored'] += 1;
    await assertTokenWorks(sandbox, served, mailbox.login);
  }
  const ask = state.survivor ?? call;
  const fresh = await settled(() => ask('POST', tokenPath(mailbox), renewed));
  if (fresh.status === 200) {
    assert.equal(stored.status, 200, `the stored token of a grant that is alive is served: ${stored.text}`);
    return assertTokenWorks(sandbox, String(fresh.body.access_token), mailbox.login);
  }
  counts['refused grants'] += 1;
  assert.equal(rotation, 'strict', `${mailbox.login} is lost: ${fresh.text}`);
  assert.ok(isUnaccounted, `${mailbox.login} is lost, and no refresh of it was in flight: ${fresh.text}`);
  await assertReported(state, mailbox, fresh);
}

/** An answer that does not ask to wait. */
async function settled(ask: () => Promise<Answer>): Promise<Answer> {
  let answer = await ask();
  await until(`the gateway has a settled answer instead of ${answer.text}`, async () => {
    if (answer.status !== 503) return true;
    answer = await ask();
    return answer.status !== 503;
  });
  return answer;
}

/** To its caller with a verdict and a way back, to everybody by an event and the mailbox's status. */
async function assertReported(state: State, { id, login }: Mailbox, refusal: Answer): Promise<void> {
  const { call, sandbox } = state.world;
  assert.equal(refusal.status, 409, refusal.text);
  assert.equal(refusal.body.code, 'needs_reauthorization');
  assert.equal(memberOf(refusal.body.verdict, 'actor'), 'mailbox_owner', refusal.text);
  assert.equal((await call('GET', `/v1/mailboxes/${id}`)).body.status, 'needs_reauthorization');
  const told = (await eventsAfter(state)).filter(
    (event) =>
      memberOf(event, 'object_id') === id && memberOf(event, 'type') === 'mailbox.needs_reauthorization',
  );
  assert.equal(told.length, 1, `the end of ${login} is told once`);

  const page = await approve(String(refusal.body.reconnect_url), { login });
  const { body } = await call('GET', `/v1/mailboxes/${id}`);
  assert.notEqual(
    body.status,
    'needs_reauthorization',
    `${login} is reconnected: ${page.status} ${page.pages.join(' > ')}`,
  );
  const again = await call('POST', tokenPath({ id, login }), renewed);
  assert.equal(again.status, 200, `${login} works again after its owner has reconnected: ${again.text}`);
  await assertTokenWorks(sandbox, String(again.body.access_token), login);
}

async function eventsAfter({ world, lastEvent }: State): Promise<unknown[]> {
  const events: unknown[] = [];
  for (let cursor = lastEvent; ; cursor = lastIdOf(events)) {
    const path = `/v1/events?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`;
    const { body, text } = await world.call('GET', path);
    assert.ok(Array.isArray(body.items), text);
    events.push(...body.items);
    if (body.next_cursor === null) return events;
  }
}

function lastIdOf(events: readonly unknown[]): string | null {
  const id = memberOf(events.at(-1), 'id');
  return typeof id === 'string' ? id : null;
}

/**
 * A mailbox that somebody was told of is there and works. Of one that was cut off there is all or nothing, and the
 * same once more brings it in: by the same link, or with the same tokens unless the provider has spent them.
 */
async function proveComer(state: State, comer: WayIn, isDone: boolean): Promise<void> {
  const { call } = state.world;
  const find = async () => {
    const { body } = await call('GET', `/v1/mailboxes?email=${encodeURIComponent(comer.login)}`);
    const [mailbox] = Array.isArray(body.items) ? body.items : [];
    return mailbox;
  };
  const before = await find();
  if (before === undefined) {
    assert.equal(isDone, false, `${comer.name} was acknowledged, and ${comer.login} is not there`);
    state.counts['of these to be repeated'] += 1;
    const { outcome, words } = await comer.go();
    const isSpent = state.rotation === 'strict' && !comer.isLink;
    if (outcome === 'refused' && isSpent) return;
    assert.equal(outcome, 'done', `${comer.name} once more: ${words}`);
  }
  const id = memberOf(await find(), 'id');
  assert.ok(typeof id === 'string', `${comer.name}: ${comer.login} is not there`);
  const token = await settled(() => call('POST', tokenPath({ id, login: comer.login }), renewed));
  assert.equal(token.status, 200, `${comer.name}: ${comer.login} does not work: ${token.text}`);
  await assertTokenWorks(state.world.sandbox, String(token.body.access_token), comer.login);
}

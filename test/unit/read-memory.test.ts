import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Change } from '../../src/core/ports.ts';
import {
  createMemoryWorld,
  grantIdOf,
  type MemoryWorld,
  mailboxIdOf,
  newReadOf,
  oauthClientId,
  readMailboxOf,
  workspaceId,
} from './kept-tokens.ts';

const keep = ({ memory, freshness }: MemoryWorld, index: number, wanted: string | null = null): void =>
  memory.keep(freshness.mark(), readMailboxOf(index), newReadOf(index, 220, wanted));

const found = ({ memory }: MemoryWorld, index: number, wanted: string | null = null): boolean =>
  memory.find(workspaceId, mailboxIdOf(index), wanted) !== null;

it('finds what was kept, under the name that it was asked for by', () => {
  const world = createMemoryWorld();
  keep(world, 1);
  keep(world, 1, 'imap');
  const kept = world.memory.find(workspaceId, mailboxIdOf(1), 'imap');
  assert.equal(kept?.accessToken.reveal(), newReadOf(1).tokenSet.accessToken.reveal());
  assert.equal(kept?.email, readMailboxOf(1).mailbox.email);
  assert.equal(kept?.of.grantId, grantIdOf(1));
  assert.deepEqual([found(world, 1), found(world, 1, 'graph'), found(world, 2)], [true, false, false]);
});

it('shows no token when it is printed', () => {
  const world = createMemoryWorld();
  keep(world, 1);
  const kept = world.memory.find(workspaceId, mailboxIdOf(1), null);
  assert.doesNotMatch(JSON.stringify(kept), /token-1/);
});

it('never answers for another workspace', () => {
  const world = createMemoryWorld();
  keep(world, 1);
  assert.equal(world.memory.find(oauthClientId, mailboxIdOf(1), null), null);
  assert.ok(found(world, 1), 'and whoever asks so drives nothing out');
});

const changes: [string, Change | null][] = [
  ['its mailbox', { kind: 'mailbox', id: mailboxIdOf(1) }],
  ['its grant', { kind: 'grant', id: grantIdOf(1) }],
  ['its OAuth client', { kind: 'oauth_client', id: oauthClientId }],
  ['its workspace', { kind: 'workspace', id: workspaceId }],
  ['what may have been missed', null],
];
for (const [name, change] of changes) {
  it(`a change of ${name} makes it void`, () => {
    const world = createMemoryWorld();
    keep(world, 1);
    world.feed.tell(change && [change]);
    assert.equal(found(world, 1), false);
  });

  it(`a change of ${name} between the read and the keeping leaves nothing behind`, () => {
    const world = createMemoryWorld();
    const mark = world.freshness.mark();
    world.feed.tell(change && [change]);
    world.memory.keep(mark, readMailboxOf(1), newReadOf(1));
    assert.equal(found(world, 1), false);
    assert.equal(world.memory.size().entries, 0);
  });
}

it('an answer that is kept with a new one is not believed for longer than it may be', () => {
  const world = createMemoryWorld();
  keep(world, 1);
  world.feed.tell([{ kind: 'grant', id: grantIdOf(1) }]);
  keep(world, 1, 'imap');
  assert.deepEqual([found(world, 1), found(world, 1, 'imap')], [false, true]);
});

it('a mailbox that got another grant keeps nothing of the one before', () => {
  const world = createMemoryWorld();
  keep(world, 1);
  const reconnected = { ...readMailboxOf(1), grant: { id: grantIdOf(7) } };
  world.memory.keep(world.freshness.mark(), reconnected, newReadOf(7, 220, 'imap'));
  assert.deepEqual([found(world, 1), found(world, 1, 'imap')], [false, true]);
});

it('nothing is found while changes cannot be heard', () => {
  const world = createMemoryWorld();
  keep(world, 1);
  world.feed.isCurrent = false;
  assert.equal(found(world, 1), false);
  keep(world, 1);
  assert.equal(world.memory.size().entries, 0);
});

it('what is read stays through any number of changes of others', () => {
  const world = createMemoryWorld();
  keep(world, 1);
  for (let round = 0; round < 100; round++) {
    world.feed.tell(
      Array.from({ length: 1_000 }, (_, index) => ({ kind: 'grant', id: `${round} ${index}` })),
    );
    assert.ok(found(world, 1), `round ${round}`);
  }
});

it('holds no more mailboxes and no more bytes than it may', () => {
  const few = createMemoryWorld({ entriesMax: 5, megabytesMax: 8 });
  const small = createMemoryWorld({ entriesMax: 100_000, megabytesMax: 1 });
  for (let index = 0; index < 3_000; index++) {
    keep(few, index);
    keep(small, index);
    assert.ok(few.memory.size().entries <= 5);
    assert.ok(small.memory.size().bytes <= 1024 * 1024);
  }
  const { entries } = small.memory.size();
  assert.ok(entries > 1_000 && entries < 3_000, `${entries} mailboxes in a megabyte`);
});

it('one mailbox cannot fill the room by asking under many names', () => {
  const world = createMemoryWorld();
  for (let index = 0; index < 100; index++) keep(world, 1, `https://example.com/${index}`);
  keep(world, 2);
  const one = createMemoryWorld();
  keep(one, 2);
  assert.ok(world.memory.size().bytes < 8 * one.memory.size().bytes);
});

for (const room of [{ entriesMax: 0 }, { megabytesMax: 0 }]) {
  it(`keeps nothing in no room: ${JSON.stringify(room)}`, () => {
    const world = createMemoryWorld(room);
    keep(world, 1);
    assert.equal(found(world, 1), false);
    assert.equal(world.memory.size().entries, 0);
  });
}

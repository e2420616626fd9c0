// A read memory with a feed that a test speaks through, and tokens to keep in it: each with texts of its own, as rows of
// a database have them.
import { createFreshness, type Freshness } from '../../src/core/freshness.ts';
import type { Change, ChangeFeed } from '../../src/core/ports.ts';
import {
  createReadMemory,
  type NewRead,
  type ReadMailbox,
  type ReadMemory,
} from '../../src/core/read-memory.ts';
import { secret } from '../../src/core/secret.ts';

export type TestFeed = { changes: ChangeFeed; tell(changes: Change[] | null): void; isCurrent: boolean };

export function createFeed(): TestFeed {
  const listeners = new Set<(changes: readonly Change[] | null) => void>();
  const feed: TestFeed = {
    isCurrent: true,
    tell: (changes) => {
      for (const listener of listeners) listener(changes);
    },
    changes: {
      isCurrent: () => feed.isCurrent,
      prune: async () => 0,
      listen: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };
  return feed;
}

export type MemoryWorld = { memory: ReadMemory; freshness: Freshness; feed: TestFeed };

export function createMemoryWorld({ entriesMax = 1000, megabytesMax = 8 } = {}): MemoryWorld {
  const feed = createFeed();
  const freshness = createFreshness(feed);
  const settings = { cacheEntriesMax: entriesMax, cacheMegabytesMax: megabytesMax };
  return { memory: createReadMemory({ freshness, settings }), freshness, feed };
}

/** Through bytes, so that nothing is shared with any other text. */
const own = (text: string): string => Buffer.from(text).toString('latin1');

const idOf = (kind: string, index: number): string =>
  own(`019b00${kind}-0000-7000-8000-${index.toString(16).padStart(12, '0')}`);

export const mailboxIdOf = (index: number): string => idOf('b0', index);
export const grantIdOf = (index: number): string => idOf('c0', index);
export const workspaceId = idOf('a0', 1);
export const oauthClientId = idOf('d0', 1);

const target = (transport: 'imap' | 'smtp', port: number) => ({
  transport,
  server: { host: own(`${transport}.example.com`), port, tls: 'implicit' as const },
});

export const readMailboxOf = (index: number): ReadMailbox => ({
  mailbox: {
    id: mailboxIdOf(index),
    workspaceId: own(workspaceId),
    email: own(`person${index.toString().padStart(8, '0')}@example.com`),
  },
  grant: { id: grantIdOf(index) },
  oauthClient: { id: own(oauthClientId) },
});

export const newReadOf = (index: number, tokenLength = 220, wanted: string | null = null): NewRead => ({
  wanted,
  kind: {
    provider: 'google',
    names: 'own',
    resource: own('https://mail.google.com/'),
    scope: own('https://mail.google.com/ openid https://www.googleapis.com/auth/userinfo.email'),
    targets: [target('imap', 993), target('smtp', 465)],
  },
  tokenSet: {
    accessToken: secret(own(`token-${index}-`.padEnd(tokenLength, 'x'))),
    obtainedAt: 1_790_000_000_000 + index,
    expiresAt: 1_790_003_600_000 + index,
  },
});

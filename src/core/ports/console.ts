// Storage of the console's sessions.
import type { ApiKey } from '../api-keys.ts';
import type { ConsoleSession } from '../console/console-sessions.ts';

export type ConsoleSessionOperations = {
  insert(session: ConsoleSession): Promise<void>;
  /** With the key behind it; null also when that belongs to a workspace on its way out. */
  byTokenHash(tokenHash: string): Promise<{ session: ConsoleSession; key: ApiKey } | null>;
  /** Notes that it was used; an earlier moment than the one noted changes nothing. */
  noteSeen(id: string, at: number): Promise<void>;
  /** True for the one caller that ended it: it expires at this moment. */
  end(id: string, at: number): Promise<boolean>;
  /** Deletes sessions that expired before `before`, `limit` at most, and the keys that were made for their persons. */
  prune(before: number, limit: number): Promise<number>;
};

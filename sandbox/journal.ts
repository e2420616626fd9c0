// Every request that reached a sandbox endpoint, newest last, bounded. Queries and bodies are left out: no secret
// can get in.
import type { EndpointKind } from './faults.ts';
import type { SandboxProvider } from './types.ts';

export type JournalEntry = {
  /** ISO 8601. */
  at: string;
  provider: SandboxProvider;
  kind: EndpointKind;
  /** HTTP method, or `IMAP` and `SMTP`. */
  method: string;
  path: string;
  /** HTTP status; 0 when the caller left or the connection was dropped; for mail 200, 401 or 503. */
  status: number;
  clientId?: string;
  grantType?: string;
  login?: string;
};

export type JournalFilter = Partial<
  Pick<JournalEntry, 'provider' | 'kind' | 'login' | 'grantType' | 'status'>
>;

export type Journal = {
  record(entry: JournalEntry): void;
  entries(filter?: JournalFilter): JournalEntry[];
  clear(): void;
};

export function createJournal(entriesMax = 10_000): Journal {
  const entries: JournalEntry[] = [];
  return {
    record(entry) {
      entries.push(entry);
      if (entries.length > entriesMax) entries.splice(0, entries.length - entriesMax);
    },
    entries(filter = {}) {
      const wanted = Object.entries(filter).filter(([, value]) => value !== undefined);
      return entries.filter((entry) => wanted.every(([key, value]) => Reflect.get(entry, key) === value));
    },
    clear() {
      entries.length = 0;
    },
  };
}

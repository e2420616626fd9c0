// What the gateway keeps for its own work: numbers, limits, breakers, counts, keys, and what nodes tell one another.

/** The last number that was given out under a name. */
export type NumbersTable = { name: string; value: number };

/** One row: what was counted last, and when that is to be done next. */
export type InstallationTotalsTable = {
  name: string;
  /** JSON. */
  totals: string;
  counted_at: number | null;
  next_at: number;
};

export type LimitWindowsTable = { key: string; window_start: number; window_end: number; total: number };

export type LimitBlocksTable = { key: string; level: number; until: number; remembered_until: number };

export type BreakersTable = {
  key: string;
  failures: number;
  window_start: number;
  open_until: number;
  trips: number;
  probe_until: number;
};

/** What nodes must read again; see postgres-change-feed.ts. */
export type ChangesTable = {
  /** Number of the transaction that wrote it: PostgreSQL's `xid8`. */
  written_by: string;
  kind: string;
  object_id: string;
  written_at: number;
};

/** Token reads of one mailbox with one API key in one minute, which is the time of its beginning. */
export type TokenUsesTable = {
  mailbox_id: string;
  minute: number;
  key_id: string;
  total: number;
  first_at: number;
  last_at: number;
};

/** A known text sealed by each key that ever wrote here: shows a wrong key at the start. */
export type KeyProofsTable = { key_id: string; proof: Uint8Array };

/** Running processes, each with the ids of its keys, the one that it seals with first. */
export type KeyringHoldersTable = {
  id: string;
  /** JSON: list of ids. */
  key_ids: string;
  seen_at: number;
};

/** Passes that seal everything under one key. */
export type ResealingsTable = {
  key_id: string;
  /** JSON: where the walk stands; null = at the beginning. */
  position: string | null;
  /** Null = they are not counted yet. */
  total: number | null;
  checked: number;
  resealed: number;
  unreadable: number;
  /** 0 = nobody works on it. */
  claimed_until: number;
  first_started_at: number;
  started_at: number;
  updated_at: number;
  finished_at: number | null;
};

export type MigrationsTable = { name: string; applied_at: number };

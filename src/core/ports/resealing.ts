// Storage of what is known of the keys that seal, and the walk through everything that is sealed.

/** Where a walk stands: behind the row with this key in this table. */
export type SealedPosition = { table: string; after: readonly string[] };

/** A pass that seals everything under one key. */
export type Resealing = {
  keyId: string;
  /** Values that there were when the pass began, others may have come since; null = they are not counted yet. */
  total: number | null;
  /** Values looked at, sealed again, and such that cannot be opened by any key that is here. */
  checked: number;
  resealed: number;
  unreadable: number;
  /** When the first pass under this key began: since about then it seals. */
  firstStartedAt: number;
  startedAt: number;
  updatedAt: number;
  /** Null while it goes on. */
  finishedAt: number | null;
};

export type ClaimedResealing = Resealing & { position: SealedPosition | null };

/** A running process and the ids of its keys, the one that it seals with first. */
export type KeyHolder = { id: string; keyIds: string[]; seenAt: number };

export type SealedSlice = {
  /** Null = the walk is at its end. */
  position: SealedPosition | null;
  checked: number;
  resealed: number;
  unreadable: number;
};

export type ResealingOperations = {
  /** Ids of this process's keys; the first one seals. */
  keyIds(): readonly [string, ...string[]];
  /** Ids of all keys that ever sealed here and were not retired. */
  knownKeyIds(): Promise<string[]>;
  /** Says that this process runs with its keys. */
  noteHolder(id: string, now: number): Promise<void>;
  forgetHolder(id: string): Promise<void>;
  /** Processes that were seen since. */
  holders(since: number): Promise<KeyHolder[]>;
  /** Begins a pass under this process's first key, from the beginning, also where an earlier one had ended. */
  begin(now: number): Promise<Resealing>;
  /** The pass under a key; null when there was none. */
  find(keyId: string): Promise<Resealing | null>;
  /** Takes the unfinished pass under this process's first key, if nobody works on it at `now`. */
  claim(now: number, until: number): Promise<ClaimedResealing | null>;
  /** Compare-and-swap on the claim; `until` 0 drops it. False when somebody else has it by now. */
  save(claimedUntil: number, pass: ClaimedResealing, until: number): Promise<boolean>;
  /**
   * Seals the next values that are not under this process's first key, each by compare-and-swap on what was read, so that
   * what is written in the same moment stays. About `limit` rows.
   */
  resealSlice(position: SealedPosition | null, limit: number): Promise<SealedSlice>;
  /** How many values of the next rows each key seals. '' = no sealed value of a known form. */
  countSlice(
    position: SealedPosition | null,
    limit: number,
  ): Promise<{ position: SealedPosition | null; values: Map<string, number> }>;
  /** Forgets that a key was ever used; false when it was not known. */
  forgetKey(keyId: string): Promise<boolean>;
};

// What processes tell one another that they must read again.
/** Something was written of which processes keep a part in memory: it has to be read again. */
export type Change = { kind: ChangeKind; id: string };
export type ChangeKind = 'api_key' | 'workspace' | 'mailbox' | 'grant' | 'oauth_client' | 'breaker';

export type ChangeFeed = {
  /**
   * Hears of changes: of this process before the operation that made them resolves, of others within a second of
   * their commit. Null = some may have been missed, so that nothing in memory is sure. Answers how to stop.
   */
  listen(listener: (changes: readonly Change[] | null) => void): () => void;
  /** False while a change of another process may have gone unheard for a second: then nothing in memory is sure. */
  isCurrent(): boolean;
  /** Deletes, of what was written down for other processes, what all of them have heard; answers how many, `limit` at most. */
  prune(limit: number): Promise<number>;
};

// Storage of background jobs: rows that carry their own claim.
import type { BackgroundJob, BackgroundJobType } from '../jobs/background-jobs.ts';
import type { Page, PageRequest } from './store.ts';

export type BackgroundJobOperations = {
  insert(job: BackgroundJob): Promise<void>;
  byId(id: string): Promise<BackgroundJob | null>;
  /** Newest first; `after` is the id of the last one seen. Without `types`: of all. */
  list(
    workspaceId: string,
    page: PageRequest,
    types?: readonly BackgroundJobType[],
  ): Promise<Page<BackgroundJob>>;
  /** Those that are pending or running. */
  countUnfinished(workspaceId: string): Promise<number>;
  /**
   * The oldest unfinished job of a workspace in which nobody claims one at `now`; claims it until `until`. Only in
   * a transaction that holds a lock for it: two claims at once could each take one of the same workspace.
   */
  claim(now: number, until: number): Promise<BackgroundJob | null>;
  /**
   * Compare-and-swap on the claim: writes progress, status and what is left to do, and drops the claim. False when
   * it is no longer the one until `claimedUntil`.
   */
  release(job: BackgroundJob, claimedUntil: number): Promise<boolean>;
  /** As `release`, whoever has claimed it. */
  overwrite(job: BackgroundJob): Promise<boolean>;
  /** Deletes jobs that are over and were last changed before `before`. */
  prune(before: number, limit: number): Promise<number>;
};

// Workspaces on their way out: their rows are deleted in small batches, each a short transaction, and what people had
// granted is revoked where a provider can do that and nobody else lives by it. A process that dies between the two
// leaves at most one batch unrevoked; the rest goes on wherever due work is done.
import type { Grant } from './grants.ts';
import { hasOtherUse } from './other-uses.ts';
import type { Attempt, Ports, ProviderFailure, RemovedGrant } from './ports.ts';

type Needs = Pick<Ports, 'clock' | 'log' | 'store' | 'providers' | 'settings'>;

export type WorkspaceDeletion = ReturnType<typeof createWorkspaceDeletion>;

const batch = 100;
/** Revocations at once. */
const abreast = 10;
/** For how long the grants of a batch wait for room among our own calls to the provider. */
const busyMilliseconds = 120_000;
const busySeconds = 5;
/** So that other writers get their turn on the embedded engine, and other nodes their share of the database. */
const breathMilliseconds = 20;

export function createWorkspaceDeletion(ports: Needs) {
  const { clock, log, store, providers, settings } = ports;

  /** False when the provider did not answer as one that goes on answering would. */
  async function revoke(
    workspaceId: string,
    { grant, oauthClient, emails }: RemovedGrant,
    { busyUntil, signal }: { busyUntil: number; signal: AbortSignal | undefined },
  ): Promise<boolean> {
    const { revoke: revokeAtProvider } = providers[grant.provider];
    const { issuer, subject, refreshToken } = grant;
    if (!revokeAtProvider || refreshToken === null || !isAlive(grant)) return true;
    for (const email of emails.length > 0 ? emails : [null]) {
      if (await hasOtherUse(ports, workspaceId, oauthClient, { issuer, subject, email })) return true;
    }
    const ask = () =>
      revokeAtProvider(oauthClient, refreshToken, clock.deadline(settings.providerTimeoutSeconds * 1000));
    let attempt = await ask();
    // We ask too much ourselves, which says nothing of the provider, and there is no second chance: the row is gone.
    while (isBusy(attempt) && clock.now() < busyUntil && !signal?.aborted) {
      await clock.sleep((attempt.failure.retryAfterSeconds ?? busySeconds) * 1000, signal);
      attempt = await ask();
    }
    if (attempt.ok) return true;
    const { failure } = attempt;
    log.warn('a grant of a deleted workspace could not be revoked', { grantId: grant.id, failure });
    return failure.kind !== 'transient';
  }

  /** Of a provider in trouble the rest of a batch is not asked: the rows must not wait for it. */
  async function revokeAll(
    workspaceId: string,
    grants: readonly RemovedGrant[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const patience = { busyUntil: clock.now() + busyMilliseconds, signal };
    let left = grants;
    while (left.length > 0) {
      const answered = await Promise.all(
        left.slice(0, abreast).map((one) =>
          revoke(workspaceId, one, patience).catch((error: unknown) => {
            log.error('a grant of a deleted workspace could not be revoked', {
              grantId: one.grant.id,
              error,
            });
            return true;
          }),
        ),
      );
      left = left.slice(abreast);
      if (answered.includes(false) && left.length > 0) {
        log.warn('a provider is in trouble: grants of a deleted workspace are not revoked', {
          workspaceId,
          count: left.length,
        });
        return;
      }
    }
  }

  return {
    /**
     * Goes on until nothing is left that can go, or `signal` aborts; says how many rows went. Batch by batch in turn, so
     * that a small workspace does not wait for a large one; one that fails waits for the next pass.
     */
    async deleteLeaving(signal?: AbortSignal): Promise<number> {
      let total = 0;
      const rowsById = new Map<string, number>();
      const passed = new Set<string>();
      while (!signal?.aborted) {
        const leaving = await store.workspaces.leaving(batch + passed.size);
        tellOfGone(rowsById, leaving);
        const ids = leaving.filter((id) => !passed.has(id));
        if (ids.length === 0) break;
        for (const id of ids) {
          if (signal?.aborted) break;
          const removed = await takeSome(id, signal).catch((error: unknown) => {
            log.error('a deleted workspace cannot be taken apart: the others go on', {
              workspaceId: id,
              error,
            });
            return 0;
          });
          if (removed === 0) passed.add(id);
          total += removed;
          rowsById.set(id, (rowsById.get(id) ?? 0) + removed);
          await clock.sleep(breathMilliseconds, signal);
        }
      }
      return total;
    },
  };

  async function takeSome(id: string, signal?: AbortSignal): Promise<number> {
    const { removed, grants } = await store.workspaces.removeSome(id, batch);
    await revokeAll(id, grants, signal);
    return removed;
  }

  function tellOfGone(rowsById: Map<string, number>, leaving: readonly string[]): void {
    for (const [id, rows] of rowsById) {
      if (leaving.includes(id)) continue;
      rowsById.delete(id);
      log.info('a deleted workspace is gone', { workspaceId: id, rows });
    }
  }
}

const isAlive = ({ status }: Grant): boolean => status === 'active';

const isBusy = (attempt: Attempt<unknown>): attempt is { ok: false; failure: ProviderFailure } =>
  !attempt.ok && attempt.failure.reason === 'gateway_busy';

// Workspaces on their way out: their rows are deleted in small batches, each a short transaction, and what people had
// granted is revoked where a provider can do that and nobody else lives by it. A process that dies between the two
// leaves at most one batch unrevoked; the rest goes on wherever due work is done.
import type { Grant } from './grants.ts';
import { hasOtherUse } from './other-uses.ts';
import type { Ports, RemovedGrant } from './ports.ts';

type Needs = Pick<Ports, 'clock' | 'log' | 'store' | 'providers' | 'settings'>;

export type WorkspaceDeletion = ReturnType<typeof createWorkspaceDeletion>;

const batch = 100;
/** Revocations at once. */
const abreast = 10;
/** So that other writers get their turn on the embedded engine, and other nodes their share of the database. */
const breathMilliseconds = 20;

export function createWorkspaceDeletion(ports: Needs) {
  const { clock, log, store, providers, settings } = ports;

  /** False when the provider did not answer as one that goes on answering would. */
  async function revoke(workspaceId: string, { grant, oauthClient, emails }: RemovedGrant): Promise<boolean> {
    const provider = providers[grant.provider];
    if (!provider.revoke || grant.refreshToken === null || !isAlive(grant)) return true;
    const { issuer, subject } = grant;
    for (const email of emails.length > 0 ? emails : [null]) {
      if (await hasOtherUse(ports, workspaceId, oauthClient, { issuer, subject, email })) return true;
    }
    const deadline = clock.deadline(settings.providerTimeoutSeconds * 1000);
    const attempt = await provider.revoke(oauthClient, grant.refreshToken, deadline);
    if (attempt.ok) return true;
    const { failure } = attempt;
    log.warn('a grant of a deleted workspace could not be revoked', { grantId: grant.id, failure });
    return failure.kind !== 'transient';
  }

  /** Of a provider in trouble the rest of a batch is not asked: the rows must not wait for it. */
  async function revokeAll(workspaceId: string, grants: readonly RemovedGrant[]): Promise<void> {
    let left = grants;
    while (left.length > 0) {
      const answered = await Promise.all(
        left.slice(0, abreast).map((one) =>
          revoke(workspaceId, one).catch((error: unknown) => {
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

  async function takeApart(id: string, signal?: AbortSignal): Promise<number> {
    let total = 0;
    while (!signal?.aborted) {
      const { removed, grants } = await store.workspaces.removeSome(id, batch);
      if (removed === 0) {
        log.info('a deleted workspace is gone', { workspaceId: id, rows: total });
        break;
      }
      total += removed;
      await revokeAll(id, grants);
      await clock.sleep(breathMilliseconds, signal);
    }
    return total;
  }

  return {
    /** Goes on until nothing is left or `signal` aborts; says how many rows went. */
    async deleteLeaving(signal?: AbortSignal): Promise<number> {
      let total = 0;
      for (const id of await store.workspaces.leaving(batch)) {
        if (!signal?.aborted) total += await takeApart(id, signal);
      }
      return total;
    },
  };
}

const isAlive = ({ status }: Grant): boolean => status === 'active';

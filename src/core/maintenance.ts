// Work that falls due by itself: grants kept alive, mailboxes verified again, old sessions removed.
// Each takes a bounded batch and says how many it found; the loops that call them are in jobs/.

import type { Authorization } from './authorization.ts';
import { jittered } from './backoff.ts';
import { createCredentialExpiry } from './credential-expiry.ts';
import { effectiveScope } from './lost-scopes.ts';
import type { Ports } from './ports.ts';
import type { Tokens } from './tokens.ts';
import type { Verifier } from './verification.ts';

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers'> & {
  authorization: Authorization;
  tokens: Tokens;
  verifier: Verifier;
};

export type Maintenance = ReturnType<typeof createMaintenance>;

const batch = 20;
/** Until a keep-alive that could not be done (provider in trouble, OAuth client paused) is tried again. */
const postponedSeconds = 3600;
/** A claimed verification that its process did not finish is claimed again after this long. */
const verificationClaimMilliseconds = 120_000;
/** Results stay readable this long after a session has expired. */
const sessionKeptMilliseconds = 24 * 3600 * 1000;

export function createMaintenance(ports: Needs) {
  const { clock, random, log, store, providers, authorization, tokens, verifier } = ports;
  async function keepAlive(id: string): Promise<string> {
    const grant = await store.grants.byId(id);
    const oauthClient = grant && (await store.oauthClients.byId(grant.oauthClientId));
    if (!oauthClient) return 'not_granted';
    const provider = providers[grant.provider];
    const [transport] = provider.transports(oauthClient, effectiveScope(grant));
    const resource = transport ? provider.resourceOf(oauthClient, transport) : null;
    if (resource === null) return 'not_granted';
    const { outcome } = await tokens.obtain(grant, resource, { minTtlSeconds: 0, forceRefresh: true });
    return outcome;
  }

  return {
    /** Refreshes grants that were not refreshed for a week, so that the provider does not let them lapse. */
    async refreshDueGrants(): Promise<number> {
      const due = await store.grants.due(clock.now(), batch);
      await Promise.all(
        due.map(async (id) => {
          const outcome = await keepAlive(id).catch((error: unknown) => {
            log.error('a due grant could not be refreshed', { grantId: id, error });
            return 'error';
          });
          // A dead grant is not looked at again. Any other one that was not refreshed must not be found at once
          // again, or the loop would find nothing else.
          if (outcome !== 'token' && outcome !== 'dead') {
            await store.grants.postponeKeepAlive(id, clock.now() + jittered(random, postponedSeconds));
          }
        }),
      );
      return due.length;
    },

    async verifyDueMailboxes(): Promise<number> {
      const now = clock.now();
      const due = await store.mailboxes.claimDueVerifications(
        now,
        now + verificationClaimMilliseconds,
        batch,
      );
      await Promise.all(
        due.map((id) =>
          verifier.verify(id).catch((error: unknown) => {
            log.error('a due mailbox could not be verified', { mailboxId: id, error });
          }),
        ),
      );
      return due.length;
    },

    /** Raises the warnings of credentials that end soon. */
    ...createCredentialExpiry(ports),

    /** What was never confirmed is handed back; sessions that are long over are deleted. */
    async pruneConnectSessions(): Promise<number> {
      await authorization.discardUnconfirmed(batch);
      return store.connectSessions.prune(clock.now() - sessionKeptMilliseconds, 500);
    },
  };
}

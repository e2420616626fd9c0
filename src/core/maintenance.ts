// Work that falls due by itself: mailboxes verified again, what others have heard of removed; grants are in
// due-refreshes.ts. Each takes a bounded batch and says how many it found; the loops that call them are in jobs/.
import type { Credentials } from './client-credentials.ts';
import { createCredentialExpiry } from './credential-expiry.ts';
import type { Ports } from './ports.ts';
import type { Verifier } from './verification.ts';

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers'> & {
  verifier: Verifier;
  credentials: Credentials;
};

export type Maintenance = ReturnType<typeof createMaintenance>;

/** Mailboxes proved at once: most of a proof is waiting for mail servers. */
const verifiedAtOnce = 100;
/** A claimed verification that its process did not finish is claimed again after this long. */
const verificationClaimMilliseconds = 120_000;

export function createMaintenance(ports: Needs) {
  const { clock, log, store, verifier } = ports;

  return {
    async verifyDueMailboxes(): Promise<number> {
      const now = clock.now();
      const due = await store.mailboxes.claimDueVerifications(
        now,
        now + verificationClaimMilliseconds,
        verifiedAtOnce,
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

    /** What every process has heard of long since. */
    pruneChanges: (): Promise<number> => store.changes.prune(500),
  };
}

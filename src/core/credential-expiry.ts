// The ends of client credentials, watched: a word 30, 7 and 1 days ahead, one for each client and step.
import type { Credentials } from './client-credentials.ts';
import { raise } from './events.ts';
import type { Ports } from './ports.ts';

const dayMilliseconds = 24 * 3600 * 1000;

/** Days before the end at which the owner hears of it. */
const warningDays = [30, 7, 1] as const;

const batch = 100;

type Needs = Pick<Ports, 'clock' | 'random' | 'store'> & { credentials: Credentials };

export function createCredentialExpiry(ports: Needs) {
  const { clock, store, credentials } = ports;

  async function warn(id: string, days: number): Promise<void> {
    await store.transaction(async (rows) => {
      await rows.lock(`oauth client ${id}`);
      const client = await rows.oauthClients.byId(id);
      const expiresAt = client?.credential.expiresAt ?? null;
      if (!client || expiresAt === null || (client.expiryWarnedDays ?? Number.POSITIVE_INFINITY) <= days)
        return;
      await rows.oauthClients.update(id, { expiryWarnedDays: days });
      await raise(ports, rows, {
        workspaceId: client.workspaceId,
        type: 'oauth_client.credential_expiring',
        objectId: id,
        data: {
          within_days: days,
          expires_at: new Date(expiresAt).toISOString(),
          // Nothing to do then: it takes over by itself.
          has_next: client.nextCredential !== null,
        },
        createdAt: clock.now(),
      });
    });
  }

  return {
    /** Raises what is due; says how many clients it looked at. Nearest step first: one that was missed is not made up. */
    async warnOfExpiring(): Promise<number> {
      const now = clock.now();
      let count = 0;
      for (const days of [...warningDays].reverse()) {
        const before = now + days * dayMilliseconds;
        const due = await store.oauthClients.expiringCredentials(before, days, batch, credentials.passedOver);
        for (const { id, credential } of due) {
          // Its end is as true, but nobody can use it until then: the log tells.
          credentials.canOpen(credential);
          await warn(id, days);
        }
        count += due.length;
      }
      return count;
    },
  };
}

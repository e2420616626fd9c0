// OAuth clients that cannot be read here: their credential is sealed under a key that is lost, or a newer release wrote
// the row. Owns that the log tells of each once in a process, however often it is come across.
import { GatewayError } from './errors.ts';
import type { Ports } from './ports.ts';
import type { Secret } from './secret.ts';

/** Beyond it the oldest is forgotten, and told of again. */
const toldMax = 1_000;

export type UnreadableClients = ReturnType<typeof createUnreadableClients>;

export function createUnreadableClients({ log }: Pick<Ports, 'log'>) {
  const told = new Set<string>();

  function tellOnce(key: string, message: string, fields: Record<string, unknown>): void {
    if (told.has(key)) return;
    const [oldest] = told;
    if (told.size >= toldMax && oldest !== undefined) told.delete(oldest);
    told.add(key);
    log.error(message, fields);
  }

  return {
    /** Whether a sealed credential opens with the keys that are here. */
    canOpen(held: Secret<string>): boolean {
      try {
        held.reveal();
        return true;
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        // It names the row, and what is the matter with the key.
        tellOnce(error.message, 'the credential of an OAuth client cannot be opened', { error });
        return false;
      }
    },

    /** For walks that pass over what they cannot read. */
    passedOver(oauthClientId: string, error: unknown): void {
      tellOnce(oauthClientId, 'an OAuth client cannot be read', { oauthClientId, error });
    },
  };
}

// Shows at the start that the keyring fits the database, instead of grant by grant later: the database keeps
// one known text sealed under each key that ever wrote into it.
import type { Log } from '../core/ports.ts';
import type { Engine } from './engine.ts';
import { type Keyring, KeyringError } from './keyring.ts';

const proofText = 'this key fits this database';
const placeOf = (keyId: string): string => `key_proofs|proof|${keyId}`;

/** Throws when a key is not the one that its id had, or when no key of the keyring ever wrote here. */
export const checkKeyring = async (engine: Engine, keyring: Keyring, log: Log): Promise<void> => {
  const { reader, writer } = engine.session;
  const read = () => reader.selectFrom('key_proofs').selectAll().orderBy('key_id').execute();

  const before = await read();
  const missing = before.map((row) => row.key_id).filter((keyId) => !keyring.keyIds.includes(keyId));
  if (before.length > 0 && missing.length === before.length) {
    throw new Error(
      `The keyring does not fit the database: it has none of the keys that sealed it (${missing.join(', ')}).`,
    );
  }
  if (missing.length > 0) {
    log.warn('The keyring lacks keys that sealed values in the database; those values cannot be opened', {
      keyIds: missing,
    });
  }
  if (!before.some((row) => row.key_id === keyring.currentKeyId)) {
    const proof = keyring.seal(placeOf(keyring.currentKeyId), proofText);
    await writer
      .insertInto('key_proofs')
      .values({ key_id: keyring.currentKeyId, proof })
      .onConflict((conflict) => conflict.column('key_id').doNothing())
      .execute();
  }
  // Read again: another node may have been first, with another key of the same id.
  for (const row of await read()) {
    if (!keyring.keyIds.includes(row.key_id)) continue;
    try {
      keyring.open(placeOf(row.key_id), row.proof);
    } catch (cause) {
      if (!(cause instanceof KeyringError)) throw cause;
      throw new Error(
        `Key "${row.key_id}" of the keyring is not the key of that id that sealed the database.`,
        {
          cause,
        },
      );
    }
  }
};

// Shows at the start that the keyring fits the database, instead of grant by grant later: the database keeps
// one known text sealed under each key that ever wrote into it.
import type { Kysely } from 'kysely';
import type { Log } from '../core/ports.ts';
import type { Engine } from './engine.ts';
import { type Keyring, KeyringError } from './keyring.ts';
import type { KeyProofsTable, Tables } from './schema.ts';

const proofText = 'this key fits this database';
const placeOf = (keyId: string): string => `key_proofs|proof|${keyId}`;

/** Throws when a key is not the one that its id had, or when no key of the keyring ever wrote here. */
export const checkKeyring = async (engine: Engine, keyring: Keyring, log: Log): Promise<void> => {
  const { reader, writer } = engine.session;
  const read = () => reader.selectFrom('key_proofs').selectAll().orderBy('key_id').execute();

  const before = await read();
  const missing = missingKeys(before, keyring);
  if (missing.length > 0) {
    log.warn('The keyring lacks keys that sealed values in the database; those values cannot be opened', {
      keyIds: missing,
    });
  }
  if (!before.some((row) => row.key_id === keyring.currentKeyId)) {
    await refuseUnknownToOthers(engine, keyring);
    const proof = keyring.seal(placeOf(keyring.currentKeyId), proofText);
    await writer
      .insertInto('key_proofs')
      .values({ key_id: keyring.currentKeyId, proof })
      .onConflict((conflict) => conflict.column('key_id').doNothing())
      .execute();
  }
  // Read again: another node may have been first, with another key of the same id.
  refuseOtherKeys(await read(), keyring);
};

/** As `checkKeyring`, and writes nothing: for a database that is only read. Answers how many proofs there are. */
export const checkProofs = async (db: Kysely<Tables>, keyring: Keyring): Promise<number> => {
  const proofs = await db.selectFrom('key_proofs').selectAll().execute();
  missingKeys(proofs, keyring);
  refuseOtherKeys(proofs, keyring);
  return proofs.length;
};

/** The ids of keys that the keyring lacks. Throws when it has none of those that were ever used. */
const missingKeys = (proofs: readonly KeyProofsTable[], keyring: Keyring): string[] => {
  const missing = proofs.map((row) => row.key_id).filter((keyId) => !keyring.keyIds.includes(keyId));
  if (proofs.length === 0 || missing.length < proofs.length) return missing;
  throw new Error(
    `The keyring does not fit the database: it has none of the keys that sealed it (${missing.join(', ')}).`,
  );
};

const refuseOtherKeys = (proofs: readonly KeyProofsTable[], keyring: Keyring): void => {
  for (const row of proofs) {
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

/** As the core: heard of within this time, a process runs. */
const holderMilliseconds = 90_000;

/** A key may only begin to seal when every running process can open what it seals. */
const refuseUnknownToOthers = async ({ name, session }: Engine, keyring: Keyring): Promise<void> => {
  // One process owns the embedded database, so whoever is still noted there has ended.
  if (name === 'sqlite') return;
  const holders = await session.reader
    .selectFrom('keyring_holders')
    .select('key_ids')
    .where('seen_at', '>=', Date.now() - holderMilliseconds)
    .execute();
  const { currentKeyId } = keyring;
  const lacking = holders.filter(({ key_ids }) => !key_ids.includes(JSON.stringify(currentKeyId))).length;
  if (lacking === 0) return;
  throw new Error(
    `The key "${currentKeyId}" is the first of the keyring, and ${lacking} running processes lack it: they could not open what it seals. Put it last, restart every process, and only then make it the first. A process that was killed counts as running for a minute and a half.`,
  );
};

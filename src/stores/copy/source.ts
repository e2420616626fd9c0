// What a database must be to be copied: of this release, sealed by this keyring, complete in itself. Reads only.
import { createHash } from 'node:crypto';
import { checkProofs } from '../key-proofs.ts';
import type { Keyring } from '../keyring.ts';
import { migrations } from '../migrations/index.ts';
import { failureOf } from '../sqlite-connection.ts';
import { type End, hasTable } from './ends.ts';
import { unfinishedTable } from './unfinished.ts';

/** Something else is at this place: nothing of it is ours, and nothing of ours stays beside it. */
export class NoDatabase extends Error {
  override readonly name = 'NoDatabase';
}

/** Result code of SQLite. */
const notADatabase = 26;

/** Answers what tells this database, at this release, from every other one. Throws for one that cannot be copied. */
export const checkSource = async (source: End, keyring: Keyring): Promise<string> => {
  const { db, engine, label } = source;
  const isOurs = await hasTable(db, engine, 'migrations').catch((cause: unknown) => {
    if (engine === 'sqlite' && failureOf(cause).resultCode === notADatabase) return false;
    throw cause;
  });
  if (!isOurs) throw new NoDatabase(`${label} is no database of Mailgrant.`);
  if (await hasTable(db, engine, unfinishedTable)) {
    throw new Error(`${label} is itself an unfinished copy. Finish that copy first.`);
  }
  const applied = await db.selectFrom('migrations').selectAll().orderBy('name').execute();
  const names = applied.map(({ name }) => name);
  const unknown = names.find((name) => !migrations.some((known) => known.name === name));
  if (unknown !== undefined) {
    throw new Error(`${label} was written by a newer release: it has the migration "${unknown}".`);
  }
  if (names.length < migrations.length) {
    throw new Error(
      `${label} is of an older release, and a copy changes nothing in it: start this release on it once, stop it, and copy then.`,
    );
  }
  if ((await checkProofs(db, keyring)) === 0)
    throw new Error(`${label} was never used: there is nothing to copy.`);
  // Each proof was sealed with a nonce of its own, so no other installation has these bytes.
  const proofs = await db.selectFrom('key_proofs').selectAll().orderBy('key_id').execute();
  const identity = proofs.map(({ key_id, proof }) => [key_id, Buffer.from(proof).toString('base64')]);
  return createHash('sha256')
    .update(JSON.stringify([identity, names]))
    .digest('hex');
};

// Makes a database ready to be copied into: empty and migrated, or the place where the same copy stopped. A database
// with anything else in it is refused before a word is written.
import type { Session } from '../engine.ts';
import { checkProofs } from '../key-proofs.ts';
import type { Keyring } from '../keyring.ts';
import { migrate } from '../migrate.ts';
import { hasTable, type TargetEnd } from './ends.ts';
import { assertNoGateway } from './quiet.ts';
import { countRows } from './slices.ts';
import { copiedTables } from './tables.ts';
import { markUnfinished, sourceOfUnfinished, takeOver } from './unfinished.ts';

type Preparation = { source: string; keyring: Keyring; now: number };

/** `owner` is this copy's; `isResumed` when an earlier run of it began. */
export const prepareTarget = async (
  target: TargetEnd,
  preparation: Preparation,
): Promise<{ owner: string; isResumed: boolean }> => {
  const isResumed = await isUnfinishedCopy(target, preparation);
  if (!isResumed) await begin(target, preparation);
  return { owner: await takeOver(target.writable), isResumed };
};

const isUnfinishedCopy = async (target: TargetEnd, { source }: Preparation): Promise<boolean> => {
  const known = await sourceOfUnfinished(target.writable);
  if (known === null) return false;
  if (known === source) return true;
  throw new Error(
    `${target.label} holds an unfinished copy of another database, or of this one at another release. Empty it, or name another target.`,
  );
};

const begin = async (target: TargetEnd, { source, keyring, now }: Preparation): Promise<void> => {
  const { writable } = target;
  await assertEmpty(target, keyring);
  await migrate(writable, { now });
  // Under the lock of migrations, so that no gateway and no other copy starts in between.
  await writable.migration(async (session) => {
    await assertEmpty({ ...target, db: session.reader }, keyring);
    await assertNoGateway(target);
    await removeInitialRows(session);
    await markUnfinished(session, writable, { source, now });
  });
};

/** What an installation that was started, and never used, has: proofs of the same keys, and counts of nothing. */
const removeInitialRows = async ({ writer }: Session): Promise<void> => {
  await writer.deleteFrom('key_proofs').execute();
  await writer.deleteFrom('numbers').execute();
};

const assertEmpty = async (target: TargetEnd, keyring: Keyring): Promise<void> => {
  const filled: string[] = [];
  for (const table of copiedTables) {
    if (!(await hasTable(target.db, target.engine, table.name))) continue;
    const rows = await rowsThatMatter(target, table, keyring);
    if (rows > 0) filled.push(`${table.name} (${rows})`);
  }
  if (filled.length === 0) return;
  throw new Error(
    `${target.label} is not empty: ${filled.join(', ')}. A copy goes into an empty database; nothing was written.`,
  );
};

const rowsThatMatter = async (
  target: TargetEnd,
  table: (typeof copiedTables)[number],
  keyring: Keyring,
): Promise<number> => {
  if (table.name === 'numbers') {
    return (await target.db.selectFrom('numbers').select('name').where('value', '>', 0).execute()).length;
  }
  if (table.name === 'key_proofs') {
    await checkProofs(target.db, keyring);
    return 0;
  }
  return countRows(target, table);
};

// Copies a database into another, of either engine: rows as they are, sealed values unopened. The target is marked
// until a comparison of both ends has found nothing missing and nothing changed; a copy that was stopped, in whatever
// way, goes on behind the last row that it wrote.
import type { Log } from '../../core/ports.ts';
import type { Keyring } from '../keyring.ts';
import { digestTable, type TableDigest } from './checksum.ts';
import { type End, openSource, openTarget, settleTable, type TargetEnd } from './ends.ts';
import { assertNoGateway, whileQuiet } from './quiet.ts';
import { refuseSameFile, refuseSameServer } from './same-end.ts';
import { countRows, lastKeyOf, slicesOf, sliceWriter } from './slices.ts';
import { checkSource, NoDatabase } from './source.ts';
import { type CopiedTable, copiedTables } from './tables.ts';
import { prepareTarget } from './target.ts';
import { asOwner, removeMark } from './unfinished.ts';

export type CopyOptions = {
  /** `sqlite:<path>` or `postgres://...` */
  from: string;
  to: string;
  keyring: Keyring;
  log: Log;
  onProgress?: (progress: CopyProgress) => void;
};

/** Rows over all tables; `table` is the one in work. */
export type CopyProgress = { phase: 'copy' | 'verify'; table: string; done: number; total: number };

export type CopyResult = {
  from: string;
  to: string;
  /** An earlier run had begun. */
  isResumed: boolean;
  rows: number;
  tables: (TableDigest & { name: string })[];
};

/** Throws a plain Error that an operator can read. The source is not changed in any case. */
export const copyDatabase = async (options: CopyOptions): Promise<CopyResult> => {
  const { from, to, keyring, log } = options;
  refuseSameFile(from, to);
  const source = await openSource({ url: from, log });
  let end = source.close;
  try {
    await assertNoGateway(source);
    const identity = await checkSource(source, keyring);
    const target = await openTarget({ url: to, log });
    try {
      await refuseSameServer(source, target);
      await assertNoGateway(target);
      const { owner, isResumed } = await prepareTarget(target, {
        source: identity,
        keyring,
        now: Date.now(),
      });
      return await copyAndVerify({ source, target, owner, isResumed }, options);
    } finally {
      await target.close();
    }
  } catch (error) {
    if (error instanceof NoDatabase) end = source.discard;
    throw error;
  } finally {
    await end();
  }
};

type Copy = { source: End; target: TargetEnd; owner: string; isResumed: boolean };

const copyAndVerify = async (
  copy: Copy,
  { onProgress = () => {} }: Pick<CopyOptions, 'onProgress'>,
): Promise<CopyResult> => {
  const { source, target, owner, isResumed } = copy;
  let total = 0;
  for (const table of copiedTables) total += await countRows(source, table);

  let done = 0;
  for (const table of copiedTables) {
    const advance = (count: number): void => {
      done += count;
      onProgress({ phase: 'copy', table: table.name, done, total });
    };
    await copyTable(copy, table, advance).catch((cause: unknown) => {
      throw stopped(`The table ${table.name} could not be copied to its end`, cause);
    });
    await settleTable(target, table.name);
  }

  done = 0;
  const tables: CopyResult['tables'] = [];
  const compareAndFinish = async (): Promise<void> => {
    for (const table of copiedTables) {
      const advance = (count: number): void => {
        done += count;
        onProgress({ phase: 'verify', table: table.name, done, total });
      };
      tables.push({ name: table.name, ...(await verifyTable(copy, table, advance)) });
    }
    // Whoever came meanwhile waits for its first write, and would go on with it behind this.
    await assertNoGateway(source);
    await assertNoGateway(target);
    await asOwner(target.writable, owner, removeMark);
  };
  await whileQuiet(source, () => whileQuiet(target, compareAndFinish));
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return { from: source.label, to: target.label, isResumed, rows, tables };
};

const copyTable = async (
  { source, target, owner }: Copy,
  table: CopiedTable,
  onRows: (count: number) => void,
): Promise<void> => {
  const last = await lastKeyOf(target, table);
  if (last !== null) onRows(await countRows(target, table));
  const write = sliceWriter(table);
  for await (const rows of slicesOf(source, table, last)) {
    await asOwner(target.writable, owner, ({ writer }) => write(writer, rows));
    onRows(rows.length);
  }
};

const verifyTable = async (
  { source, target }: Copy,
  table: CopiedTable,
  onRows: (count: number) => void,
): Promise<TableDigest> => {
  const [original, copied] = await Promise.all([
    digestTable(source, table, onRows),
    digestTable(target, table),
  ]).catch((cause: unknown) => {
    throw stopped(`The table ${table.name} could not be compared`, cause);
  });
  if (original.rows === copied.rows && original.checksum === copied.checksum) return original;
  throw new Error(
    `The copy differs from its source in the table ${table.name}: ${describe(original)} in ${source.label}, ` +
      `${describe(copied)} in ${target.label}. No gateway will start on it. Was one of them changed meanwhile? ` +
      'Empty the target and copy again.',
  );
};

const describe = ({ rows, checksum }: TableDigest): string =>
  `${rows} rows with the checksum ${checksum.slice(0, 16)}`;

const stopped = (what: string, cause: unknown): Error =>
  new Error(`${what}: ${reasonOf(cause)} The same command goes on where it stopped.`, { cause });

/** The error of the database itself says more than ours about it, and names constraints, no values. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'the reason is not known.';
  return error.cause instanceof Error ? `${error.message} ${error.cause.message}.` : error.message;
};

// Tells whether both ends of a copy are one database, however they are named.
import { statSync } from 'node:fs';
import { sql } from 'kysely';
import { type End, sqlitePathOf } from './ends.ts';

/** Of files, before one of them is opened, and so locked. Throws also for what names no database. */
export const refuseSameFile = (from: string, to: string): void => {
  const [source, target] = [sqlitePathOf(from), sqlitePathOf(to)];
  if (source === null || target === null) return;
  const here = statSync(source, { throwIfNoEntry: false });
  const there = statSync(target, { throwIfNoEntry: false });
  if (here && there && here.ino === there.ino && here.dev === there.dev) throw same(`sqlite:${source}`);
};

export const refuseSameServer = async (source: End, target: End): Promise<void> => {
  if (source.engine !== 'postgres' || target.engine !== 'postgres') return;
  const [here, there] = await Promise.all([identityOf(source), identityOf(target)]);
  if (here !== undefined && here === there) throw same(source.label);
};

/** No two servers began in the same microsecond with a database of the same number. */
const identityOf = async ({ db }: End): Promise<string | undefined> => {
  const { rows } = await sql<{ identity: string }>`
    select concat_ws(' ', extract(epoch from pg_postmaster_start_time()), oid) as identity
    from pg_database where datname = current_database()`.execute(db);
  return rows[0]?.identity;
};

const same = (label: string): Error =>
  new Error(`Both ends are the same database, ${label}: name another one with --to. Nothing was written.`);

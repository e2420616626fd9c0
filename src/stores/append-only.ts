// Tables of which rows are inserted and, once they are old, deleted, and never changed: held by triggers of each engine,
// so that a mistake of ours, or a statement beside the gateway, cannot rewrite what was written down. Who owns the
// database can take the triggers away; that is then to be seen.
import { type RawBuilder, sql } from 'kysely';

export type AppendOnly = {
  table: string;
  /** Column with the time of a row: milliseconds since the epoch. */
  time: string;
  /** Rows may be deleted from this age on, by the clock of the database. */
  deletableAfterMilliseconds: number;
};

/** The statements that make a table so. */
export type AppendOnlyStatements = (options: AppendOnly) => RawBuilder<unknown>[];

export const sqliteAppendOnly: AppendOnlyStatements = ({ table, time, deletableAfterMilliseconds }) => {
  const refuse = (what: string) => sql.lit(`rows of ${table} are not ${what}`);
  const on = (name: string) => sql.id(`${table}_${name}`);
  return [
    sql`create trigger ${on('unchanged')} before update on ${sql.table(table)}
      begin select raise(abort, ${refuse('changed')}); end`,
    // `insert or replace` deletes without asking the triggers of deletion.
    sql`create trigger ${on('not_replaced')} before insert on ${sql.table(table)}
      when exists (select 1 from ${sql.table(table)} where id = new.id)
      begin select raise(abort, ${refuse('replaced')}); end`,
    sql`create trigger ${on('kept')} before delete on ${sql.table(table)}
      when ${sql.ref(`old.${time}`)} > cast(unixepoch('subsec') * 1000 as integer) - ${sql.lit(deletableAfterMilliseconds)}
      begin select raise(abort, ${refuse('deleted while they are young')}); end`,
  ];
};

export const postgresAppendOnly: AppendOnlyStatements = ({ table, time, deletableAfterMilliseconds }) => {
  const guard = sql.id(`${table}_guard`);
  const name = (what: string) => sql.id(`${table}_${what}`);
  const body = `begin
    if tg_op = 'DELETE' then
      if old.${time} <= extract(epoch from clock_timestamp()) * 1000 - ${deletableAfterMilliseconds} then
        return old;
      end if;
    end if;
    raise exception 'rows of ${table} are not changed, and not deleted while they are young';
  end`;
  return [
    sql`create function ${guard}() returns trigger language plpgsql as ${sql.lit(body)}`,
    sql`create trigger ${name('kept')} before update or delete on ${sql.table(table)}
      for each row execute function ${guard}()`,
    sql`create trigger ${name('not_emptied')} before truncate on ${sql.table(table)}
      for each statement execute function ${guard}()`,
  ];
};

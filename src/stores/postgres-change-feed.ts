// How nodes on one PostgreSQL hear what others have changed. The rows of the table `changes` tell; they are looked at
// a few times a second, and at once when somebody notifies. So nothing depends on the notification, which a pooler in
// transaction mode swallows. A connection of its own, so that a busy pool does not make anybody deaf.
//
// Rows become visible in another order than they were written in, because transactions end in their own time. Each row
// names its transaction, and each look asks for the transactions that the look before could not see: those that were
// running then, and those that began later. So a look costs what is new, however long somebody else's transaction is.
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import type { Change, ChangeFeed, Log } from '../core/ports.ts';
import type { ChangeHub } from './change-hub.ts';
import { clientConfig } from './postgres-connections.ts';
import type { Tables } from './schema.ts';
import { changeKinds } from './words.ts';

const channel = 'mailgrant_changes';
const lookMilliseconds = 300;
/** Between two looks at the least: a flood of notifications is no flood of queries. */
const restMilliseconds = 25;
/** What was true at a look may be believed for so long: the promise is that a change is heard within a second. */
const currentMilliseconds = 1_000;
/** Longer than this, a look counts as failed and the connection as lost. */
const answerMilliseconds = 2_000;
const againMilliseconds = { least: 100, most: 2_000 } as const;
/** More at one look, and everything counts as changed, which costs less than to tell. */
const toldMax = 10_000;
/** Who has not looked for longer may have missed rows that were pruned. By the server's clock, like their age. */
const keptMilliseconds = 10 * 60_000;
const missedMilliseconds = keptMilliseconds / 2;

/** What nodes of the releases before this table called their connections: they change things and tell nobody. */
const nameOfSilentNodes = 'mailgrant';

export const serverNowText = '(extract(epoch from clock_timestamp()) * 1000)::bigint';
const serverNow = sql.raw<number>(serverNowText);

/** In the transaction of the changes: heard when it is committed. */
export const noteChanges = async (db: Kysely<Tables>, changes: readonly Change[]): Promise<void> => {
  await db
    .insertInto('changes')
    .values(
      changes.map(({ kind, id }) => ({
        written_by: sql<string>`pg_current_xact_id()`,
        kind,
        object_id: id,
        written_at: serverNow,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

/** Nodes whose clocks differ delete the same rows: only the server's clock counts. */
export const pruneChanges = async (db: Kysely<Tables>, limit: number): Promise<number> => {
  const { numDeletedRows } = await db
    .deleteFrom('changes')
    .where(
      sql<boolean>`ctid = any(array(select ctid from changes
        where written_at < (extract(epoch from now()) * 1000)::bigint - ${sql.lit(keptMilliseconds)}
        order by written_at limit ${limit} for update skip locked))`,
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
};

export type OpenFeed = {
  changes: Pick<ChangeFeed, 'listen' | 'isCurrent'>;
  /**
   * Something was committed that others should look at soon. Told apart from the commit: a transaction that notifies
   * is committed alone, one after another over the whole server.
   */
  notify(): void;
  close(): Promise<void>;
};

type FeedOptions = { url: string; log: Log; isDirect: boolean };

/** Connects when somebody first listens. */
export const openChangeFeed = ({ url, log, isDirect }: FeedOptions, hub: ChangeHub): OpenFeed => {
  const closing = new AbortController();
  let currentUntil = 0;
  let running: Promise<void> | null = null;
  let client: pg.Client | null = null;
  let isNotifying = false;
  /** Somebody woke it since the last pause. */
  let isWoken = false;
  let wake: () => void = () => {};

  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      if (isWoken || closing.signal.aborted) return resolve();
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const rouse = (): void => {
    isWoken = true;
    wake();
  };

  /** Until the connection is lost, which is thrown, or the feed is closed. */
  const follow = async (on: pg.Client): Promise<void> => {
    await connected(on);
    // Behind a pooler the server's connection would go on listening for whoever has it next.
    if (isDirect) await on.query(`listen ${channel}`);
    const look = await createLook(on);
    // What was changed while nobody looked is not known.
    hub.tell(null);
    let isTold = false;
    while (!closing.signal.aborted) {
      const startedAt = performance.now();
      isWoken = false;
      if (isNotifying) {
        isNotifying = false;
        await on.query(`notify ${channel}`);
      }
      const { changes, isWhole } = await look();
      const wasWhole = currentUntil > 0;
      if (!isWhole && !isTold) {
        log.warn('a node of an older release is connected: nothing is served from memory until it has gone');
      }
      isTold = !isWhole;
      // What was done by somebody who tells nobody, and has gone since the last look, is not known.
      hub.tell(isWhole && wasWhole ? changes : null);
      currentUntil = isWhole ? startedAt + currentMilliseconds : 0;
      await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
      await pause(lookMilliseconds - restMilliseconds);
    }
  };

  const run = async (): Promise<void> => {
    let again: number = againMilliseconds.least;
    let isTold = false;
    while (!closing.signal.aborted) {
      const opened = new pg.Client({
        ...clientConfig(url, { isDirect, settings: { statement_timeout: answerMilliseconds } }),
        application_name: 'mailgrant changes',
        connectionTimeoutMillis: answerMilliseconds,
        query_timeout: answerMilliseconds,
        keepAlive: true,
      });
      client = opened;
      opened.on('error', rouse);
      opened.on('notification', ({ processId }) => {
        if (processId !== processIdOf(opened)) rouse();
      });
      const startedAt = performance.now();
      await follow(opened).catch((error: unknown) => {
        if (closing.signal.aborted) return;
        // Once for each time that it is lost, not for each attempt to get it back.
        if (currentUntil > 0) isTold = false;
        if (isTold) return;
        isTold = true;
        log.warn('changes of other nodes cannot be followed at the moment: nothing is served from memory', {
          error,
        });
      });
      currentUntil = 0;
      await opened.end().catch(() => {});
      client = null;
      again = performance.now() - startedAt > 10_000 ? againMilliseconds.least : again;
      isWoken = false;
      if (!closing.signal.aborted) await pause(again);
      again = Math.min(again * 2, againMilliseconds.most);
    }
  };

  return {
    changes: {
      listen: (listener) => {
        running ??= run();
        return hub.listen(listener);
      },
      isCurrent: () => performance.now() < currentUntil,
    },
    notify: () => {
      isNotifying = true;
      rouse();
    },
    close: async () => {
      closing.abort();
      rouse();
      // A look that hangs is not waited for.
      await client?.end().catch(() => {});
      currentUntil = 0;
      await running;
    },
  };
};

/** The driver answers nobody who waits for a connection that is ended before it is there. */
const connected = (client: pg.Client): Promise<void> =>
  new Promise((resolve, reject) => {
    client.once('end', () => reject(new Error('The connection was ended.')));
    client.connect().then(() => resolve(), reject);
  });

/** `isWhole`: nobody is at work who writes no changes. */
type Look = () => Promise<{ changes: Change[] | null; isWhole: boolean }>;

/** Each look answers what became visible since the one before; null = more than can be told, or not known. */
const createLook = async (client: pg.Client): Promise<Look> => {
  const first = await client.query(
    `select pg_current_snapshot()::text as seen, ${serverNowText}::text as at`,
  );
  let seen = textOf(first.rows[0], 'seen');
  let at = Number(textOf(first.rows[0], 'at'));
  return async () => {
    const { rows } = await client.query(lookText, [seen]);
    const before = { at, end: endOf(seen) };
    seen = textOf(rows[0], 'seen');
    at = Number(textOf(rows[0], 'at'));
    // Another server, by now, behind the same address, which counts transactions by itself.
    if (endOf(seen) < before.end) throw new Error('The database counts its transactions anew.');
    const isWhole = textOf(rows[0], 'has_silent') === 'false';
    if (rows.length > toldMax || at - before.at > missedMilliseconds) return { changes: null, isWhole };
    const changes = rows.flatMap((row): Change[] => {
      if (row.kind === null) return [];
      const kind = textOf(row, 'kind');
      // One that is not known is of a newer release: this one keeps nothing of such objects.
      return isKind(kind) ? [{ kind, id: textOf(row, 'object_id') }] : [];
    });
    return { changes, isWhole };
  };
};

/** $1 is the snapshot of the look before. Exported for the bench of plans. */
export const lookText = `
  select pg_current_snapshot()::text as seen, ${serverNowText}::text as at, fresh.kind, fresh.object_id,
    exists (select from pg_stat_activity
      where datname = current_database() and application_name = '${nameOfSilentNodes}')::text as has_silent
  from (select 1) as always left join (
    (select kind, object_id from changes where written_by >= pg_snapshot_xmax($1::pg_snapshot)
      limit ${toldMax + 1})
    union all
    (select kind, object_id from changes where written_by = any(array(select pg_snapshot_xip($1::pg_snapshot)))
      limit ${toldMax + 1})
  ) as fresh on true`;

/** A snapshot is `xmin:xmax:xip,...`; what is not yet begun when it is taken is from `xmax` on. */
const endOf = (snapshot: string): bigint => BigInt(snapshot.split(':')[1] ?? '');

/** The driver's types leave it out. */
const processIdOf = (client: pg.Client): unknown => Reflect.get(client, 'processID');

const isKind = (text: string): text is Change['kind'] => Object.hasOwn(changeKinds, text);

const textOf = (row: Record<string, unknown> | undefined, column: string): string => {
  const value = row?.[column];
  if (typeof value !== 'string') throw new Error(`The database answered no text for ${column}.`);
  return value;
};

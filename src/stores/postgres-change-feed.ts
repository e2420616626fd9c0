// How nodes on one PostgreSQL hear what others have changed. The rows of the table `changes` tell; they are looked at
// a few times a second, and at once when somebody notifies. So nothing depends on the notification, which a pooler in
// transaction mode swallows. A connection of its own, so that a busy pool does not make anybody deaf.
//
// Rows become visible in another order than they were written in, because transactions end in their own time. Each row
// names its transaction, and each look starts from the oldest transaction that was still running at the look before.
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import type { Change, ChangeFeed, Log } from '../core/ports.ts';
import type { ChangeHub } from './change-hub.ts';
import type { Tables } from './schema.ts';
import { changeKinds } from './words.ts';

const channel = 'mailgrant_changes';
const lookMilliseconds = 300;
/** What was true at a look may be believed for so long: the promise is that a change is heard within a second. */
const currentMilliseconds = 1_000;
/** Longer than this, a look counts as failed and the connection as lost. */
const answerMilliseconds = 2_000;
const againMilliseconds = { least: 100, most: 2_000 } as const;

/** In the transaction of the changes: heard when it is committed. */
export const noteChanges = async (db: Kysely<Tables>, changes: readonly Change[]): Promise<void> => {
  const at = Date.now();
  await db
    .with('noted', (cte) =>
      cte
        .insertInto('changes')
        .values(
          changes.map(({ kind, id }) => ({
            written_by: sql<string>`pg_current_xact_id()`,
            kind,
            object_id: id,
            written_at: at,
          })),
        )
        .onConflict((conflict) => conflict.doNothing())
        .returning('kind'),
    )
    .selectNoFrom(sql`pg_notify(${channel}, '')`.as('notified'))
    .execute();
};

export type OpenFeed = { changes: ChangeFeed; close(): Promise<void> };

/** Connects when somebody first listens. */
export const openChangeFeed = ({ url, log }: { url: string; log: Log }, hub: ChangeHub): OpenFeed => {
  const closing = new AbortController();
  let currentUntil = 0;
  let running: Promise<void> | null = null;
  let wake: () => void = () => {};

  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  /** Until the connection is lost, which is thrown, or the feed is closed. */
  const follow = async (client: pg.Client): Promise<void> => {
    await client.connect();
    await client.query(`listen ${channel}`);
    const horizon = await client.query('select pg_snapshot_xmin(pg_current_snapshot())::text as horizon');
    const look = createLook(client, textOf(horizon.rows[0], 'horizon'));
    // What was changed while nobody looked is not known.
    hub.tell(null);
    while (!closing.signal.aborted) {
      const startedAt = performance.now();
      hub.tell(await look());
      currentUntil = startedAt + currentMilliseconds;
      await pause(lookMilliseconds);
    }
  };

  const run = async (): Promise<void> => {
    let again: number = againMilliseconds.least;
    while (!closing.signal.aborted) {
      const client = new pg.Client({
        connectionString: url,
        application_name: 'mailgrant changes',
        connectionTimeoutMillis: answerMilliseconds,
        query_timeout: answerMilliseconds,
        keepAlive: true,
      });
      client.on('error', () => wake());
      client.on('notification', () => wake());
      const startedAt = performance.now();
      await follow(client).catch((error: unknown) => {
        log.warn('changes of other nodes cannot be followed at the moment: nothing is served from memory', {
          error,
        });
      });
      currentUntil = 0;
      await client.end().catch(() => {});
      again = performance.now() - startedAt > 10_000 ? againMilliseconds.least : again;
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
    close: async () => {
      closing.abort();
      wake();
      await running;
    },
  };
};

type Look = () => Promise<Change[]>;

/** Each look answers what became visible since the one before. */
const createLook = (client: pg.Client, first: string): Look => {
  let horizon = first;
  /** Rows that were told, of transactions that are not older than the horizon: they are found again. */
  let told = new Map<string, bigint>();
  return async () => {
    const { rows } = await client.query(
      `select written_by::text, kind, object_id, pg_snapshot_xmin(pg_current_snapshot())::text as horizon
        from (select 1) as always left join changes on written_by >= $1::xid8`,
      [horizon],
    );
    horizon = textOf(rows[0], 'horizon');
    const changes: Change[] = [];
    for (const row of rows) {
      if (row.written_by === null) continue;
      const key = `${row.written_by} ${row.kind} ${row.object_id}`;
      if (told.has(key)) continue;
      told.set(key, BigInt(textOf(row, 'written_by')));
      const kind = textOf(row, 'kind');
      // One that is not known is of a newer release: this one keeps nothing of such objects.
      if (isKind(kind)) changes.push({ kind, id: textOf(row, 'object_id') });
    }
    const oldest = BigInt(horizon);
    told = new Map([...told].filter(([, writtenBy]) => writtenBy >= oldest));
    return changes;
  };
};

const isKind = (text: string): text is Change['kind'] => Object.hasOwn(changeKinds, text);

const textOf = (row: Record<string, unknown> | undefined, column: string): string => {
  const value = row?.[column];
  if (typeof value !== 'string') throw new Error(`The database answered no text for ${column}.`);
  return value;
};

// Rows found by an id, on the hot path: the text of the query is kept, and where a read is a round trip, those of one
// moment are asked for together.
import { type Compilable, type CompiledQuery, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Session } from '../engine.ts';
import { groupedCalls } from '../grouped-calls.ts';
import type { Row } from '../row.ts';
import { rowsOf } from './context.ts';

type Find = (id: string) => Promise<readonly Row[]>;

/** `column` is the name of the id in the result, and in the query; `select` gives the query with that condition. */
export const rowsById = (
  session: Pick<Session, 'reader' | 'readsTogether'>,
  column: string,
  select: (isWanted: RawBuilder<SqlBool>) => Compilable<Row>,
): Find => {
  if (!session.readsTogether) {
    return rowsOf(session.reader, () => select(sql`${sql.ref(column)} = ${''}`));
  }
  let compiled: CompiledQuery<Row> | null = null;
  const together = async (ids: readonly string[]): Promise<Row[][]> => {
    compiled ??= select(sql`${sql.ref(column)} = any(${[]}::text[])`).compile();
    const parameters = [[...new Set(ids)]];
    const { rows } = await session.reader.executeQuery<Row>({ ...compiled, parameters });
    const byId = Map.groupBy(rows, (row) => row[column]);
    return ids.map((id) => byId.get(id) ?? []);
  };
  let calls = 0;
  return groupedCalls<string, Row[]>({
    sizeMax: 100,
    groupsMax: 3,
    waitingMax: 1_000,
    // Nobody waits for a reader of the same row.
    keyOf: () => {
      calls += 1;
      return String(calls);
    },
    together,
    alone: async (id) => (await together([id]))[0] ?? [],
    // A read may be repeated, but one that a busy database has refused would make it busier.
    mayBeOfOne: () => false,
  });
};

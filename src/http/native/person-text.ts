// What is held of a person as JSON, piece by piece: thousands of rows in one text would hold up everybody else, and
// fill the memory of a connection that takes them slowly.
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Rows of one piece: some milliseconds, with the long bodies of deliveries too. */
const pieceRows = 50;

/** Each item is made when its turn comes. */
export type LongList = { length: number; at(index: number): unknown };

/** An object whose members are values, or lists that are long. */
export const streamOfObject = (members: Members): Readable =>
  Readable.from(textOfObject(members), { objectMode: false });

type Members = Record<string, { value: unknown } | LongList>;

async function* textOfObject(members: Members): AsyncGenerator<string> {
  let opening = '{';
  for (const [name, member] of Object.entries(members)) {
    yield `${opening}${JSON.stringify(name)}:`;
    if ('value' in member) yield JSON.stringify(member.value);
    else yield* textOfList(member);
    opening = ',';
  }
  yield '}';
}

async function* textOfList(list: LongList): AsyncGenerator<string> {
  yield '[';
  for (let first = 0; first < list.length; first += pieceRows) {
    const rows = Math.min(pieceRows, list.length - first);
    const texts = Array.from({ length: rows }, (_, row) => JSON.stringify(list.at(first + row)));
    yield `${first === 0 ? '' : ','}${texts.join(',')}`;
    // A fast connection takes pieces without ever letting go of the thread.
    await nextTurn();
  }
  yield ']';
}

// What was deleted leaves the file of the embedded database: freed space is overwritten when it is freed
// (`secure_delete`, sqlite-connection.ts), and here the write-ahead log, which holds pages as they were before, is brought
// into the file and emptied.
import { setTimeout as wait } from 'node:timers/promises';
import { GatewayError } from '../core/errors.ts';
import { openConnection } from './sqlite-connection.ts';

/** Somebody reads an older state, or writes: not for long. */
const triesMax = 50;
const pauseMilliseconds = 100;

/** Throws `overloaded` when the log could not be emptied: it is at the next end of the process. */
export const emptyWriteAheadLog = async (path: string): Promise<void> => {
  const connection = openConnection(path, { readOnly: false });
  try {
    for (let turn = 0; turn < triesMax; turn += 1) {
      const { rows } = connection.run({ sql: 'pragma wal_checkpoint(truncate)', parameters: [] });
      if (Number(rows[0]?.busy) === 0) return;
      await wait(pauseMilliseconds);
    }
  } finally {
    connection.close();
  }
  throw new GatewayError(
    'overloaded',
    'The write-ahead log of the database could not be emptied. Try again.',
  );
};

// What was deleted leaves the file of the embedded database: freed space is overwritten when it is freed
// (`secure_delete`, sqlite-connection.ts), and here the write-ahead log, which holds pages as they were before, is brought
// into the file and emptied. In the thread of long reads: waiting for the writer there holds up no token.
import { setTimeout as wait } from 'node:timers/promises';
import { GatewayError } from '../core/errors.ts';
import type { Scanner } from './sqlite-scanner.ts';

/** Somebody writes: not for long. */
const triesMax = 50;
const pauseMilliseconds = 100;

/** Throws `overloaded` when the log could not be emptied: it is at the next end of the process. */
export const emptyWriteAheadLog = async (scanner: Scanner): Promise<void> => {
  for (let turn = 0; turn < triesMax; turn += 1) {
    if (await scanner.emptyLog()) return;
    await wait(pauseMilliseconds);
  }
  throw new GatewayError(
    'overloaded',
    'The write-ahead log of the database could not be emptied. Try again.',
  );
};

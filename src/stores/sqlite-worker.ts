// What the threads of SQLite have in common on their own side: one connection, and one answer to each request.
import { parentPort, workerData } from 'node:worker_threads';
import { type Connection, failureOf, openConnection } from './sqlite-connection.ts';
import type { CloseRequest, ThreadAnswer, UnitOutcome } from './sqlite-protocol.ts';

export const done: ThreadAnswer = [{ ok: true, results: [] }];

export const failed = (error: unknown): UnitOutcome => ({ ok: false, failure: failureOf(error) });

type Open = { connection: Connection; path: string };

/** Until it is asked to `close`, which is answered here. Must be called on a worker thread. */
export const serveRequests = <Request extends { type: string }>(
  { readOnly }: { readOnly: boolean },
  answerTo: (open: Open, request: Request) => ThreadAnswer,
): void => {
  const port = parentPort;
  if (port === null) throw new Error('A thread of the database runs as a worker only.');
  const path: unknown = workerData;
  if (typeof path !== 'string') throw new Error('A thread of the database needs its path.');
  const connection = openConnection(path, { readOnly });

  const answer = (request: Request | CloseRequest): ThreadAnswer => {
    if (!isClose(request)) return answerTo({ connection, path }, request);
    connection.close();
    return done;
  };

  port.on('message', (request: Request | CloseRequest) => {
    let answered: ThreadAnswer;
    try {
      answered = answer(request);
    } catch (error) {
      answered = [failed(error)];
    }
    port.postMessage(answered);
    if (isClose(request)) port.close();
  });
  port.postMessage(done);
};

const isClose = (request: { type: string }): request is CloseRequest => request.type === 'close';

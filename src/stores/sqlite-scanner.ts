// The main thread's side of the thread of long reads: started by the first of them, one read after the other,
// workspaces in turns, a bound on those that wait and on how long a caller does. A thread that dies is replaced: it
// held nothing.
import { GatewayError } from '../core/errors.ts';
import type { ScannerRequest, Statement, StatementResult, ThreadAnswer } from './sqlite-protocol.ts';
import { singleOf, startThread, type Thread } from './sqlite-thread.ts';
import { createTurnQueue } from './turn-queue.ts';

export type Scanner = {
  /**
   * Sees whatever was acknowledged before. `owner`: the workspace whose turn it takes. Rejects with GatewayError:
   * `overloaded` when too many wait, first of all of who has most of them, or no answer came in time.
   */
  run(owner: string, statement: Statement): Promise<StatementResult>;
  /** Between two reads, which would keep it from its end. False: somebody wrote, try again. */
  emptyLog(): Promise<boolean>;
  /** Reads whose turn has not come. */
  waiting(): number;
  /** Waits for the read that runs, refuses those behind it, and ends the thread. */
  close(): Promise<void>;
};

export type ScannerOptions = {
  /** Reads that may wait. */
  queueMax: number;
  /**
   * From the call to the answer. node:sqlite has no way to interrupt a statement, nor can a thread be ended in the
   * middle of one: its caller is answered in time, and what it would have got is thrown away.
   */
  milliseconds: number;
};

/** In place of a workspace, for what is the installation's. */
export const nobody = '';

type Job = {
  request: ScannerRequest;
  resolve: (answer: ThreadAnswer) => void;
  reject: (error: unknown) => void;
};

export const createScanner = (path: string, { queueMax, milliseconds }: ScannerOptions): Scanner => {
  const queue = createTurnQueue<Job>(queueMax);
  let thread: Thread<ScannerRequest> | null = null;
  let pumping: Promise<void> | null = null;
  let isClosing = false;

  const startedThread = async (): Promise<Thread<ScannerRequest>> => {
    const onDeath = (): void => {
      thread = null;
    };
    thread ??= await startThread<ScannerRequest>({ path, name: 'scanner', onDeath });
    return thread;
  };

  const pump = async (): Promise<void> => {
    for (let job = queue.take(); job !== undefined; job = queue.take()) {
      try {
        job.resolve(await (await startedThread()).ask(job.request));
      } catch (cause) {
        job.reject(
          cause instanceof GatewayError
            ? cause
            : new GatewayError('internal_error', 'The database cannot be read in a thread.', { cause }),
        );
      }
    }
    // In the same tick as the look at the queue: a read that arrives from now on starts the next pump.
    pumping = null;
  };

  const ask = (owner: string, request: ScannerRequest): Promise<ThreadAnswer> =>
    new Promise((resolve, reject) => {
      if (isClosing) return reject(closed());
      const job: Job = {
        request,
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        // One that runs is not in it any more, and nobody will hear of its answer.
        queue.remove(owner, job);
        reject(overloaded(`A long read of the database was not answered within ${milliseconds} ms.`));
      }, milliseconds);
      queue.add(owner, job)?.reject(overloaded('Too many long reads wait for the database.'));
      pumping ??= pump();
    });

  return {
    run: async (owner, statement) => {
      const [result] = singleOf(await ask(owner, { type: 'statement', statement }));
      if (result === undefined) {
        throw new GatewayError('internal_error', 'The thread of long reads answered nothing.');
      }
      return result;
    },
    emptyLog: async () => {
      const [result] = singleOf(await ask(nobody, { type: 'empty-log' }));
      return Number(result?.rows[0]?.busy) === 0;
    },
    waiting: queue.size,
    close: async () => {
      isClosing = true;
      for (const job of queue.takeAll()) job.reject(closed());
      await pumping;
      await thread?.end();
    },
  };
};

const closed = (): GatewayError => new GatewayError('internal_error', 'The store is closed.');

const overloaded = (message: string): GatewayError =>
  new GatewayError('overloaded', message, { extras: { retryAfterSeconds: 1 } });

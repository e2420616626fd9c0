// The main thread's side of one thread of SQLite: starts it, asks it one thing at a time, and tells when it has died.
// Queues, turns and time limits belong to those who use it.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { GatewayError } from '../core/errors.ts';
import { sqliteError } from './sqlite-errors.ts';
import type { CloseRequest, StatementResult, ThreadAnswer, UnitOutcome } from './sqlite-protocol.ts';

export type Thread<Request> = {
  /** Rejects with GatewayError when the thread has died, or dies meanwhile. */
  ask(request: Request): Promise<ThreadAnswer>;
  /** The last that is asked. Waits until the thread is gone. */
  end(): Promise<void>;
};

type Asked = { resolve: (answer: ThreadAnswer) => void; reject: (error: GatewayError) => void };

type ThreadOptions = {
  path: string;
  /** Of the file that it runs: sqlite-NAME-worker. */
  name: 'writer' | 'scanner';
  /** At most once, before whatever was asked is rejected with the same error. */
  onDeath(error: GatewayError): void;
};

/** Rejects with a plain Error that an operator can read when the database cannot be opened. */
export const startThread = async <Request>({
  path,
  name,
  onDeath,
}: ThreadOptions): Promise<Thread<Request>> => {
  // The name of this file tells whether the source or a build of it runs.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./sqlite-${name}-worker.${extension}`, import.meta.url), {
    workerData: path,
  });
  let death: GatewayError | null = null;
  let asked: Asked | null = null;

  const started = Promise.withResolvers<unknown>();

  const die = (cause: unknown): void => {
    if (death !== null) return;
    started.reject(cause);
    death = new GatewayError('internal_error', `The ${name} of the database has stopped.`, { cause });
    onDeath(death);
    asked?.reject(death);
    asked = null;
  };
  worker.on('error', die);
  worker.on('exit', (code) => die(new Error(`The ${name} thread ended with code ${code}.`)));

  // The first message says that the database is open; a failure to open it arrives as `error`.
  worker.once('message', started.resolve);
  try {
    await started.promise;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The database ${path} cannot be opened: ${reason}.`, { cause });
  }
  worker.on('message', (answer: ThreadAnswer) => {
    const caller = asked;
    asked = null;
    caller?.resolve(answer);
  });

  const ask = (request: Request | CloseRequest): Promise<ThreadAnswer> =>
    new Promise((resolve, reject) => {
      if (death !== null) return reject(death);
      if (asked !== null) {
        return reject(new GatewayError('internal_error', `The ${name} of the database is asked twice.`));
      }
      // Throws what cannot be sent: then nothing was asked.
      worker.postMessage(request);
      asked = { resolve, reject };
    });

  return {
    ask,
    end: async () => {
      if (death !== null) return;
      const exited = once(worker, 'exit');
      await ask({ type: 'close' });
      await exited;
    },
  };
};

/** What the one outcome of an answer holds, or the error that it is. */
export const singleOf = (answer: ThreadAnswer): StatementResult[] => {
  const [outcome] = answer;
  if (outcome?.ok) return outcome.results;
  throw errorOf(outcome);
};

export const errorOf = (outcome: UnitOutcome | undefined): GatewayError =>
  outcome === undefined || outcome.ok
    ? new GatewayError('internal_error', 'A thread of the database answered something else.')
    : sqliteError(outcome.failure);

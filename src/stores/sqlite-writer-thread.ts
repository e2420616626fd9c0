// The main thread's side of the writer: a bounded queue, groups of single units that share a commit, and
// exclusive turns for transactions, in order of arrival. Nothing is acknowledged before its commit is durable.
import { once } from 'node:events';
import { setImmediate as nextTurnOfLoop } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { GatewayError } from '../core/errors.ts';
import { sqliteError } from './sqlite-errors.ts';
import type { StatementResult, Unit, UnitOutcome, WriterAnswer, WriterRequest } from './sqlite-protocol.ts';
import { holdTurn, type Turn } from './sqlite-writer-turn.ts';

export type WriterThread = {
  /** Durable when it resolves. Rejects with GatewayError; `overloaded` when the queue is full. */
  run(unit: Unit): Promise<StatementResult[]>;
  /** Waits for its turn, then holds the writer alone until it commits, rolls back or `milliseconds` pass. */
  begin(milliseconds: number): Promise<Turn>;
  /** Writes and transactions whose turn has not come. */
  waiting(): number;
  /** Throws when the thread has died. */
  assertAlive(): void;
  /** Finishes what is queued, then ends the thread. */
  close(): Promise<void>;
};

type UnitJob = {
  unit: Unit;
  resolve: (results: StatementResult[]) => void;
  reject: (error: GatewayError) => void;
};
type TurnJob = {
  milliseconds: number;
  resolve: (turn: Turn) => void;
  reject: (error: GatewayError) => void;
};
type Job = UnitJob | TurnJob;

const groupMax = 256;

export const openWriterThread = async (
  path: string,
  { queueMax }: { queueMax: number },
): Promise<WriterThread> => {
  // The name of this file tells whether the source or a build of it runs.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const worker = new Worker(new URL(`./sqlite-writer-worker.${extension}`, import.meta.url), {
    workerData: path,
  });
  const queue: Job[] = [];
  let death: GatewayError | null = null;
  let isClosing = false;
  let pumping: Promise<void> | null = null;
  let waiting: { resolve: (answer: WriterAnswer) => void; reject: (error: GatewayError) => void } | null =
    null;

  const die = (cause: unknown): void => {
    death ??= new GatewayError('internal_error', 'The writer of the database has stopped.', { cause });
    waiting?.reject(death);
    waiting = null;
    for (const job of queue.splice(0)) job.reject(death);
  };
  worker.on('error', die);
  worker.on('exit', (code) => die(new Error(`The writer thread ended with code ${code}.`)));

  const call = (request: WriterRequest): Promise<WriterAnswer> =>
    new Promise((resolve, reject) => {
      if (death !== null) return reject(death);
      if (waiting !== null) return reject(new GatewayError('internal_error', 'The writer is asked twice.'));
      waiting = { resolve, reject };
      worker.postMessage(request);
    });

  // The first message says that the database is open; a failure to open it arrives as `error`.
  try {
    await once(worker, 'message');
  } catch (cause) {
    throw new Error(`The database ${path} cannot be opened.`, { cause });
  }
  worker.on('message', (answer: WriterAnswer) => {
    const caller = waiting;
    waiting = null;
    caller?.resolve(answer);
  });

  const runGroup = async (group: readonly UnitJob[]): Promise<void> => {
    const answer = await call({ type: 'group', units: group.map(({ unit }) => unit) });
    for (const [index, job] of group.entries()) {
      const outcome = answer[index];
      if (outcome?.ok) job.resolve(outcome.results);
      else job.reject(errorOf(outcome));
    }
  };

  const runTurn = async ({ milliseconds, resolve }: TurnJob): Promise<void> => {
    single(await call({ type: 'begin' }));
    const { turn, over } = holdTurn({ milliseconds, ask: async (request) => single(await call(request)) });
    resolve(turn);
    await over;
  };

  const pump = async (): Promise<void> => {
    for (;;) {
      // Callers that were just answered get to ask again before the next group is closed.
      await nextTurnOfLoop();
      const jobs = takeJobs(queue);
      if (jobs.length === 0) break;
      try {
        const [first] = jobs;
        if (first !== undefined && 'milliseconds' in first) await runTurn(first);
        else await runGroup(jobs.filter((job) => 'unit' in job));
      } catch (cause) {
        const error =
          cause instanceof GatewayError
            ? cause
            : new GatewayError('internal_error', 'The writer of the database failed.', { cause });
        for (const job of jobs) job.reject(error);
      }
    }
    // In the same tick as the look at the queue: a write that arrives from now on starts the next pump.
    pumping = null;
  };

  const refusal = (): GatewayError | null => {
    if (death !== null) return death;
    if (isClosing) return new GatewayError('internal_error', 'The store is closed.');
    if (queue.length < queueMax) return null;
    return new GatewayError('overloaded', 'Too many writes are waiting for the database.', {
      extras: { retryAfterSeconds: 1 },
    });
  };

  const enqueue = (job: Job): void => {
    const refused = refusal();
    if (refused !== null) {
      job.reject(refused);
      return;
    }
    queue.push(job);
    pumping ??= pump();
  };

  return {
    run: (unit) => new Promise((resolve, reject) => enqueue({ unit, resolve, reject })),
    begin: (milliseconds) => new Promise((resolve, reject) => enqueue({ milliseconds, resolve, reject })),
    waiting: () => queue.length,
    assertAlive: () => {
      if (death !== null) throw death;
    },
    close: async () => {
      // Writes that were asked for just before are still on their way through Kysely.
      await nextTurnOfLoop();
      isClosing = true;
      await pumping;
      if (death !== null) return;
      const exited = once(worker, 'exit');
      await call({ type: 'close' });
      await exited;
    },
  };
};

/** The single units at the head of the queue, or the one turn that is there. */
const takeJobs = (queue: Job[]): Job[] => {
  const turnAt = queue.findIndex((job) => 'milliseconds' in job);
  if (turnAt === 0) return queue.splice(0, 1);
  return queue.splice(0, Math.min(groupMax, turnAt === -1 ? queue.length : turnAt));
};

const errorOf = (outcome: UnitOutcome | undefined): GatewayError =>
  outcome === undefined || outcome.ok
    ? new GatewayError('internal_error', 'The writer answered something else.')
    : sqliteError(outcome.failure);

const single = (answer: WriterAnswer): StatementResult[] => {
  const [outcome] = answer;
  if (outcome?.ok) return outcome.results;
  throw errorOf(outcome);
};

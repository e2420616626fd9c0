// The main thread's side of the writer: a bounded queue, groups of single units that share a commit, and
// exclusive turns for transactions, in order of arrival. Nothing is acknowledged before its commit is durable.
import { setImmediate as nextTurnOfLoop } from 'node:timers/promises';
import { GatewayError } from '../core/errors.ts';
import type { StatementResult, Unit, WriterRequest } from './sqlite-protocol.ts';
import { errorOf, singleOf, startThread } from './sqlite-thread.ts';
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
  const queue: Job[] = [];
  let death: GatewayError | null = null;
  let isClosing = false;
  let pumping: Promise<void> | null = null;

  const thread = await startThread<WriterRequest>({
    path,
    name: 'writer',
    onDeath: (error) => {
      death = error;
      for (const job of queue.splice(0)) job.reject(error);
    },
  });

  const runGroup = async (group: readonly UnitJob[]): Promise<void> => {
    const answer = await thread.ask({ type: 'group', units: group.map(({ unit }) => unit) });
    for (const [index, job] of group.entries()) {
      const outcome = answer[index];
      if (outcome?.ok) job.resolve(outcome.results);
      else job.reject(errorOf(outcome));
    }
  };

  const runTurn = async ({ milliseconds, resolve }: TurnJob): Promise<void> => {
    singleOf(await thread.ask({ type: 'begin' }));
    const { turn, over } = holdTurn({
      milliseconds,
      ask: async (request) => singleOf(await thread.ask(request)),
    });
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
      await thread.end();
    },
  };
};

/** The single units at the head of the queue, or the one turn that is there. */
const takeJobs = (queue: Job[]): Job[] => {
  const turnAt = queue.findIndex((job) => 'milliseconds' in job);
  if (turnAt === 0) return queue.splice(0, 1);
  return queue.splice(0, Math.min(groupMax, turnAt === -1 ? queue.length : turnAt));
};

// One transaction's exclusive turn at the writer: its statements in order, one end, and a time limit, so that
// a forgotten transaction cannot hold the writer for ever.
import { GatewayError } from '../core/errors.ts';
import type { Statement, StatementResult, WriterRequest } from './sqlite-protocol.ts';

export type Turn = {
  run(statement: Statement): Promise<StatementResult>;
  commit(): Promise<void>;
  /** Never throws when the turn is over already. */
  rollBack(): Promise<void>;
  /** Rejects when the time limit passed; otherwise never settles. */
  expired: Promise<never>;
};

type Ask = (request: WriterRequest) => Promise<StatementResult[]>;

/** `over` settles when the writer is free again. */
export const holdTurn = ({
  milliseconds,
  ask,
}: {
  milliseconds: number;
  ask: Ask;
}): { turn: Turn; over: Promise<void> } => {
  const ended = Promise.withResolvers<void>();
  const expiry = Promise.withResolvers<never>();
  expiry.promise.catch(() => {});
  let end: GatewayError | null = null;
  let failure: unknown = null;
  let tail: Promise<unknown> = Promise.resolve();

  /** In order, one at a time: the writer answers one request after the other. */
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const result = tail.then(work);
    tail = result.catch(() => {});
    return result;
  };
  const finish = (reason: GatewayError): void => {
    end = reason;
    clearTimeout(timer);
  };
  const endWith = async (request: 'commit' | 'rollback'): Promise<void> => {
    try {
      await ask({ type: request });
    } catch (error) {
      if (request === 'commit') await ask({ type: 'rollback' }).catch(() => {});
      throw error;
    } finally {
      ended.resolve();
    }
  };

  const timer = setTimeout(() => {
    const error = new GatewayError('internal_error', `A transaction was held for over ${milliseconds} ms.`);
    finish(error);
    inOrder(() => endWith('rollback')).catch(() => {});
    expiry.reject(error);
  }, milliseconds);

  const turn: Turn = {
    expired: expiry.promise,
    run: (statement) =>
      inOrder(async () => {
        if (end !== null) throw end;
        if (failure !== null) throw doomed(failure);
        try {
          const [result] = await ask({ type: 'statement', statement });
          return result ?? { rows: [], changes: 0 };
        } catch (error) {
          failure = error;
          throw error;
        }
      }),
    commit: () =>
      inOrder(async () => {
        if (end !== null) throw end;
        finish(over());
        if (failure === null) return endWith('commit');
        await endWith('rollback');
        throw doomed(failure);
      }),
    rollBack: () =>
      inOrder(async () => {
        if (end !== null) return;
        finish(over());
        await endWith('rollback');
      }),
  };
  return { turn, over: ended.promise };
};

const over = (): GatewayError => new GatewayError('internal_error', 'The transaction is over.');

/** As on PostgreSQL: after one failed statement a transaction can only be rolled back. */
const doomed = (cause: unknown): GatewayError =>
  new GatewayError('internal_error', 'A statement of this transaction has failed, so it is rolled back.', {
    cause,
  });

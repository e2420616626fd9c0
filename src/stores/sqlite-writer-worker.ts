// The writer thread: owns the one connection that writes, so that a slow disk stops nobody else. Answers one
// request at a time. Queueing, turns and time-outs are the main thread's.
import type { Connection } from './sqlite-connection.ts';
import type { StatementResult, ThreadAnswer, Unit, UnitOutcome, WriterRequest } from './sqlite-protocol.ts';
import { done, failed, serveRequests } from './sqlite-worker.ts';

const answerTo = (connection: Connection, request: WriterRequest): ThreadAnswer => {
  switch (request.type) {
    case 'group':
      return runGroup(connection, request.units);
    case 'begin':
      connection.exec('begin immediate');
      return done;
    case 'statement':
      return [{ ok: true, results: [connection.run(request.statement)] }];
    case 'commit':
      connection.exec('commit');
      return done;
    case 'rollback':
      rollBack(connection);
      return done;
    default:
      return request satisfies never;
  }
};

const runGroup = (connection: Connection, units: readonly Unit[]): ThreadAnswer => {
  try {
    connection.exec('begin immediate');
    const outcomes = units.map((unit) => runUnit(connection, unit));
    connection.exec('commit');
    return outcomes;
  } catch (error) {
    // Nothing of the group is stored: beginning or committing failed, or SQLite itself rolled all back.
    rollBack(connection);
    return units.map(() => failed(error));
  }
};

const runUnit = (connection: Connection, unit: Unit): UnitOutcome => {
  // A single statement is undone alone when it fails; only more than one need a savepoint.
  const isCompound = unit.length > 1;
  if (isCompound) connection.exec('savepoint unit');
  try {
    const results: StatementResult[] = [];
    for (const statement of unit) {
      const result = connection.run(statement);
      results.push(result);
      if (result.changes === 0) break;
    }
    if (isCompound) connection.exec('release unit');
    return { ok: true, results };
  } catch (error) {
    // After a full disk or an I/O error the whole transaction is gone: the neighbours must hear of it.
    if (!connection.isInTransaction()) throw error;
    if (isCompound) connection.exec('rollback to unit; release unit');
    return failed(error);
  }
};

const rollBack = (connection: Connection): void => {
  if (connection.isInTransaction()) connection.exec('rollback');
};

serveRequests<WriterRequest>({ readOnly: false }, ({ connection }, request) => answerTo(connection, request));

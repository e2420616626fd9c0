// The thread of long reads: a connection that may only read, beside the writer's, which WAL lets go on meanwhile. Rows
// leave it as they are stored; what is sealed is opened on the main thread alone.
import { openConnection } from './sqlite-connection.ts';
import type { ScannerRequest, StatementResult, ThreadAnswer } from './sqlite-protocol.ts';
import { serveRequests } from './sqlite-worker.ts';

/** Reads wait meanwhile, so it waits for the writer no longer than this; whoever asked tries again. */
const checkpointMilliseconds = 250;

/** A connection that may only read cannot do it. */
const emptyLog = (path: string): StatementResult => {
  const connection = openConnection(path, { readOnly: false, busyMilliseconds: checkpointMilliseconds });
  try {
    return connection.run({ sql: 'pragma wal_checkpoint(truncate)', parameters: [] });
  } finally {
    connection.close();
  }
};

serveRequests<ScannerRequest>({ readOnly: true }, ({ connection, path }, request): ThreadAnswer => {
  switch (request.type) {
    case 'statement':
      return [{ ok: true, results: [connection.run(request.statement)] }];
    case 'empty-log':
      return [{ ok: true, results: [emptyLog(path)] }];
    default:
      return request satisfies never;
  }
});

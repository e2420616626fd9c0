// What the main thread and the threads of SQLite say to each other: one request at a time, one answer each.
import type { SQLInputValue } from 'node:sqlite';
import type { Row } from './row.ts';

export type Statement = { sql: string; parameters: readonly SQLInputValue[] };

export type StatementResult = { rows: Row[]; changes: number };

/** Statements that belong together. A statement that changes nothing ends the unit, without undoing it. */
export type Unit = readonly Statement[];

export type WriterRequest =
  /** Units of different callers, committed together; each one succeeds or fails alone. */
  | { type: 'group'; units: readonly Unit[] }
  | { type: 'begin' }
  | { type: 'statement'; statement: Statement }
  | { type: 'commit' }
  | { type: 'rollback' };

export type ScannerRequest =
  | { type: 'statement'; statement: Statement }
  /** Brings the write-ahead log into the file and empties it. The answer's `busy` is 0 when it is done. */
  | { type: 'empty-log' };

/** The last one to any thread. */
export type CloseRequest = { type: 'close' };

/** `resultCode` is SQLite's extended result code, null when it was not SQLite that failed. */
export type StatementFailure = { message: string; resultCode: number | null };

export type UnitOutcome = { ok: true; results: StatementResult[] } | { ok: false; failure: StatementFailure };

/** One outcome per unit of a group; exactly one for every other request. */
export type ThreadAnswer = readonly UnitOutcome[];

// Owns the file by which the test run tells the test files where its servers are.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import type { MailProvider } from './mail-settings.ts';

export type Endpoint = { host: string; port: number };
export type MailEndpoints = Record<MailProvider, { imap: Endpoint; smtp: Endpoint }>;

export type CounterpartsState = {
  postgres: Endpoint;
  mail: { endpoints: MailEndpoints; relay: Endpoint; caFile: string };
  chromium: { executablePath: string };
  /** A Python 3 that has `requests`. */
  python: { executablePath: string };
};

export const stateVariable = 'MAILGRANT_TEST_COUNTERPARTS';

/** Where the counterparts of this run are; throws outside of a full test run. */
export function readState(): CounterpartsState {
  const path = process.env[stateVariable];
  if (path === undefined || path === '') {
    throw new Error(
      'This test needs real mail servers, a database or a browser. Run it by: npm test -- <part of its file name>',
    );
  }
  // The run that wrote the file ended or starts with this code: its shape is known.
  const state: CounterpartsState = JSON.parse(readFileSync(path, 'utf8'));
  return state;
}

// The door through which a test file reaches the real counterparts of the full test run. A file that imports
// this one (or mail-world.ts) is left out of `npm run test:portable`.
import { launchChromium, type TestBrowser } from './chromium.ts';
import { type Pooler, startPgbouncer } from './pgbouncer.ts';
import { createDatabase, type Database } from './postgres.ts';
import { type MailEndpoints, readState } from './state.ts';

export type Counterparts = {
  /** An empty PostgreSQL database of the caller's own. */
  createDatabase(): Promise<Database>;
  /** In transaction mode, in front of the databases above; to be stopped by the caller. */
  startPooler(settings?: Record<string, string>): Promise<Pooler>;
  launchBrowser(): Promise<TestBrowser>;
  /** Where the mail servers are. To be let in, take a turn: openMailWorld in mail-world.ts. */
  mailEndpoints: MailEndpoints;
  mailCaFile: string;
  /** A Python 3 that has `requests`. */
  pythonPath: string;
};

/** Handles on the servers of this run; throws, saying what to run instead, outside of it. */
export function counterparts(): Counterparts {
  const { postgres, mail, chromium, python } = readState();
  return {
    createDatabase: () => createDatabase(postgres),
    startPooler: (settings) => startPgbouncer(postgres, settings),
    launchBrowser: () => launchChromium(chromium.executablePath),
    mailEndpoints: mail.endpoints,
    mailCaFile: mail.caFile,
    pythonPath: python.executablePath,
  };
}

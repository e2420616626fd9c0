// What an import has come to, row by row, in a file beside the input: written before a row is sent and after it was
// answered, so that a run that was killed goes on where it was. Holds no secret.
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import { UsageError } from './command.ts';
import { memberOf, textOf } from './report.ts';

export type Result = 'imported' | 'updated' | 'exists' | 'failed';

export type Outcome = {
  result: Result;
  mailboxId: string | null;
  email: string | null;
  code: string | null;
  reason: string | null;
};

export type Journal = {
  /** What was known of a row when the run began; `begunAt` in ISO 8601: sent, and the answer never came. */
  before(key: string): { outcome: Outcome | null; begunAt: string | null };
  begin(key: string, at: string): void;
  end(key: string, outcome: Outcome): void;
  /** Lets go of it; after this another run may take it. */
  close(): void;
};

const results: readonly Result[] = ['imported', 'updated', 'exists', 'failed'];

/** Throws `UsageError` while another run has it. */
export async function openJournal(path: string): Promise<Journal> {
  const lock = takeLock(path);
  const known = new Map<string, { outcome: Outcome | null; begunAt: string | null }>();
  try {
    await load(path, known);
    // A line that was cut off by a crash must not swallow the next one.
    const file = openSync(path, 'a', 0o600);
    writeSync(file, known.size === 0 ? '' : '\n');
    const write = (entry: object): void => void writeSync(file, `${JSON.stringify(entry)}\n`);
    return {
      before: (key) => known.get(key) ?? { outcome: null, begunAt: null },
      begin: (key, at) => write({ key, begun_at: at }),
      end: (key, { result, mailboxId, email, code, reason }) =>
        write({ key, result, mailbox_id: mailboxId, email, code, reason }),
      close() {
        closeSync(file);
        rmSync(lock, { force: true });
      },
    };
  } catch (error) {
    rmSync(lock, { force: true });
    throw error;
  }
}

async function load(
  path: string,
  known: Map<string, { outcome: Outcome | null; begunAt: string | null }>,
): Promise<void> {
  if (!existsSync(path)) return;
  for await (const line of createInterface({ input: createReadStream(path, 'utf8') })) {
    const entry = entryOf(line);
    const key = textOf(entry, 'key');
    if (key === null) continue;
    const begunAt = textOf(entry, 'begun_at');
    const result = results.find((one) => one === memberOf(entry, 'result'));
    if (begunAt !== null) known.set(key, { outcome: null, begunAt });
    else if (result) {
      known.set(key, {
        begunAt: null,
        outcome: {
          result,
          mailboxId: textOf(entry, 'mailbox_id'),
          email: textOf(entry, 'email'),
          code: textOf(entry, 'code'),
          reason: textOf(entry, 'reason'),
        },
      });
    }
  }
}

function entryOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Two runs at once would send rows twice. A lock of a process that is gone is taken over. */
function takeLock(path: string): string {
  const lock = `${path}.lock`;
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      writeFileSync(lock, String(process.pid), { mode: 0o600, flag: 'wx' });
      return lock;
    } catch (cause) {
      const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
      if (!isThere) throw new UsageError(`${lock} cannot be written.`, { cause });
      const pid = Number(readFileSync(lock, 'utf8'));
      if (isAlive(pid)) throw new UsageError(`Another import runs with ${path} (process ${pid}).`);
      rmSync(lock, { force: true });
    }
  }
  throw new UsageError(`Another import begins with ${path}.`);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

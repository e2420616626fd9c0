// Client credentials that the operator keeps outside of the database: read where config.ts says that they are, and
// read again after a while, since that is where they are rotated. No value, no path and no output of a command is in
// any message; a variable's name is.
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { type Log, type Ports, type Secret, secret } from './core/index.ts';

/** Where one credential is. `variable`: the environment variable that says so. */
export type DeclaredCredential = { variable: string } & (
  | { kind: 'value'; text: Secret<string> }
  | { kind: 'file'; path: string }
  | { kind: 'command'; command: string }
);

/** By name, in lower case with dashes. `environment`: what a command gets to see. */
export type DeclaredCredentials = Readonly<{
  byName: Readonly<Record<string, DeclaredCredential>>;
  environment: Readonly<Record<string, string>>;
}>;

export type CredentialSource = Ports['credentialSource'] & {
  /** Ends the commands that run. */
  close(): void;
};

/** How long what was read is good, by where it is. */
const goodMilliseconds = { value: Number.POSITIVE_INFINITY, file: 60_000, command: 300_000 } as const;
/** Nobody can cause more readings of one name than one in this time; whoever wants a fresh one waits for its turn. */
const pauseMilliseconds = 1000;
/** While nothing can be read there, what was read before is used for this long. */
const staleMilliseconds = 3_600_000;
const commandMilliseconds = 10_000;
const bytesMax = 64 * 1024;

const nameForm = /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/;

/** What is known of one name: the last text, and how the last reading ended. */
type Known = {
  text: { value: Secret<string>; readAt: number } | null;
  /** When the last reading began. */
  triedAt: number;
  error: unknown;
};

export function createCredentialSource(
  { clock, log }: Pick<Ports, 'clock'> & { log: Log },
  { byName, environment }: DeclaredCredentials,
): CredentialSource {
  const known = new Map<string, Known>();
  const flights = new Map<string, Promise<Secret<string>>>();
  const closing = new AbortController();

  function find(reference: string): [string, DeclaredCredential] {
    if (!nameForm.test(reference)) {
      throw new Error('must be a name in lower case letters and digits, with single dashes between them');
    }
    const name = reference.replaceAll('_', '-');
    const declared = Object.hasOwn(byName, name) ? byName[name] : undefined;
    if (declared) return [name, declared];
    const variable = `MAILGRANT_CLIENT_SECRET_${name.toUpperCase().replaceAll('-', '_')}`;
    throw new Error(
      `is not declared: set ${variable}, ${variable}_FILE or ${variable}_COMMAND where the server runs`,
    );
  }

  async function readInTurn(name: string, declared: DeclaredCredential): Promise<Secret<string>> {
    const last = known.get(name);
    const pause = (last?.triedAt ?? Number.NEGATIVE_INFINITY) + pauseMilliseconds - clock.now();
    if (pause > 0) await clock.sleep(pause, closing.signal);
    const triedAt = clock.now();
    try {
      const value = await textOf(declared);
      known.set(name, { text: { value, readAt: triedAt }, triedAt, error: null });
      return value;
    } catch (error) {
      known.set(name, { text: last?.text ?? null, triedAt, error });
      throw error;
    }
  }

  async function textOf(declared: DeclaredCredential): Promise<Secret<string>> {
    switch (declared.kind) {
      case 'value':
        return declared.text;
      case 'file':
        return readFile(declared, deadline());
      case 'command':
        return runCommand(declared, environment, deadline());
      default:
        return declared satisfies never;
    }
  }

  const deadline = (): AbortSignal => AbortSignal.any([clock.deadline(commandMilliseconds), closing.signal]);

  function reading(name: string, declared: DeclaredCredential): Promise<Secret<string>> {
    const flight = flights.get(name) ?? readInTurn(name, declared).finally(() => flights.delete(name));
    flights.set(name, flight);
    return flight;
  }

  /** What was begun to be read before the provider's refusal may be what it refused. */
  async function readFresh(name: string, declared: DeclaredCredential): Promise<Secret<string>> {
    const wantedAt = clock.now();
    const running = flights.get(name);
    const value = await (running ?? reading(name, declared)).catch((error: unknown) => {
      if (running) return null;
      throw error;
    });
    const last = known.get(name);
    return value !== null && last && last.triedAt >= wantedAt ? value : reading(name, declared);
  }

  async function readUsual(name: string, declared: DeclaredCredential): Promise<Secret<string>> {
    const last = known.get(name);
    const now = clock.now();
    if (last?.text && last.error === null && now - last.text.readAt < goodMilliseconds[declared.kind]) {
      return last.text.value;
    }
    try {
      if (last && last.error !== null && now - last.triedAt < pauseMilliseconds) throw last.error;
      return await reading(name, declared);
    } catch (error) {
      const before = known.get(name)?.text;
      if (!before || now - before.readAt > staleMilliseconds) throw error;
      log.warn('a client credential could not be read again; the last one goes on', { name, error });
      return before.value;
    }
  }

  return {
    async read(reference, { isFresh }) {
      const [name, declared] = find(reference);
      return isFresh ? readFresh(name, declared) : readUsual(name, declared);
    },

    close: () => closing.abort(),
  };
}

async function readFile(
  { path, variable }: Extract<DeclaredCredential, { kind: 'file' }>,
  signal: AbortSignal,
): Promise<Secret<string>> {
  try {
    return asSecret(await collect(createReadStream(path, { signal })), variable);
  } catch (cause) {
    if (cause instanceof Unusable) throw cause;
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new Error(`cannot be read: the file that ${variable} names cannot be opened${code}`, { cause });
  }
}

/** Without standard input; what it says on standard error is nobody's, since a secret may be in it. */
async function runCommand(
  { command, variable }: Extract<DeclaredCredential, { kind: 'command' }>,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Secret<string>> {
  const child = spawn('/bin/sh', ['-c', command], {
    // A group of its own, so that all that it started can be ended with it.
    detached: true,
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let isClosed = false;
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      isClosed = true;
      resolve(code);
    });
  });
  // Also when the output is what fails first: nobody waits for the end then.
  ended.catch(() => undefined);
  const end = (): void => {
    // Once all of it has ended by itself, its number may be somebody else's.
    if (child.pid !== undefined && !isClosed) endGroup(child.pid);
    child.stdout.destroy();
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    const text = await collect(child.stdout);
    const code = text === null ? 0 : await ended;
    if (code !== 0) throw new Unusable(`cannot be read: the command of ${variable} ended with code ${code}`);
    return asSecret(text, variable);
  } catch (cause) {
    if (signal.aborted) {
      throw new Unusable(`cannot be read: the command of ${variable} did not end in time`, { cause });
    }
    if (cause instanceof Unusable) throw cause;
    throw new Unusable(`cannot be read: the command of ${variable} could not be run`, { cause });
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** Ends the group, or what is left of it. */
function endGroup(id: number): void {
  try {
    process.kill(-id, 'SIGKILL');
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}

/** Something was there to read, but it is no credential. The message is fit for whoever named it. */
class Unusable extends Error {
  override readonly name = 'Unusable';
}

/** Null for more than the limit. */
async function collect(stream: Readable): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > bytesMax) return null;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function asSecret(bytes: Buffer | null, variable: string): Secret<string> {
  if (bytes === null) throw new Unusable(`cannot be read: ${variable} gives more than ${bytesMax} bytes`);
  const text = bytes.toString('utf8').replace(/\r?\n$/, '');
  if (text === '') throw new Unusable(`cannot be read: ${variable} gives nothing`);
  return secret(text);
}

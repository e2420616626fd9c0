// The child's end of a control channel: a process answers questions by name until its parent is gone. Every one can
// be asked for its `usage`, so that CPU time is counted where it is spent.
import process from 'node:process';

export type Handlers = Record<string, (argument: unknown) => unknown>;

/** Serves until the channel closes; a process that lost its parent ends. */
export function serveControl(handlers: Handlers): void {
  const all: Handlers = { usage, ...handlers };
  process.on('message', (message: unknown) => {
    if (!isQuestion(message)) throw new Error('a message that is no question');
    void answer(all, message);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ id: 0 });
}

type Question = { id: number; name: string; argument?: unknown };

async function answer(handlers: Handlers, { id, name, argument }: Question): Promise<void> {
  try {
    const handler = handlers[name];
    if (!handler) throw new Error(`nobody answers "${name}" here`);
    process.send?.({ id, value: (await handler(argument)) ?? null });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function usage(): { cpuMicroseconds: number; rssBytes: number } {
  const { user, system } = process.cpuUsage();
  return { cpuMicroseconds: user + system, rssBytes: process.memoryUsage.rss() };
}

const isQuestion = (message: unknown): message is Question =>
  typeof message === 'object' && message !== null && 'id' in message && 'name' in message;

/** What the parent gave to this process at its start. */
export function startArgument(): unknown {
  return JSON.parse(process.argv[2] ?? 'null');
}

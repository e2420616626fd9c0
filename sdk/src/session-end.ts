// Waits for the end of a connect session by long polls.
import type { CallOptions } from './call.ts';
import type { ConnectSession, ReadConnectSessionQuery } from './generated/types.ts';
import { sleep } from './sleep.ts';

const waitSeconds = 25;

/** Between two questions, should the server answer at once although nothing has changed: one that is ending does. */
const pauseMs = 500;

/** True when nothing can come of the session any more. */
export const isOver = ({ status }: Pick<ConnectSession, 'status'>): boolean =>
  status === 'connected' || status === 'failed' || status === 'cancelled' || status === 'expired';

type ReadSession = (
  id: string,
  query?: ReadConnectSessionQuery,
  options?: CallOptions,
) => Promise<ConnectSession>;

export async function waitUntilOver(
  read: ReadSession,
  id: string,
  options: CallOptions = {},
): Promise<ConnectSession> {
  for (;;) {
    const session = await read(id, { wait: waitSeconds }, options);
    if (isOver(session)) return session;
    await sleep(pauseMs, options.signal);
  }
}

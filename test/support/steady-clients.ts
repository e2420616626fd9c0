// Clients that keep sending, each over a connection that it keeps open for as long as the server does, and that tell
// what became of every request.
import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export type Sent =
  | { kind: 'answered'; status: number; connection: string | undefined; body: string }
  /** `isNew`: the connection was made for this request. */
  | { kind: 'failed'; code: string; isNew: boolean };

export type SteadyClients = {
  sent: Sent[];
  answered(): number;
  /** Requests that were cut off, or answered with anything but 200. */
  failures(): Sent[];
  /** Resolves when each client has its last answer. */
  stop(): Promise<void>;
};

/** Between two requests of a client: a load that leaves the machine to the processes which start and end under it. */
const betweenMilliseconds = 5;
/** Nobody listens any more, or the listener ended while this connection waited to be taken. */
const refusedMilliseconds = 20;

export function startSteadyClients(
  url: string,
  headers: Record<string, string>,
  count: number,
): SteadyClients {
  const sent: Sent[] = [];
  let isOver = false;
  async function keepSending(): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isOver) {
      const result = await send(url, headers, agent);
      sent.push(result);
      const isRefused = result.kind === 'failed' && result.isNew;
      await delay(isRefused ? refusedMilliseconds : betweenMilliseconds);
    }
    agent.destroy();
  }
  const running = Promise.all(Array.from({ length: count }, keepSending));
  return {
    sent,
    answered: () => sent.filter(({ kind }) => kind === 'answered').length,
    failures: () => sent.filter((one) => (one.kind === 'answered' ? one.status !== 200 : !one.isNew)),
    async stop() {
      isOver = true;
      await running;
    },
  };
}

export function send(url: string, headers: Record<string, string>, agent: Agent): Promise<Sent> {
  return new Promise((resolve) => {
    const sending = request(url, { headers, agent }, (response: IncomingMessage) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', fail);
      response.on('end', () =>
        resolve({
          kind: 'answered',
          status: response.statusCode ?? 0,
          connection: response.headers.connection,
          body: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    function fail(error: NodeJS.ErrnoException): void {
      resolve({ kind: 'failed', code: error.code ?? error.message, isNew: !sending.reusedSocket });
    }
    sending.on('error', fail);
    sending.end();
  });
}

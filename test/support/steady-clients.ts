// Clients that keep sending, each over a connection that it keeps open for as long as the server does, and that tell
// what became of every request.
import { Agent, type IncomingMessage, request } from 'node:http';

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
      // Nobody listens any more, or the listener ended while this connection waited to be taken.
      if (result.kind === 'failed' && result.isNew) await new Promise((resolve) => setTimeout(resolve, 20));
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

// A program that takes webhooks, over HTTP or HTTPS: it keeps what came, and answers as a test has told it.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';

export type Received = { path: string; headers: Record<string, string>; body: string; remoteAddress: string };
export type Respond = (response: ServerResponse, received: Received) => void;

export type Receiver = {
  port: number;
  url: string;
  received: Received[];
  /** Requests that came and have no answer yet. */
  waiting(): number;
  /** The most that waited at once since the start. */
  waitingMost(): number;
  /** How it answers from now on. */
  respond(respond: Respond): void;
  close(): Promise<void>;
};

export const answering =
  (status: number, headers: Record<string, string> = {}, body = ''): Respond =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };

/** Says again what it was sent, as an echo service does; few headers, so that the body is at the beginning too. */
export const echoing: Respond = (response, { headers, body }) => {
  const { authorization, 'x-token': token } = headers;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ authorization, token, body }));
};

export const hanging: Respond = () => {};

export type ReceiverOptions = { tls?: { cert: string; key: string }; host?: string };

export async function startReceiver({ tls, host = '127.0.0.1' }: ReceiverOptions = {}): Promise<Receiver> {
  const received: Received[] = [];
  let respond: Respond = answering(204);
  let waiting = 0;
  let most = 0;
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    waiting += 1;
    most = Math.max(most, waiting);
    response.once('close', () => {
      waiting -= 1;
    });
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one: Received = {
        path: request.url ?? '',
        headers: plainHeaders(request),
        body: Buffer.concat(chunks).toString('utf8'),
        remoteAddress: request.socket.localAddress ?? '',
      };
      received.push(one);
      respond(response, one);
    });
  };
  const server = tls ? createHttpsServer(tls, take) : createHttpServer(take);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    port,
    url: `${tls ? 'https' : 'http'}://${host}:${port}/hook`,
    received,
    waiting: () => waiting,
    waitingMost: () => most,
    respond: (next) => {
      respond = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const plainHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

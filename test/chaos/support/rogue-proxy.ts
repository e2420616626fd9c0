// Stands between the gateway and the provider's token endpoint, and does to an answer what networks, captive portals
// and broken providers do.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Misdeed =
  /** None: the provider's own answer. */
  | 'honest'
  /** Takes the request and says nothing. */
  | 'hanging'
  /** The provider does the work; nothing of its answer comes back, and the connection stays open. */
  | 'half_open'
  /** An endless answer, a byte at a time. */
  | 'trickling'
  | 'flooding'
  | 'html'
  /** To another host of its own, with the request. */
  | 'redirecting'
  /** Cuts the connection in the middle of an answer. */
  | 'cutting';

export type RogueProxy = {
  origin: string;
  become(misdeed: Misdeed): void;
  /** Requests since the last change. */
  requests(): number;
  /** Requests that followed a redirect. */
  followed(): number;
  close(): Promise<void>;
};

const floodBytes = 400 * 1024 * 1024;
const trickleMilliseconds = 50;

export async function startRogueProxy(target: () => string): Promise<RogueProxy> {
  let misdeed: Misdeed = 'honest';
  let requests = 0;
  let followed = 0;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    response.on('error', () => {});
    if (request.url?.startsWith('/elsewhere')) followed += 1;
    requests += 1;
    answer(misdeed, request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  async function answer(kind: Misdeed, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    switch (kind) {
      case 'honest': {
        const { status, type, text } = await forward(request, body);
        response.writeHead(status, { 'content-type': type }).end(text);
        return;
      }
      case 'half_open':
        await forward(request, body);
        return;
      case 'hanging':
        return;
      case 'trickling':
        return trickle(response);
      case 'flooding':
        return flood(response);
      case 'html':
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<h1>Please sign in to this network</h1>');
        return;
      case 'redirecting':
        response.writeHead(307, { location: `/elsewhere${request.url}` }).end();
        return;
      case 'cutting':
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"access_token":"', () => response.destroy());
        return;
      default:
        return kind satisfies never;
    }
  }

  async function forward({ method, url, headers }: IncomingMessage, body: string) {
    const response = await fetch(`${target()}${url}`, {
      method: method ?? 'GET',
      headers: {
        'content-type': headers['content-type'] ?? 'application/x-www-form-urlencoded',
        ...(headers.authorization === undefined ? {} : { authorization: headers.authorization }),
      },
      body,
    });
    const type = response.headers.get('content-type') ?? 'application/json';
    return { status: response.status, type, text: await response.text() };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    become(kind) {
      misdeed = kind;
      requests = 0;
      followed = 0;
    },
    requests: () => requests,
    followed: () => followed,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{');
  const dripping = setInterval(() => response.write(' '), trickleMilliseconds);
  response.once('close', () => clearInterval(dripping));
}

/** As fast as it is taken. Not announced: a limit on `Content-Length` alone would not help. */
async function flood(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  const piece = Buffer.alloc(256 * 1024, ' ');
  for (let sent = 0; sent < floodBytes && !response.destroyed; sent += piece.length) {
    if (!response.write(piece)) {
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
  }
  response.end();
}

// Small HTTP helpers: bounded bodies, JSON and HTML answers, and a request that can be read a second time.
import { IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';

const BODY_BYTES_MAX = 64 * 1024;

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('request body too large');
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The same request with another path and body, for a handler that wants to read the stream itself. */
export function replay(request: IncomingMessage, url: string, body: string): IncomingMessage {
  const again = new IncomingMessage(request.socket);
  again.method = request.method;
  again.url = url;
  again.httpVersion = request.httpVersion;
  again.headers = { ...request.headers };
  if (body !== '') again.headers['content-length'] = String(Buffer.byteLength(body));
  again.complete = true;
  if (body !== '') again.push(body);
  again.push(null);
  return again;
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

export function sendHtml(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(html);
}

export function bearerToken(request: IncomingMessage): string | undefined {
  return /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** Aborts when the caller closes its connection before it was answered. */
export function callerLeft(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

export async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  return portOf(server.address());
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP port');
  return address.port;
}

/** Remembers open sockets, so that closing a server does not wait for idle clients. */
export function trackSockets(server: {
  on(event: 'connection', listener: (socket: Socket) => void): unknown;
}) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    destroyAll(): void {
      for (const socket of sockets) socket.destroy();
    },
  };
}

// Two sockets piped on loopback, for tests that stand between a client and its server: it hands each connection to
// what the test wants to do with the answers, and ends both sides together. It reads no protocol.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type TcpProxy = {
  /** The target's own URL, with the proxy's host and port. */
  url: string;
  /** Every socket that is open now, of both sides. */
  sockets: ReadonlySet<Socket>;
  cutAll(): void;
  close(): Promise<void>;
};

/** What arrives at `inbound` goes to the server as it is; what `outbound` brings is passed on by `join`, if at all. */
export type Join = (inbound: Socket, outbound: Socket) => void;

export async function startTcpProxy(targetUrl: string, join: Join): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  const server = createServer((inbound) => {
    const outbound = connect(Number(target.port), target.hostname);
    for (const socket of [inbound, outbound]) {
      sockets.add(socket);
      // The other side learns of it by the end of its own connection.
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        inbound.destroy();
        outbound.destroy();
      });
    }
    inbound.pipe(outbound);
    join(inbound, outbound);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    sockets,
    cutAll,
    async close() {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}

// Stands between a gateway and PostgreSQL on loopback, and decides what the gateway hears of other nodes: everything;
// everything but notifications, as through a pooler in transaction mode; or nothing at all on a connection that stays
// open, as when a firewall forgot it.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type Hearing = 'all' | 'no notifications' | 'nothing';
export type FeedProxy = {
  url: string;
  hear(hearing: Hearing): void;
  /** Notifications that were held back. */
  dropped(): number;
  close(): Promise<void>;
};

/** What the connection of the change feed calls itself. */
const feedName = 'mailgrant changes';
const notification = 'A'.charCodeAt(0);

export async function startFeedProxy(databaseUrl: string): Promise<FeedProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let hearing: Hearing = 'all';
  let dropped = 0;

  const server = createServer((inbound) => {
    const outbound = connect(Number(target.port), target.hostname);
    for (const socket of [inbound, outbound]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        inbound.destroy();
        outbound.destroy();
      });
    }
    let isFeed = false;
    inbound.once('data', (first: Buffer) => {
      isFeed = first.includes(feedName);
    });
    inbound.pipe(outbound);
    let rest = Buffer.alloc(0);
    outbound.on('data', (chunk: Buffer) => {
      if (isFeed && hearing === 'nothing') return;
      rest = Buffer.concat([rest, chunk]);
      // Messages of the server: one byte of type, four of length that count themselves.
      while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
        const message = rest.subarray(0, 1 + rest.readInt32BE(1));
        rest = rest.subarray(message.length);
        if (message[0] === notification && hearing !== 'all') dropped += 1;
        else inbound.write(message);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);
  return {
    url: url.href,
    hear: (wanted) => {
      hearing = wanted;
    },
    dropped: () => dropped,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

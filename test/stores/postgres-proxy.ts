// Stands between the store and PostgreSQL on loopback: counts round trips, cuts connections, lets them go silent.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type PostgresProxy = {
  url: string;
  /** How often the server said that it is ready for the next query. */
  roundTrips(): number;
  cutAll(): void;
  /** From now on nothing comes back, on the connections that there are and on new ones; none is closed. */
  freeze(): void;
  /** New connections work again. Those that went silent stay so. */
  thaw(): void;
  close(): Promise<void>;
};

export const startPostgresProxy = async (databaseUrl: string): Promise<PostgresProxy> => {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let ready = 0;
  let isFrozen = false;
  const silent = new WeakSet<Socket>();
  const server = createServer((inbound) => {
    if (isFrozen) silent.add(inbound);
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
    inbound.pipe(outbound);
    let rest = Buffer.alloc(0);
    outbound.on('data', (chunk) => {
      if (silent.has(inbound)) return;
      inbound.write(chunk);
      rest = Buffer.concat([rest, chunk]);
      // Messages of the server: one byte of type, four of length that count themselves.
      while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
        if (rest[0] === 'Z'.charCodeAt(0)) ready += 1;
        rest = rest.subarray(1 + rest.readInt32BE(1));
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
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    roundTrips: () => ready,
    cutAll,
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) silent.add(socket);
    },
    thaw: () => {
      isFrozen = false;
    },
    close: async () => {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
};

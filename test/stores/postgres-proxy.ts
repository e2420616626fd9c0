// Stands between the store and PostgreSQL on loopback: counts round trips, cuts connections, lets them go silent.
import type { Socket } from 'node:net';
import { splitMessages } from '../support/postgres-messages.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

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

const readyForQuery = 'Z'.charCodeAt(0);

export const startPostgresProxy = async (databaseUrl: string): Promise<PostgresProxy> => {
  let ready = 0;
  let isFrozen = false;
  const silent = new WeakSet<Socket>();
  const { url, sockets, cutAll, close } = await startTcpProxy(databaseUrl, (inbound, outbound) => {
    if (isFrozen) silent.add(inbound);
    const count = splitMessages((message) => {
      if (message[0] === readyForQuery) ready += 1;
    });
    outbound.on('data', (chunk: Buffer) => {
      if (silent.has(inbound)) return;
      inbound.write(chunk);
      count(chunk);
    });
  });
  return {
    url,
    roundTrips: () => ready,
    cutAll,
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) silent.add(socket);
    },
    thaw: () => {
      isFrozen = false;
    },
    close,
  };
};

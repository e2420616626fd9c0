// Stands between a gateway and PostgreSQL on loopback, and decides what the gateway hears of other nodes: everything;
// everything but notifications, as through a pooler in transaction mode; or nothing at all on a connection that stays
// open, as when a firewall forgot it.
import { splitMessages } from './postgres-messages.ts';
import { startTcpProxy } from './tcp-proxy.ts';

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
  let hearing: Hearing = 'all';
  let dropped = 0;
  const { url, close } = await startTcpProxy(databaseUrl, (inbound, outbound) => {
    let isFeed = false;
    inbound.once('data', (first: Buffer) => {
      isFeed = first.includes(feedName);
    });
    const read = splitMessages((message) => {
      if (message[0] === notification && hearing !== 'all') dropped += 1;
      else inbound.write(message);
    });
    outbound.on('data', (chunk: Buffer) => {
      if (isFeed && hearing === 'nothing') return;
      read(chunk);
    });
  });
  return {
    url,
    hear: (wanted) => {
      hearing = wanted;
    },
    dropped: () => dropped,
    close,
  };
}

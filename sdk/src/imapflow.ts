// Mailgrant's tokens for imapflow. The library signs in once, when it connects, so the token is looked after there: a
// fresh one for each connection, another one when the server refuses it, and a new connection when one has ended.
import { mailServerOf } from './targets.ts';
import type { TokenSource } from './token-source.ts';

/** What `new ImapFlow()` needs; add your own (`logger`, `tls`, ...). */
export type ImapOptions = {
  host: string;
  port: number;
  secure: boolean;
  /** Signing in goes over TLS or not at all. */
  doSTARTTLS?: true;
  auth: { user: string; accessToken: string };
};

/** The part of an ImapFlow that is used here. */
export type ImapConnection = {
  readonly usable: boolean;
  connect(): Promise<unknown>;
  logout(): Promise<unknown>;
  close(): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
};

/** With a fresh token, for one connection. Throws `MailgrantError`. */
export async function imapOptions(tokens: TokenSource): Promise<ImapOptions> {
  const token = await tokens.token();
  const { host, port, tls, user } = mailServerOf(token, 'imap');
  return {
    host,
    port,
    secure: tls === 'implicit',
    ...(tls === 'starttls' ? { doSTARTTLS: true } : {}),
    auth: { user, accessToken: token.access_token },
  };
}

/**
 * A connected client. When the server refuses the token, another one is tried one time.
 * Throws what the library throws, and `MailgrantError`.
 */
export async function connectImap<Client extends ImapConnection>(
  tokens: TokenSource,
  create: (options: ImapOptions) => Client,
): Promise<Client> {
  for (let attempt = 0; ; attempt += 1) {
    const options = await imapOptions(tokens);
    const client = create(options);
    // Without a listener the library's errors between commands would end the process; `usable` tells of them.
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.close();
      const isRefused = error instanceof Error && Reflect.get(error, 'authenticationFailed') === true;
      if (!isRefused || attempt > 0 || !tokens.refused(options.auth.accessToken)) throw error;
    }
  }
}

/** A connection that is made anew when it has ended. */
export type KeptImap<Client> = {
  /** The client that is connected, or a new one. In parallel: the same. Throws as `connectImap`. */
  client(): Promise<Client>;
  /** Logs out. `client()` throws from now on. */
  close(): Promise<void>;
};

/**
 * Mail servers end connections: when they are idle, when the token that opened them ends, when they restart. Ask for the
 * client before each piece of work.
 */
export function keepImap<Client extends ImapConnection>(
  tokens: TokenSource,
  create: (options: ImapOptions) => Client,
): KeptImap<Client> {
  let live: Client | null = null;
  let connecting: Promise<Client> | null = null;
  let isClosed = false;

  const closed = (): Error => new Error('this connection was closed');
  const connected = async (): Promise<Client> => {
    const client = await connectImap(tokens, create);
    if (isClosed) {
      client.close();
      throw closed();
    }
    live = client;
    return client;
  };

  return {
    async client() {
      if (isClosed) throw closed();
      if (live?.usable) return live;
      connecting ??= connected().finally(() => {
        connecting = null;
      });
      return connecting;
    },
    async close() {
      isClosed = true;
      // One that is being opened closes itself.
      await connecting?.catch(() => {});
      const client = live;
      live = null;
      if (client?.usable) await client.logout().catch(() => client.close());
    },
  };
}

// How an HTTP server comes to its end without a request that fails: every answer ends its connection, and a connection
// that nobody uses is closed only after its client has had a moment to use it once more (RFC 9112 section 9.6).
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';

export type Draining = {
  /** From now on every answer carries `Connection: close`, those that are being worked on included. */
  begin(): void;
  /**
   * Takes no further connection, and resolves when none is left that waits for a request. May be called once. A request
   * of which a part is missing is cut off a few seconds later.
   */
  stopListening(): Promise<void>;
};

/** For a client that is just sending over a connection which it believes to be open. */
const idleMilliseconds = 1_000;
/** After that, for a client that is sending: a request takes one packet or few. */
const sendingMilliseconds = 3_000;

type Exchange = { request: IncomingMessage; response: ServerResponse };

/** To be called before the server listens. */
export function watchConnections(server: Server): Draining {
  /** The newest request of each open connection. */
  const connections = new Map<Socket, Exchange | null>();
  const emptied = Promise.withResolvers<void>();
  let isDraining = false;
  let isListening = true;

  server.on('connection', (socket: Socket) => {
    connections.set(socket, null);
    socket.once('close', () => {
      connections.delete(socket);
      if (!isListening && connections.size === 0) emptied.resolve();
    });
  });
  server.prependListener('request', (request, response) => {
    connections.set(request.socket, { request, response });
    if (isDraining) response.shouldKeepAlive = false;
  });

  return {
    begin() {
      isDraining = true;
      for (const exchange of connections.values()) {
        if (exchange !== null && !exchange.response.headersSent) exchange.response.shouldKeepAlive = false;
      }
    },

    async stopListening() {
      isListening = false;
      // Not the close of `http.Server`, which ends idle connections at once, whatever is on its way to them.
      NetServer.prototype.close.call(server);
      if (connections.size === 0) return;
      const before = new Map([...connections.keys()].map((socket) => [socket, socket.bytesRead]));
      const timer = setTimeout(emptied.resolve, idleMilliseconds);
      await emptied.promise;
      clearTimeout(timer);
      // What has arrived by now is read before the next line.
      await new Promise((resolve) => setImmediate(resolve));
      for (const [socket, exchange] of connections) {
        if (isAnswered(exchange) && before.get(socket) === socket.bytesRead) socket.destroySoon();
      }
      setTimeout(() => {
        for (const [socket, exchange] of connections) {
          if (isAnswered(exchange) || isIncomplete(exchange)) socket.destroySoon();
        }
      }, sendingMilliseconds).unref();
    },
  };
}

const isAnswered = (exchange: Exchange | null): boolean =>
  exchange === null || exchange.response.writableFinished;

/** An answer without a socket waits for the one before it, which ends the connection. */
const isIncomplete = (exchange: Exchange | null): boolean =>
  exchange !== null && !exchange.request.complete && exchange.response.socket !== null;

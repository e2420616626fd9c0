// Owns the choice of loopback ports for servers that cannot listen on port 0 and say which one they got.
import { connect, createServer } from 'node:net';

// Below the range from which the system serves port 0 and outgoing connections (32768 on Linux), so that
// between the choice and the server's own bind nobody is given the port by chance.
const lowest = 20_000;
const highest = 32_000;
const attemptsMax = 200;
const handedOut = new Set<number>();

/** A loopback TCP port that nobody listens on now and that this process has not handed out before. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port between ${lowest} and ${highest} in ${attemptsMax} attempts`);
}

/** True when something accepts TCP connections at this loopback port. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2000 });
    const settle = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

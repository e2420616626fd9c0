// The limit of a token read: `node:http` alone, the same check of the same key, and the bytes that the gateway
// answered, with its headers. No routes, no parameters, no mailboxes. Whatever the gateway does to be fast is done here
// too: a request without a body is answered at once, a short one is read in one piece, the hash is made by one call,
// and text of ASCII is written as latin1.
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { serveControl, startArgument } from './control.ts';
import { listAt, textAt } from './members.ts';

const argument = startArgument();
const body = textAt(argument, 'body');
const encoding = Buffer.byteLength(body) === body.length ? 'latin1' : 'utf8';
/** Names and values in turn, as `node:http` takes them fastest. */
const headers = listAt(argument, 'headers').map(String);
const keyHash = textAt(argument, 'keyHash');
const keys = new Map([[keyHash, { hash: keyHash }]]);

const isKnown = (authorization: string | undefined): boolean => {
  if (!authorization?.startsWith('Bearer ')) return false;
  const presented = hash('sha256', authorization.slice(7));
  const key = keys.get(presented);
  return key !== undefined && isSame(key.hash, presented);
};

/** In a time that does not depend on where they differ. Much less work here than two buffers for `timingSafeEqual`. */
function isSame(left: string, right: string): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index += 1) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  }
  return difference === 0;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (isKnown(request.headers.authorization)) response.writeHead(200, headers).end(body, encoding);
  else response.writeHead(401, { 'content-length': 0 }).end();
}

const server = createServer((request, response) => {
  if ((request.headers['content-length'] ?? '0') === '0') return answer(request, response);
  // The bodies of this bench are short: they come in one piece.
  request.once('readable', () => {
    const sent: unknown = request.read();
    if (!(sent instanceof Buffer)) return void response.writeHead(400, { 'content-length': 0 }).end();
    JSON.parse(sent.toString('utf8'));
    answer(request, response);
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
serveControl({ port: () => port });

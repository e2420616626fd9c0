// The limit of a token read: `node:http` alone, the same check of the same key, and the bytes that the gateway
// answered, with its headers. No routes, no parameters, no mailboxes.
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { serveControl, startArgument } from './control.ts';
import { listAt, textAt } from './members.ts';

const argument = startArgument();
const body = Buffer.from(textAt(argument, 'body'), 'utf8');
/** Names and values in turn, as `node:http` takes them fastest. */
const headers = listAt(argument, 'headers').map(String);
const keys = new Map([
  [textAt(argument, 'keyHash'), { hash: Buffer.from(textAt(argument, 'keyHash'), 'hex') }],
]);

const isKnown = (authorization: string | undefined): boolean => {
  if (!authorization?.startsWith('Bearer ')) return false;
  const hash = createHash('sha256').update(authorization.slice(7)).digest();
  const key = keys.get(hash.toString('hex'));
  return key !== undefined && timingSafeEqual(key.hash, hash);
};

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    if (!isKnown(request.headers.authorization)) {
      response.writeHead(401, { 'content-length': 0 }).end();
      return;
    }
    if (parts.length > 0) JSON.parse(Buffer.concat(parts).toString('utf8'));
    response.writeHead(200, headers).end(body);
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
serveControl({ port: () => port });

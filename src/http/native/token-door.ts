// The hot path: a token read whose key and token are in memory is answered before the router sees it, in one go. This
// is the same request for the same core, in the same bytes, as what stands in tokens.ts; whatever is not plain (an
// unknown key, a query, another content type, a body that must be validated, anything that ends in an error) goes there.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Core, TokenRequest } from '../../core/index.ts';
import { recallPrincipal } from '../authenticate.ts';
import { commonHeaders, requestIdOf } from '../common-headers.ts';
import type { Door } from '../surface.ts';
import { plainTokenRequest } from './token-request.ts';
import { tokenText } from './token-text.ts';

const pathBegin = '/v1/mailboxes/';
const pathEnd = '/token';
const idLength = 36;
const pathLength = pathBegin.length + idLength + pathEnd.length;

/** In bytes. Longer bodies are for the router; these come in one piece. */
const bodyLengthMax = 999;
const bodyLengthForm = /^[1-9]\d{0,2}$/;
const jsonType = 'application/json';

const fixedHeaders = Object.entries(commonHeaders).flat();

export const tokenDoor: Door = (core, router, measures) => {
  const measured = measures.of('native', `POST ${pathBegin}:id${pathEnd}`);
  return (request, response) => {
    const startedAt = performance.now();
    const mailboxId = mailboxIdOf(request);
    const length = mailboxId === null ? null : bodyLengthOf(request.headers);
    // Who is unknown is not waited for: the router refuses the request before its body has come.
    const isOurs = length !== null && (length === 0 || isKnown(core, request.headers));
    if (mailboxId === null || !isOurs) return router(request, response);
    const answer = (body: string): boolean => {
      const asked = plainTokenRequest(body);
      const text = asked && recalled(core, request.headers, mailboxId, asked);
      if (text === null) return false;
      send(request, response, text);
      measured.note(200, (performance.now() - startedAt) / 1000);
      return true;
    };
    if (length === 0) {
      if (!answer('')) router(request, response);
      return;
    }
    request.once('readable', () => {
      const body: unknown = request.read();
      if (body instanceof Buffer && body.length === length && answer(body.toString('utf8'))) return;
      // As if nobody had looked: the router reads it from its beginning.
      if (body instanceof Buffer) request.unshift(body);
      router(request, response);
    });
  };
};

/** Null for any other request. What stands for the id need not be one: nothing is kept under anything else. */
function mailboxIdOf({ method, url }: IncomingMessage): string | null {
  const isRead =
    method === 'POST' && url?.length === pathLength && url.startsWith(pathBegin) && url.endsWith(pathEnd);
  return isRead ? url.slice(pathBegin.length, -pathEnd.length) : null;
}

/** Null when it is not known, is long, or is of another type than JSON. */
function bodyLengthOf(headers: IncomingHttpHeaders): number | null {
  const type = headers['content-type'];
  if (headers['transfer-encoding'] !== undefined || (type !== undefined && type !== jsonType)) return null;
  const length = headers['content-length'] ?? '0';
  if (length === '0') return 0;
  return type === jsonType && bodyLengthForm.test(length) && Number(length) <= bodyLengthMax
    ? Number(length)
    : null;
}

/** Whether the key is; what it may do is looked at when all has come, and it may have ended by then. */
function isKnown(core: Core, headers: IncomingHttpHeaders): boolean {
  try {
    return recallPrincipal(core, headers) !== null;
  } catch {
    return false;
  }
}

/** Null also for a refusal: the route comes to the same one, and has the words for it. */
function recalled(
  core: Core,
  headers: IncomingHttpHeaders,
  mailboxId: string,
  request: TokenRequest,
): string | null {
  try {
    const principal = recallPrincipal(core, headers);
    const token = principal && core.tokens.recall(principal, mailboxId, request);
    return token && tokenText(token, core.now());
  } catch {
    return null;
  }
}

function send(request: IncomingMessage, response: ServerResponse, text: string): void {
  const length = Buffer.byteLength(text);
  response
    .writeHead(200, [
      'x-request-id',
      requestIdOf(request),
      ...fixedHeaders,
      'content-type',
      'application/json; charset=utf-8',
      'content-length',
      String(length),
    ])
    // ASCII is the same in both, and costs less to write as what it is.
    .end(text, length === text.length ? 'latin1' : 'utf8');
}

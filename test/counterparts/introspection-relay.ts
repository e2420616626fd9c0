// Owns the fixed introspection endpoints that the Dovecots were started with, and the turn-taking in front of
// them. Each test file brings authorization servers of its own, in its own process; the mailboxes, though, are
// shared, and an opaque token does not say whose it is. So the mail servers belong to one test file at a time:
//
//   POST /lease         {google?: Target, microsoft?: Target}: answers when it is the caller's turn, with one
//                       line of JSON {lease}, and holds the response open. The turn ends when the connection
//                       does: a test file that crashes cannot keep the mail servers.
//   POST /lease/<id>    the same body: other targets during the turn (say, an authorization server restarted)
//   POST /<provider>    what Dovecot calls; passed on to the holder's target. No target, or one that cannot be
//                       reached: 503, which Dovecot reports as UNAVAILABLE. A target that hangs: so does this.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { MailProvider } from './mail-settings.ts';

/** Where an authorization server answers introspection, and as whom to ask it (HTTP Basic). */
export type IntrospectionTarget = { introspectionUrl: string; clientId: string; clientSecret: string };
export type IntrospectionTargets = { [provider in MailProvider]?: IntrospectionTarget };

export type IntrospectionRelay = { port: number; stop(): Promise<void> };

type Turn = { lease: string; targets: IntrospectionTargets; response: ServerResponse };

/** Longer than Dovecot waits for an answer (5 s), so that a hanging target is Dovecot's to give up on. */
const forwardTimeoutMs = 15_000;

/** `onTurn` runs before a test file is given the mail servers: it leaves the next one a clean house. */
export async function startIntrospectionRelay(onTurn: () => Promise<void>): Promise<IntrospectionRelay> {
  const waiting: Turn[] = [];
  let current: Turn | undefined;

  const next = async (): Promise<void> => {
    if (current !== undefined) return;
    const turn = waiting.shift();
    if (turn === undefined) return;
    current = turn;
    try {
      await onTurn();
      turn.response.write(`${JSON.stringify({ lease: turn.lease })}\n`);
    } catch (cause) {
      turn.response.destroy(cause instanceof Error ? cause : new Error(String(cause)));
    }
  };
  const queue = (targets: IntrospectionTargets, response: ServerResponse): Promise<void> => {
    const turn = { lease: randomUUID(), targets, response };
    response.once('close', () => {
      const place = waiting.indexOf(turn);
      if (place >= 0) waiting.splice(place, 1);
      if (current === turn) current = undefined;
      void next();
    });
    waiting.push(turn);
    return next();
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const [, first = '', lease] = (request.url ?? '').split('/');
    const body = await text(request);
    if (request.method !== 'POST') return response.writeHead(405).end();
    if (first === 'lease' && lease === undefined) return queue(parseTargets(body), response);
    if (first === 'lease') {
      if (current?.lease !== lease || current === undefined) return response.writeHead(409).end();
      current.targets = parseTargets(body);
      return response.writeHead(204).end();
    }
    if (first !== 'google' && first !== 'microsoft') return response.writeHead(404).end();
    return forward(current?.targets[first], body, response);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((cause: unknown) => {
      response.headersSent ? response.destroy() : response.writeHead(500).end(String(cause));
    });
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: address.port, stop };
}

async function forward(
  target: IntrospectionTarget | undefined,
  body: string,
  response: ServerResponse,
): Promise<unknown> {
  if (target === undefined) return response.writeHead(503).end();
  const credentials = Buffer.from(`${target.clientId}:${target.clientSecret}`).toString('base64');
  try {
    const answer = await fetch(target.introspectionUrl, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        authorization: `Basic ${credentials}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body,
      signal: AbortSignal.timeout(forwardTimeoutMs),
    });
    const contentType = answer.headers.get('content-type') ?? 'application/json';
    return response.writeHead(answer.status, { 'content-type': contentType }).end(await answer.text());
  } catch {
    return response.writeHead(503).end();
  }
}

function parseTargets(body: string): IntrospectionTargets {
  const parsed: unknown = JSON.parse(body);
  if (typeof parsed !== 'object' || parsed === null) throw new TypeError('targets must be an object');
  const targets: IntrospectionTargets = {};
  for (const provider of ['google', 'microsoft'] as const) {
    const target: unknown = provider in parsed ? Reflect.get(parsed, provider) : undefined;
    if (target === undefined) continue;
    if (!isTarget(target)) throw new TypeError(`the target for ${provider} is not complete`);
    targets[provider] = target;
  }
  return targets;
}

function isTarget(value: unknown): value is IntrospectionTarget {
  if (typeof value !== 'object' || value === null) return false;
  return ['introspectionUrl', 'clientId', 'clientSecret'].every(
    (name) => typeof Reflect.get(value, name) === 'string',
  );
}

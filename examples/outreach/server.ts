// An outreach program in small: people connect their mailboxes on its page, it sends and reads with them, and hears of
// what becomes of them. The API key stays here.
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createClient, isMailgrantError } from '@mailgrant/client';
import { verifyWebhook, type WebhookEvent, WebhookVerificationError } from '@mailgrant/client/webhooks';
import { createMail } from './mail.ts';
import { settings } from './settings.ts';
import { createVisitors } from './visitors.ts';

const client = createClient({ baseUrl: settings.mailgrantUrl, apiKey: settings.apiKey });
const mail = createMail(client, settings.tls);
const visitors = createVisitors();

/** By id, so that one that comes twice counts once; the newest hundred. */
const events = new Map<string, WebhookEvent>();
const eventsMax = 100;

/** In bytes. */
const bodyMax = 256 * 1024;

type Exchange = { request: IncomingMessage; response: ServerResponse; id: string };
type Handler = (exchange: Exchange) => Promise<unknown>;

class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const routes: Record<string, Handler> = {
  'GET /api/mailboxes': async () => (await client.mailboxes.list({ limit: 100 })).items,

  'POST /api/connect-sessions': async ({ request, response }) => {
    const { provider } = await jsonOf(request);
    if (provider !== 'google' && provider !== 'microsoft')
      throw new Refused(400, 'provider: google or microsoft');
    const { id, url } = await client.connectSessions.create({ provider });
    visitors.remember(visitors.of(request, response), id);
    return { id, url };
  },

  'GET /api/connect-sessions/:id': async ({ request, response, id }) => {
    if (!visitors.owns(visitors.of(request, response), id)) throw new Refused(404, 'no such session');
    const { status, mailbox_id, email } = await client.connectSessions.get(id);
    return { status, mailbox_id, email };
  },

  'POST /api/mailboxes/:id/messages': async ({ request, id }) => {
    const { to, subject, text } = await jsonOf(request);
    if (typeof to !== 'string' || typeof subject !== 'string' || typeof text !== 'string') {
      throw new Refused(400, 'to, subject and text are needed');
    }
    return { message_id: await mail.send(id, { to, subject, text }) };
  },

  'GET /api/mailboxes/:id/messages': async ({ id }) => mail.newest(id),

  'GET /api/events': async () => [...events.values()].reverse(),

  'POST /webhooks': async ({ request }) => {
    if (settings.webhookSecret === null) throw new Refused(404, 'set WEBHOOK_SECRET');
    const { id, event } = await verifyWebhook({
      body: await bodyOf(request),
      headers: request.headers,
      secrets: settings.webhookSecret,
    });
    events.set(id, event);
    const [oldest] = events.keys();
    if (events.size > eventsMax && oldest !== undefined) events.delete(oldest);
    return {};
  },
};

/** What the page loads: itself, and the part of the client that runs in browsers. */
const clientFolder = new URL('.', import.meta.resolve('@mailgrant/client/connect'));
const pages: Record<string, { file: URL; type: string }> = {
  '/': { file: new URL('page.html', import.meta.url), type: 'text/html; charset=utf-8' },
  '/page.js': { file: new URL('page.js', import.meta.url), type: 'text/javascript' },
};

function fileOf(path: string): { file: URL; type: string } | undefined {
  const module = /^\/client\/((?:connect\/)?[a-z-]+\.js)$/.exec(path)?.[1];
  return module ? { file: new URL(module, clientFolder), type: 'text/javascript' } : pages[path];
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = `http://localhost${request.url ?? '/'}`;
  if (!URL.canParse(url)) throw new Refused(400, 'no address');
  const path = new URL(url).pathname;
  const page = request.method === 'GET' ? fileOf(path) : undefined;
  if (page) {
    if (!existsSync(page.file)) throw new Refused(404, 'no such page');
    const content = readFileSync(page.file);
    response.writeHead(200, { 'content-type': page.type }).end(content);
    return;
  }
  const [, before, id = '', rest = ''] = /^(\/api\/[a-z-]+\/)([^/]+)(.*)$/.exec(path) ?? [];
  const route = `${request.method} ${before === undefined ? path : `${before}:id${rest}`}`;
  const handler = Object.hasOwn(routes, route) ? routes[route] : undefined;
  if (!handler) throw new Refused(404, 'no such page');
  send(response, 200, await handler({ request, response, id }));
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function failureOf(error: unknown): { status: number; body: Record<string, unknown> } {
  if (error instanceof Refused) return { status: error.status, body: { error: error.message } };
  if (error instanceof WebhookVerificationError) return { status: 400, body: { error: error.code } };
  if (isMailgrantError(error)) {
    // The one mistake that the person at the page can mend.
    const mend = error.code === 'needs_reauthorization' ? { reconnect_url: error.reconnectUrl } : {};
    return { status: error.status || 502, body: { error: error.detail, code: error.code, ...mend } };
  }
  return { status: 500, body: { error: error instanceof Error ? error.message : 'unknown' } };
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > bodyMax) throw new Refused(413, 'too much');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function jsonOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  try {
    return Object(JSON.parse(new TextDecoder().decode(await bodyOf(request))));
  } catch (error) {
    throw error instanceof Refused ? error : new Refused(400, 'no JSON');
  }
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    const { status, body } = failureOf(error);
    // Half an answer cannot be taken back.
    if (response.headersSent) response.destroy();
    else send(response, status, body);
  });
});
server.listen(settings.port, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : settings.port;
  // biome-ignore lint/suspicious/noConsole: a program that says where it is.
  console.log(`http://localhost:${port}`);
});

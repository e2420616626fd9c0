// A caller's site for the tests of connect(): a page with one button, and a backend that has the API key.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, normalize } from 'node:path';
import { text } from 'node:stream/consumers';
import type { MailgrantClient } from '../../sdk/src/index.ts';

const connectStatuses = ['pending', 'declined'] as const;

export type ConnectSite = { origin: string; close(): Promise<void> };

const page = `<!doctype html><title>A caller's site</title><h1>Mailboxes</h1><button>Connect</button><output></output>
<script type="module">
import { announceReturn, connect, readReturn } from '/client/connect.js';
const ask = async (path, body, signal) => {
  const response = await fetch(path, { method: body ? 'POST' : 'GET', body: body && JSON.stringify(body), signal });
  if (!response.ok) throw new Error(path);
  return response.json();
};
const query = new URLSearchParams(location.search);
const request = JSON.parse(query.get('request') ?? '{}');
const show = (value) => { document.querySelector('output').textContent = JSON.stringify(value); };
window.steps = [];
window.asked = 0;
const open = window.open;
window.open = (...given) => {
  window.steps.push('open');
  window.opened = query.has('blocked') ? null : open.apply(window, given);
  return window.opened;
};
document.querySelector('button').onclick = async () => {
  const number = (name) => query.has(name) ? { [name]: Number(query.get(name)) } : {};
  const controller = new AbortController();
  window.abort = () => controller.abort();
  show(await connect({
    link: () => { window.steps.push('link'); return ask('/sessions', request); },
    status: (id, signal, known) => {
      window.session = id;
      window.asked += 1;
      return ask('/sessions/' + id + (query.has('held') && known ? '?known=' + known : ''), undefined, signal);
    },
    confirm: (code, id) => ask('/sessions/' + id + '/confirm', { code }),
    onProgress: ({ status }) => window.steps.push(status),
    signal: controller.signal,
    pollEveryMs: 100,
    ...(query.has('mode') ? { mode: query.get('mode') } : {}),
    ...(query.has('blocked') ? { whenBlocked: query.get('blocked') } : {}),
    ...number('closedAfterMs'), ...number('timeoutMs'),
  }).catch((error) => ({ thrown: String(error) })));
};
const returned = readReturn();
if (returned) { show({ returned, address: location.href }); announceReturn(returned); }
</script>`;

export async function startConnectSite(client: MailgrantClient, clientFolder: string): Promise<ConnectSite> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [, noun, id = '', action] = pathname.split('/');
    const json = (value: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (noun === 'client') {
      const path = join(clientFolder, normalize(pathname.slice('/client'.length)));
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(path));
    } else if (noun === 'sessions' && action === 'confirm') {
      const { code }: { code: string } = JSON.parse(await text(request));
      json(await client.connectSessions.confirm(id, { code }));
    } else if (noun === 'sessions' && id !== '') {
      const known = connectStatuses.find((each) => each === searchParams.get('known'));
      const query = known === undefined ? {} : { wait: 20, known_status: known };
      const { status, mailbox_id, email } = await client.connectSessions.get(id, query);
      json({ status, mailbox_id, email });
    } else if (noun === 'sessions') {
      json(await client.connectSessions.create({ provider: 'google', ...JSON.parse(await text(request)) }));
    } else response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  }

  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    origin: `http://localhost:${typeof address === 'object' && address ? address.port : 0}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

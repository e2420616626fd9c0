// A server whose answers a test writes down beforehand, and a note of every request that it got.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

export type Received = {
  method: string;
  url: string;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
  at: number;
};
/** Null = the connection is cut without an answer; `hang` = nothing comes, ever. */
export type Scripted =
  | { status: number; body?: unknown; headers?: Record<string, string>; text?: string }
  | 'cut'
  | 'hang';

export type ScriptedServer = {
  url: string;
  received: Received[];
  /** The answers to the next requests, in order; the last one stays. */
  answer(...answers: Scripted[]): void;
  close(): Promise<void>;
};

export async function startScriptedServer(): Promise<ScriptedServer> {
  const received: Received[] = [];
  let answers: Scripted[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method = '', url = '', headers } = request;
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8'), at: Date.now() });
    const next = answers.length > 1 ? answers.shift() : answers[0];
    give(response, next ?? { status: 500 });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer(...next) {
      answers = next;
      received.length = 0;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function give(response: ServerResponse, scripted: Scripted): void {
  if (scripted === 'hang') return;
  if (scripted === 'cut') {
    response.destroy();
    return;
  }
  const { status, body, headers = {}, text } = scripted;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(text ?? (body === undefined ? '' : JSON.stringify(body)));
}

// A receiver of traces over OTLP/HTTP (JSON) on loopback, as a collector is one: keeps the spans and the headers.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { freePort, memberOf } from './installation.ts';

export type ReceivedSpan = {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  kind: number;
  attributes: Record<string, unknown>;
};

export async function startOtlpReceiver() {
  const spans: ReceivedSpan[] = [];
  const texts: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const resources: Record<string, unknown>[] = [];
  let status = 200;
  const port = await freePort();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const whole = Buffer.concat(chunks);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole).toString();
      headers.push(request.headers);
      if (status === 200 && request.url === '/v1/traces') {
        texts.push(text);
        read(JSON.parse(text));
      }
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  function read(body: unknown): void {
    for (const ofResource of listOf(body, 'resourceSpans')) {
      resources.push(attributesOf(memberOf(ofResource, 'resource')));
      for (const ofScope of listOf(ofResource, 'scopeSpans')) {
        for (const span of listOf(ofScope, 'spans')) {
          spans.push({
            traceId: String(memberOf(span, 'traceId')),
            spanId: String(memberOf(span, 'spanId')),
            parentSpanId: String(memberOf(span, 'parentSpanId') ?? '') || null,
            name: String(memberOf(span, 'name')),
            kind: Number(memberOf(span, 'kind')),
            attributes: attributesOf(span),
          });
        }
      }
    }
  }

  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    headers,
    resources,
    /** All that came, as text. */
    text: () => texts.join('\n'),
    answerWith: (code: number) => {
      status = code;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const listOf = (value: unknown, name: string): unknown[] => {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
};

const attributesOf = (value: unknown): Record<string, unknown> =>
  Object.fromEntries(
    listOf(value, 'attributes').map((attribute) => {
      const given = memberOf(attribute, 'value');
      const [plain] = typeof given === 'object' && given !== null ? Object.values(given) : [];
      return [String(memberOf(attribute, 'key')), plain];
    }),
  );

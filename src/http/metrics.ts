// The page for Prometheus: on the listener that everybody reaches only with a token, on a port of its own with one if
// the operator wants it so. What stands on it is src/observability's.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Log, Secret } from '../core/index.ts';
import { commonHeaders } from './common-headers.ts';

export type MetricsPage = { contentType: string; scrape(): Promise<string> };

export const metricsPath = '/metrics';

/** HEAD (RFC 9110 section 9.3.2) is the same without the body, which the server leaves out by itself. */
const methods = ['GET', 'HEAD'] as const;

type Answer = { status: number; headers: Record<string, string>; body: string };
type Options = { page: MetricsPage; token: Secret<string> | null; log: Log };

/** A scrape is short, and few come at once. */
const connectionsMax = 16;
const requestMilliseconds = 10_000;

/** On the server of the surfaces. Throws without a token: whoever reaches the API would reach this. */
export function registerMetrics(app: FastifyInstance, options: Options): void {
  if (options.token === null) throw new Error('Metrics beside the API need a token.');
  app.route({
    method: [...methods],
    url: metricsPath,
    schema: { hide: true },
    handler: async (request, reply) => {
      const { status, headers, body } = await answer(request.headers.authorization, options);
      return reply.code(status).headers(headers).send(body);
    },
  });
}

export type MetricsServer = { address: string; close(): Promise<void> };

/** On a listener of its own, which answers nothing else. Rejects when it cannot listen there. */
export async function startMetricsServer(
  options: Options,
  { host, port }: { host: string; port: number },
): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: requestMilliseconds }, (request, response) => {
    void serve(request, response, options);
  });
  server.maxConnections = connectionsMax;
  const { promise, resolve, reject } = Promise.withResolvers<AddressInfo | string | null>();
  server.once('error', reject);
  server.listen({ host, port }, () => resolve(server.address()));
  const address = await promise;
  const shown = typeof address === 'object' && address !== null ? address.port : port;
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${shown}${metricsPath}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, options: Options): Promise<void> {
  const isKnown = methods.some((method) => method === request.method);
  const isScrape = isKnown && request.url?.split('?')[0] === metricsPath;
  const { status, headers, body } = isScrape
    ? await answer(request.headers.authorization, options)
    : { status: 404, headers: plainText, body: `Only GET ${metricsPath}.\n` };
  response.writeHead(status, { ...commonHeaders, ...headers }).end(body);
}

const plainText = { 'content-type': 'text/plain; charset=utf-8' };

/** RFC 6750 section 2.1. Never throws. */
async function answer(authorization: string | undefined, { page, token, log }: Options): Promise<Answer> {
  if (token !== null && !isSame(authorization ?? '', `Bearer ${token.reveal()}`)) {
    return {
      status: 401,
      headers: { ...plainText, 'www-authenticate': 'Bearer realm="mailgrant metrics"' },
      body: 'Send the header `Authorization: Bearer <MAILGRANT_METRICS_TOKEN>`.\n',
    };
  }
  try {
    return { status: 200, headers: { 'content-type': page.contentType }, body: await page.scrape() };
  } catch (error) {
    log.error('the metrics could not be told', { error });
    return { status: 500, headers: plainText, body: 'The log has the reason.\n' };
  }
}

/** Takes as long for a text that begins in the right way as for any other. */
const isSame = (left: string, right: string): boolean => timingSafeEqual(digest(left), digest(right));
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

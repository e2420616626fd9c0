// The HTTP server that carries the surfaces: limits, parsing, validation, headers and request ids that all of
// them share, and health. What a request means is the surfaces' business.
import { createServer as createHttpServer, type Server } from 'node:http';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { Core, Log } from '../core/index.ts';
import { commonHeaders, requestIdOf } from './common-headers.ts';
import { registerErrorPages } from './error-pages.ts';
import { registerHealth } from './health.ts';
import { lazySerializers } from './lazy-serializers.ts';
import { hideOwnPages, showedNoSuchPage } from './own-host.ts';
import { logFailure, noSuchRoute, sendProblem, toGatewayError } from './problem.ts';
import { coerceQueryNumbers } from './query-numbers.ts';
import type { Readiness } from './readiness.ts';
import { keepRequestContext, type TraceRequest } from './request-context.ts';
import {
  createRequestMeasures,
  measureRequests,
  measureUnreadable,
  nameSurface,
  type RequestMeasures,
} from './request-measures.ts';
import { registerStartPage } from './start-page.ts';
import { refuseUnstorableText } from './storable-text.ts';
import type { RequestHandler, Surface } from './surface.ts';

export type ServerOptions = {
  core: Core;
  log: Log;
  surfaces: readonly Surface[];
  /** Whose `X-Forwarded-*` to believe, as Fastify takes it. */
  trustProxy: boolean | string | string[];
  /** Origin under which browsers reach this server, without a trailing slash. */
  publicUrl: string;
  /** Without it: always ready, as a server is that only injects. */
  readiness?: Readiness;
  /** What requests are counted in; without it nobody reads the counts. */
  measures?: RequestMeasures;
  /** Registers the page for Prometheus, where it is served beside the API. */
  addMetrics?: (app: FastifyInstance) => void;
  /** Without it requests are not traced. */
  traceRequest?: TraceRequest;
};

const bodyBytesMax = 64 * 1024;
/** A reconnect link holds an id, an end and a signature: longer than Fastify's 100. */
const pathParameterMax = 512;
/** The whole request must have come in within this time. */
const requestMilliseconds = 30_000;
/** A silent connection is cut after this; longer than the longest long poll (55 s). */
const connectionMilliseconds = 90_000;
/** Longer than the 60 s for which most load balancers keep an idle connection: they must close it first. */
const keepAliveMilliseconds = 65_000;

/** Ready to listen or to inject into; the surfaces' routes are in. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { core, log, surfaces, trustProxy, publicUrl, readiness = { state: 'ready' } } = options;
  const { measures = createRequestMeasures(), traceRequest = null } = options;
  const answerError = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const known = toGatewayError(error);
    logFailure(log, request, known);
    sendProblem(request, reply, { error: known, publicUrl });
  };
  const answerUnroutable = async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const isShown = await showedNoSuchPage(request, reply, core).catch(() => false);
    if (!isShown) answerError(error, request, reply);
    measureUnreadable(measures, reply.statusCode);
  };
  const doors = surfaces.flatMap(({ door }) => door ?? []);
  let isClosing = false;
  const app = fastify({
    logger: false,
    trustProxy,
    bodyLimit: bodyBytesMax,
    serverFactory: (router) => {
      const withDoors = doors.reduce((next, door) => door(core, next, measures), router);
      // The router tells clients of a server that is being closed to leave.
      return httpServer((request, response) => (isClosing ? router : withDoors)(request, response));
    },
    routerOptions: { maxParamLength: pathParameterMax },
    // A request over a connection that was open before is answered like any other: it was sent in good faith.
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: requestIdOf,
    schemaController: { compilersFactory: { buildSerializer: lazySerializers } },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    // Bodies mean what they say: nothing is cut off, nothing is turned into another type.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } },
    // A path that cannot be routed at all, such as a broken percent-encoding. No hook runs for it.
    frameworkErrors: (error, request, reply) => {
      setCommonHeaders(request, reply);
      void answerUnroutable(error, request, reply);
    },
  });
  keepRequestContext(app, traceRequest);
  measureRequests(app, measures);
  nameSurface(app, 'server', measures);
  app.addHook('onRequest', (request, reply, done) => {
    setCommonHeaders(request, reply);
    done();
  });
  app.addHook('preClose', (done) => {
    isClosing = true;
    done();
  });
  acceptJson(app);
  refuseUnstorableText(app);
  coerceQueryNumbers(app);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(async (request, reply) => {
    if (await showedNoSuchPage(request, reply, core)) return reply;
    answerError(noSuchRoute(), request, reply);
    return reply;
  });
  hideOwnPages(app, core);
  registerHealth(app, core, readiness);
  options.addMetrics?.(app);
  registerErrorPages(app, publicUrl);
  registerStartPage(app);
  for (const surface of surfaces) {
    await app.register(async (scope) => {
      nameSurface(scope, surface.name, measures);
      await surface.register(scope, { core, log });
    });
  }
  await app.ready();
  return app;
}

/** Fastify leaves these to whoever makes the server. */
function httpServer(handler: RequestHandler): Server {
  const server = createHttpServer(
    { requestTimeout: requestMilliseconds, keepAliveTimeout: keepAliveMilliseconds },
    handler,
  );
  server.setTimeout(connectionMilliseconds);
  return server;
}

function setCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id).headers(commonHeaders);
}

/** Many clients send `Content-Type: application/json` with no body at all; that is no body. */
function acceptJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else parse(request, body, done);
  });
}

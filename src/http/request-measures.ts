// Requests counted and timed by surface, operation and class of status, and nothing else: an operation is the template
// of a route, known at the start, so that no path that somebody makes up is ever a label.
import type { FastifyInstance } from 'fastify';
import { type Count, type Counter, createCounter, createHistogram, type Histogram } from '../core/index.ts';

/** One operation of one surface. */
export type MeasuredOperation = { note(status: number, seconds: number): void };

export type RequestMeasures = {
  requests: Counter<'surface' | 'operation' | 'status'>;
  seconds: Histogram<'surface' | 'operation'>;
  of(surface: string, operation: string): MeasuredOperation;
};

declare module 'fastify' {
  interface FastifyContextConfig {
    measured?: MeasuredOperation;
    /** Method and template, for traces. */
    operation?: string;
    surface?: string;
  }
}

/** From a read out of memory to a long poll, which takes 55 s at most. */
const requestSeconds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60] as const;

/** No route, or a request that no router could read. */
const noRoute = { surface: 'none', operation: 'none' } as const;
/** Files of the console have names that change with each build. */
const consoleFiles = /^\/console\/.+/;

export function createRequestMeasures(): RequestMeasures {
  const requests = createCounter(['surface', 'operation', 'status']);
  const seconds = createHistogram(['surface', 'operation'], requestSeconds);
  return {
    requests,
    seconds,
    of(surface, operation) {
      const labels = { surface, operation };
      // By the class of the status; a series comes to be with its first request.
      const counts: (Count | undefined)[] = [];
      let spread: ReturnType<typeof seconds.of> | null = null;
      return {
        note(status, took) {
          const kind = status >= 100 && status < 600 ? Math.trunc(status / 100) : 5;
          const count = counts[kind] ?? requests.of({ ...labels, status: `${kind}xx` });
          counts[kind] = count;
          count.value += 1;
          spread ??= seconds.of(labels);
          seconds.note(spread, took);
        },
      };
    },
  };
}

/** For the routes that are registered after it in this scope and below, until another name is given there. */
export function nameSurface(app: FastifyInstance, surface: string, measures: RequestMeasures): void {
  app.addHook('onRoute', (route) => {
    const method = Array.isArray(route.method) ? route.method.join('|') : route.method;
    const operation = `${method} ${consoleFiles.test(route.url) ? '/console/*' : route.url}`;
    route.config = { ...route.config, surface, operation, measured: measures.of(surface, operation) };
  });
}

/** Of the whole server. */
export function measureRequests(app: FastifyInstance, measures: RequestMeasures): void {
  const unrouted = measures.of(noRoute.surface, noRoute.operation);
  app.addHook('onResponse', (request, reply, done) => {
    const measured = request.is404 ? unrouted : request.routeOptions.config.measured;
    (measured ?? unrouted).note(reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}

/** Of a request for which no hook runs. */
export const measureUnreadable = (measures: RequestMeasures, status: number): void =>
  measures.of(noRoute.surface, noRoute.operation).note(status, 0);

// A request as the log and the traces know it: every line that is written on its behalf has its id, and a trace that a
// caller began goes on here. What is answered by a door in front of the router has neither.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type LogFields, withLogFields } from '../log-context.ts';

/** One traced request. */
export type RequestTrace = {
  traceId: string;
  /** What begins inside is a part of it. */
  run<T>(work: () => T): T;
  end(status: number): void;
};

/** `traceparent`: the header as it came (W3C Trace Context). Null = this one is not traced. */
export type TraceRequest = (request: {
  surface: string;
  operation: string;
  method: string;
  traceparent: string | undefined;
}) => RequestTrace | null;

declare module 'fastify' {
  interface FastifyRequest {
    callContext: { fields: LogFields; trace: RequestTrace | null } | null;
  }
}

/** To be registered before every other hook. */
export function keepRequestContext(app: FastifyInstance, traceRequest: TraceRequest | null): void {
  app.decorateRequest('callContext', null);
  app.addHook('onRequest', (request, _reply, done) => {
    const trace = traceRequest === null ? null : begin(request, traceRequest);
    const fields = { requestId: request.id, ...(trace === null ? {} : { traceId: trace.traceId }) };
    request.callContext = { fields, trace };
    within(request, done);
  });
  // The end of a body is told by its connection, whose context is not the request's: once more, then.
  app.addHook('preValidation', (request, _reply, done) => within(request, done));
  if (traceRequest === null) return;
  app.addHook('onResponse', (request, reply, done) => {
    request.callContext?.trace?.end(reply.statusCode);
    done();
  });
}

function begin(request: FastifyRequest, traceRequest: TraceRequest): RequestTrace | null {
  const { surface = 'none', operation = 'none' } = request.is404 ? {} : request.routeOptions.config;
  const { traceparent } = request.headers;
  return traceRequest({
    surface,
    operation,
    method: request.method,
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
  });
}

function within({ callContext }: FastifyRequest, done: () => void): void {
  const { fields, trace } = callContext ?? { fields: {}, trace: null };
  withLogFields(fields, () => (trace === null ? done() : trace.run(done)));
}

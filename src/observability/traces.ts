// The one door to OpenTelemetry: spans of the core and of requests, sent in batches over OTLP. Loaded only where an
// endpoint is named. Nothing global is registered, so that several gateways in one process do not meet.
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TraceSampler, TraceSettings } from '../config-traces.ts';
import { GatewayError, type Log, type SpanName, type Tracer } from '../core/index.ts';
import type { TraceRequest } from '../http/request-context.ts';
import { withLogFields } from '../log-context.ts';

export type Traces = {
  tracer: Tracer;
  traceRequest: TraceRequest;
  /** Sends what is waiting, for a few seconds at most. */
  close(): Promise<void>;
};

/** Spans that wait to be sent; what would be one more is dropped. */
const queueMax = 4_096;
const batchMax = 512;
const closeMilliseconds = 3_000;
/** No attribute of ours is longer; one that is, is a mistake that must not become a leak. */
const attributeLengthMax = 128;

const kinds: Partial<Record<SpanName, SpanKind>> = {
  'provider call': SpanKind.CLIENT,
  'webhook delivery': SpanKind.PRODUCER,
};

export function createTraces(
  settings: TraceSettings,
  { log, version, process }: { log: Log; version: string; process: number },
): Traces {
  const contexts = new AsyncLocalStorageContextManager().enable();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      ...settings.resourceAttributes,
      'service.name': settings.serviceName,
      'service.version': version,
      'mailgrant.process': process,
    }),
    sampler: samplerOf(settings),
    spanLimits: {
      attributeCountLimit: 16,
      attributeValueLengthLimit: attributeLengthMax,
      eventCountLimit: 0,
    },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: tellingFailures(exporterOf(settings), log),
        maxQueueSize: queueMax,
        maxExportBatchSize: batchMax,
        scheduledDelayMillis: settings.batchMilliseconds,
        exportTimeoutMillis: settings.timeoutMilliseconds,
      }),
    ],
  });
  const spans = provider.getTracer('mailgrant', version);

  const tracer: Tracer = {
    async span(name, attributes, work) {
      const parent = contexts.active();
      const span = spans.startSpan(
        name,
        { kind: kinds[name] ?? SpanKind.INTERNAL, attributes: named(attributes) },
        parent,
      );
      try {
        return await contexts.with(trace.setSpan(parent, span), () =>
          work({ set: (attribute, value) => void span.setAttribute(nameOf(attribute), value) }),
        );
      } catch (error) {
        fail(span, error);
        throw error;
      } finally {
        span.end();
      }
    },
    traceparent() {
      const context = trace.getSpan(contexts.active())?.spanContext();
      if (context === undefined || !isSpanContextValid(context)) return null;
      const flags = (context.traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0');
      return `00-${context.traceId}-${context.spanId}-${flags}`;
    },
  };

  return {
    tracer,
    traceRequest({ surface, operation, method, traceparent }) {
      const parent = remoteContext(traceparent);
      const attributes = named({ surface, operation });
      const name = operation === 'none' ? 'no route' : operation;
      const span = spans.startSpan(
        name,
        { kind: SpanKind.SERVER, attributes: { ...attributes, 'http.request.method': method } },
        parent,
      );
      const context = trace.setSpan(parent, span);
      return {
        traceId: span.spanContext().traceId,
        run: (work) => contexts.with(context, work),
        end(status) {
          span.setAttribute('http.response.status_code', status);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    async close() {
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, closeMilliseconds);
      await Promise.race([provider.shutdown().catch(() => {}), late.promise]);
      clearTimeout(timer);
      contexts.disable();
    },
  };
}

const exporterOf = ({ url, headers, timeoutMilliseconds }: TraceSettings): SpanExporter =>
  new OTLPTraceExporter({ url, headers: headers.reveal(), timeoutMillis: timeoutMilliseconds });

/** Once when it begins, and once when it is over: a receiver that is gone must not fill the log. */
function tellingFailures(exporter: SpanExporter, log: Log): SpanExporter {
  let isFailing = false;
  const tell = (error: Error | undefined): void => {
    if (isFailing) log.warn('traces cannot be sent', { error });
    else log.info('traces can be sent again');
  };
  return {
    export(batch, done) {
      exporter.export(batch, (result) => {
        const hasFailed = result.code !== 0;
        const isNews = hasFailed !== isFailing;
        isFailing = hasFailed;
        // A batch belongs to no call, although some call's end began it.
        if (isNews) withLogFields({}, () => tell(result.error));
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function samplerOf({ sampler, isParentBased }: TraceSettings): Sampler {
  const root = rootSampler(sampler);
  return isParentBased ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(sampler: TraceSampler): Sampler {
  switch (sampler.kind) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(sampler.ratio);
    default:
      return sampler satisfies never;
  }
}

/** Version 00 has four parts; a later one may have more (W3C Trace Context section 3.2). All zeros are no id. */
const traceparentForm = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

function remoteContext(traceparent: string | undefined): Context {
  const [, traceId = '', spanId = '', flags = '0'] = traceparentForm.exec(traceparent ?? '') ?? [];
  const context = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  };
  return isSpanContextValid(context) ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT;
}

const nameOf = (attribute: string): string => `mailgrant.${attribute}`;

const named = (attributes: Readonly<Record<string, string>>): Attributes =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [nameOf(name), value]));

/** The code of an error, never its words: these may name a mailbox. */
function fail(span: Span, error: unknown): void {
  span.setAttribute('error.type', error instanceof GatewayError ? error.code : 'internal_error');
  span.setStatus({ code: SpanStatusCode.ERROR });
}

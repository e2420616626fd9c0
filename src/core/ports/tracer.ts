// Traces: what took how long for whose sake. Off, it costs a function call.

/** Names and attributes come from closed sets: no id, no address, no URL, nothing that a caller sent. */
export type SpanName = 'refresh grant' | 'provider call' | 'webhook delivery' | 'database transaction';

export type Span = {
  /** What is known only later. */
  set(name: string, value: string | number | boolean): void;
};

export type Tracer = {
  /** Runs `work` as a part of whatever runs now. A rejection ends the span as failed, and is passed on. */
  span<T>(
    name: SpanName,
    attributes: Readonly<Record<string, string>>,
    work: (span: Span) => Promise<T>,
  ): Promise<T>;
  /** Of what runs now, for the header `traceparent` (W3C Trace Context); null when it is not traced. */
  traceparent(): string | null;
};

const noSpan: Span = { set: () => {} };

/** Traces nothing. */
export const untraced: Tracer = { span: (_name, _attributes, work) => work(noSpan), traceparent: () => null };

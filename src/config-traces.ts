// Where traces go, by the variables that OpenTelemetry names for every program (its "Environment Variable
// Specification"), not by names of our own: an operator sets them once for all programs. Part of config.ts, which is the
// only reader of the environment.
import { type Secret, secret } from './core/secret.ts';

export type TraceSampler =
  | { kind: 'always_on' | 'always_off' }
  /** Of the traces that begin here, this share, 0 to 1. */
  | { kind: 'traceidratio'; ratio: number };

export type TraceSettings = {
  /** OTLP over HTTP: the whole URL. */
  url: string;
  /** They may hold a key of the receiver. */
  headers: Secret<Readonly<Record<string, string>>>;
  timeoutMilliseconds: number;
  /** Spans wait for others at most this long. */
  batchMilliseconds: number;
  serviceName: string;
  resourceAttributes: Readonly<Record<string, string>>;
  sampler: TraceSampler;
  /** A trace that a caller began is kept or dropped as the caller decided. */
  isParentBased: boolean;
};

type Environment = Record<string, string | undefined>;

const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Null = nothing is traced: no endpoint is named, or traces are switched off. Adds to `mistakes`. */
export function readTraceSettings(environment: Environment, mistakes: string[]): TraceSettings | null {
  const text = (name: string): string => environment[name]?.trim() ?? '';
  const ofTraces = (name: string): string =>
    text(`OTEL_EXPORTER_OTLP_TRACES_${name}`) || text(`OTEL_EXPORTER_OTLP_${name}`);
  if (text('OTEL_SDK_DISABLED').toLowerCase() === 'true') return null;
  if (text('OTEL_TRACES_EXPORTER') === 'none' || ofTraces('ENDPOINT') === '') return null;
  if (!['', 'otlp'].includes(text('OTEL_TRACES_EXPORTER'))) {
    mistakes.push('OTEL_TRACES_EXPORTER must be `otlp` or `none`');
  }
  if (!['', 'http/protobuf', 'http/json'].includes(ofTraces('PROTOCOL'))) {
    mistakes.push(
      'OTEL_EXPORTER_OTLP_PROTOCOL must be `http/json` or `http/protobuf`: there is no gRPC here',
    );
  }
  const milliseconds = (name: string, value: string): number => {
    const isFine = /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 60_000;
    if (!isFine) mistakes.push(`${name} must be milliseconds, a whole number from 1 to 60000`);
    return isFine ? Number(value) : 1;
  };
  const { sampler, isParentBased } = samplerOf(text('OTEL_TRACES_SAMPLER'), text, mistakes);
  const attributes = pairsOf('OTEL_RESOURCE_ATTRIBUTES', text('OTEL_RESOURCE_ATTRIBUTES'), mistakes);
  return {
    url: urlOf(text, mistakes),
    headers: secret(pairsOf('OTEL_EXPORTER_OTLP_HEADERS', ofTraces('HEADERS'), mistakes)),
    timeoutMilliseconds: milliseconds('OTEL_EXPORTER_OTLP_TIMEOUT', ofTraces('TIMEOUT') || '10000'),
    batchMilliseconds: milliseconds('OTEL_BSP_SCHEDULE_DELAY', text('OTEL_BSP_SCHEDULE_DELAY') || '5000'),
    serviceName: text('OTEL_SERVICE_NAME') || attributes['service.name'] || 'mailgrant',
    resourceAttributes: attributes,
    sampler,
    isParentBased,
  };
}

type Text = (name: string) => string;

/** The general endpoint is a base to which the path is appended; that of traces is taken as it is. */
function urlOf(text: Text, mistakes: string[]): string {
  const own = text('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const [name, value] = own
    ? ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', own]
    : ['OTEL_EXPORTER_OTLP_ENDPOINT', `${text('OTEL_EXPORTER_OTLP_ENDPOINT').replace(/\/+$/, '')}/v1/traces`];
  const url = URL.parse(value);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username || url.password) {
    mistakes.push(
      `${name} must be an http or https URL without a user: keys go into OTEL_EXPORTER_OTLP_HEADERS`,
    );
  }
  return value;
}

function samplerOf(
  given: string,
  text: Text,
  mistakes: string[],
): Pick<TraceSettings, 'sampler' | 'isParentBased'> {
  const name = samplers.find((known) => known === (given || 'parentbased_always_on'));
  if (name === undefined) mistakes.push(`OTEL_TRACES_SAMPLER must be one of: ${samplers.join(', ')}`);
  const isParentBased = name?.startsWith('parentbased_') ?? true;
  if (!name?.endsWith('traceidratio')) {
    return { sampler: { kind: name?.endsWith('always_off') ? 'always_off' : 'always_on' }, isParentBased };
  }
  const ratio = Number(text('OTEL_TRACES_SAMPLER_ARG') || '1');
  if (!(ratio >= 0 && ratio <= 1)) mistakes.push('OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1');
  return { sampler: { kind: 'traceidratio', ratio }, isParentBased };
}

/** `name=value` pairs, separated by commas, percent-encoded. Their values are in no message: they may be secret. */
function pairsOf(name: string, text: string, mistakes: string[]): Record<string, string> {
  const pairs: [string, string][] = [];
  for (const item of text.split(',')) {
    if (item.trim() === '') continue;
    const at = item.indexOf('=');
    try {
      if (at < 1) throw new Error('no pair');
      pairs.push([item.slice(0, at).trim(), decodeURIComponent(item.slice(at + 1).trim())]);
    } catch {
      mistakes.push(`${name} must be \`name=value\` pairs, separated by commas, with values percent-encoded`);
    }
  }
  return Object.fromEntries(pairs);
}

// What a provider said about a refusal, as it may be stored and shown: parsed from the body, cut, and without
// any token, code or secret that we sent or that merely looks like one.
import { nothingSaid, type ProviderWords } from '../core/ports.ts';

/** Values of the request that must not come back in words. */
export type SentSecrets = readonly string[];

const wordsMax = 500;

/** An authorization server that asks for more than a day is not believed. Seconds. */
const retryAfterMax = 86_400;

/** Reads an error body; a body that is no JSON object gives words without `error`. */
export const wordsOf = (body: string, httpStatus: number | null, sent: SentSecrets): ProviderWords => {
  const fields = parseObject(body);
  if (fields === null) return { ...nothingSaid, httpStatus };
  const text = (value: unknown): string | null =>
    typeof value === 'string' && value !== '' ? cut(mask(value, sent)) : null;
  return {
    httpStatus,
    error: text(fields.error),
    suberror: text(fields.suberror) ?? text(fields.error_subtype),
    description: text(fields.error_description),
    errorCodes: numbers(fields.error_codes),
    traceId: text(fields.trace_id) ?? idAfter('Trace ID', fields.error_description),
    correlationId: text(fields.correlation_id) ?? idAfter('Correlation ID', fields.error_description),
  };
};

/** Entra writes its ids into the description too, and a callback has nothing else; cutting may lose them there. */
const idAfter = (name: string, description: unknown): string | null =>
  typeof description === 'string'
    ? (new RegExp(`\\b${name}: ([0-9a-f-]{36})\\b`, 'i').exec(description)?.[1] ?? null)
    : null;

/** Parses text that should be a JSON object; null for anything else. */
export const parseObject = (body: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return Object.fromEntries(Object.entries(value));
  } catch {
    return null;
  }
};

/** `Retry-After` (RFC 9110 section 10.2.3) in seconds or as a date; null when absent or unreadable. */
export const retryAfterSeconds = (header: string | null, now: number): number | null => {
  const value = header?.trim() ?? '';
  if (value === '') return null;
  const seconds = /^\d{1,10}$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1000);
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0), retryAfterMax);
};

/** Replaces what was sent, plain or percent-encoded, and whatever has the shape of a token. */
export const mask = (text: string, sent: SentSecrets): string => {
  let masked = text;
  for (const secret of sent) {
    if (secret === '') continue;
    masked = masked.replaceAll(secret, '[redacted]').replaceAll(encodeURIComponent(secret), '[redacted]');
  }
  return masked
    .replaceAll(/\beyJ[\w-]{8,}(?:\.[\w-]+){1,4}/g, '[redacted]')
    .replaceAll(/\b(?:ya29\.|1\/\/)[\w-]{16,}/g, '[redacted]');
};

export const cut = (text: string): string => (text.length > wordsMax ? text.slice(0, wordsMax) : text);

const numbers = (value: unknown): number[] =>
  Array.isArray(value) ? value.filter((one) => Number.isSafeInteger(one)).slice(0, 10) : [];

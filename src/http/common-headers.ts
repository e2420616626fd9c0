// What every answer carries, whoever writes it.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Surfaces that show pages set their own policy over this one, which allows nothing. */
export const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
} as const;

const requestIdForm = /^[A-Za-z0-9_.-]{8,128}$/;

/** A caller's id is taken over when it cannot break a log line or a header. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && requestIdForm.test(given) ? given : randomUUID();
}

// Text that no database and no mail header can hold is refused before a surface sees it, in the words of that surface.
import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../core/index.ts';

/**
 * Throws `invalid_request` for U+0000 and for half a surrogate pair in parameters, query or body. After validation, so
 * that a schema that knows the field has its say first.
 */
export function refuseUnstorableText(app: FastifyInstance): void {
  app.addHook('preHandler', ({ params, query, body }, _, done) => {
    const part = isStorable(params)
      ? isStorable(query)
        ? isStorable(body)
          ? null
          : 'body'
        : 'query'
      : 'path';
    done(part === null ? undefined : unstorable(part));
  });
}

function unstorable(part: 'path' | 'query' | 'body'): GatewayError {
  const message = 'holds U+0000 or half a surrogate pair';
  return new GatewayError('invalid_request', `The ${part} of this request ${message}.`, {
    extras: { fields: [{ field: part === 'body' ? '' : part, message }] },
  });
}

/** Without recursion: a body may be nested as deep as it is long. */
function isStorable(whole: unknown): boolean {
  const left: unknown[] = [whole];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) return false;
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) left.push(name, member);
  }
  return true;
}

// Which request bodies this surface takes: JSON, or nothing at all under any type.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { EmailEngineError } from './errors.ts';

export function acceptBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, async ({ headers }: FastifyRequest, text: string) => {
    if (text.trim() === '') return {};
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? 'application/json';
    if (type !== 'application/json') throw new EmailEngineError(415, 'Unsupported Media Type');
    return parse(text);
  });
  // A missing body is an empty one: where members are required, they are named.
  app.addHook('preValidation', async (request) => {
    if (request.method !== 'GET') request.body ??= {};
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EmailEngineError(400, 'Invalid request payload JSON format');
  }
}
